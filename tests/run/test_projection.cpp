// Losses against the projection of the truth: found where it can be worked out on paper, kept in
// the store, and where the fitted class holds the truth the truth in all its guises.

#include "host/core/error.h"
#include "host/run/target_search.h"
#include "host/study/identity.h"
#include "host/study/truth.h"
#include "tests/run/runs.h"

#include <cmath>

using namespace moerate;
using Catch::Matchers::Contains;
using small::Asked;

namespace
{

/// The parabola f*(x) = (x + 1/2)^2 in one dimension, fitted by one expert, whose weight is 1.
Study parabola(std::string const& expert, std::vector<std::string> settings = {})
{
    settings.push_back("fit.one.expert={ form = " + expert + " }");
    return parse_study(R"(
spec_version = 1
[study]
id = "parabola"
seed = 3
replicates = 2
n = [20, 40]
regression_samples = 200
[data]
d = 1
noise_variance = 1.0
[truth]
measure = { d = 1, gate = { score = "linear", normalizer = "softmax" }, expert = { form = "ridge", activation = "power", power = 2 }, atoms = [{ gate = { w = [0.0], b = 0.0 }, expert = { a = [1.0], b = 0.5 } }] }
[estimator]
kind = "sgd"
epochs = 2
batch = 10
learning_rate = 0.1
[target]
samples = 20000
starts = 6
[[fit]]
label = "one"
gate = { score = "linear", normalizer = "softmax" }
experts = 1
loss = "softmax.L1"
target = ["truth", "projection"]
)",
                       "parabola.toml", settings);
}

std::vector<TargetRow> search(Study const& study, int threads = 1)
{
    std::unique_ptr<Device> const device = make_cpu_device(threads);
    return search_projection(*device, study, study.curves[0]);
}

/// Softmax data and, in curve 1, a sigmoid gate, which does not hold them (with two atoms it would:
/// they are sigma(s) and sigma(-s)).
Study against(std::string const& target, std::vector<std::string> settings = {})
{
    std::vector<std::string> all = {"study.n=[32,64]", "study.replicates=3", "truth.experts=3",
                                    "data.noise_variance=9.0", "fit.sigmoid.target=" + target};
    if (target != "\"truth\"")
        all.insert(all.end(), {"target.samples=3000", "target.starts=4"});
    all.insert(all.end(), settings.begin(), settings.end());
    return small::study(all);
}

std::vector<FitRow> sigmoid_fits(std::string const& folder, Study const& study)
{
    return Store::open(folder).fits(cell_id(study, study.curves[1], 32), true);
}

LossRow const& loss_against(Point const& point, std::string const& target)
{
    for (LossRow const& row : point.losses)
        if (row.key.target == target)
            return row;
    FAIL("no loss against " << target);
    return point.losses.front();
}

} // namespace

TEST_CASE("the projection on one constant expert is the mean", "[run]")
{
    std::vector<TargetRow> const found = search(parabola("\"constant\""));
    REQUIRE(found.size() == 1);
    TargetRow const& row = found[0];
    // E (x + 1/2)^2 = 7/12; its variance 1/3 + 1/5 - 1/9 = 19/45 bounds what samples are off: 5 sd
    double const sd = std::sqrt(19.0 / 45);
    CHECK(row.theta.back() == Approx(7.0 / 12).margin(5 * sd / std::sqrt(20000)));
    CHECK(row.distance == Approx(sd).epsilon(0.02));
    CHECK(row.eigenvalue == Approx(1).epsilon(1e-8)); // of (b - f)^2 / 2; differences of a parabola
    CHECK(row.coordinates == 3);                      // w, b, and the expert's
    CHECK(row.rank == 1);
    CHECK(row.generic_rank == 1);
    CHECK(row.at_bound == 0);
    CHECK(row.starts == 6);
    CHECK_FALSE(target_not_unique(found));
}

TEST_CASE("the projection on one linear expert is the regression line", "[run]")
{
    std::vector<TargetRow> const found = search(parabola("\"ridge\", activation = \"identity\""));
    REQUIRE(found.size() == 1);
    // E x f / E x^2 = 1, and x^2 - 1/3 is left: sd sqrt(1/5 - 1/9)
    double const left = std::sqrt(1.0 / 5 - 1.0 / 9), noise = 5 * left / std::sqrt(20000);
    CHECK(found[0].theta[2] == Approx(1).margin(noise * std::sqrt(3)));
    CHECK(found[0].theta[3] == Approx(7.0 / 12).margin(noise));
    CHECK(found[0].distance == Approx(left).epsilon(0.02));
    CHECK(found[0].eigenvalue == Approx(1.0 / 3).epsilon(0.02)); // E x^2
}

TEST_CASE("a search does not depend on threads", "[run]")
{
    Study const study = parabola("\"ridge\", activation = \"relu\"");
    std::vector<TargetRow> const one = search(study, 1), three = search(study, 3);
    REQUIRE(one.size() == three.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        CHECK(small::same(one[i].theta, three[i].theta));
        CHECK(small::same(one[i].eigenvalue, three[i].eigenvalue));
    }
}

TEST_CASE("samples that are too few are refused with the number that does", "[run]")
{
    Study const few = parabola("\"constant\"", {"target.samples=100"});
    try {
        search(few);
        FAIL("100 samples were enough");
    } catch (UsageError const& error) {
        std::string const text = error.what();
        CHECK_THAT(text, Contains("parabola.toml: target.samples = 100 is too small") &&
                             Contains("\"one\"") && Contains("with n = 40"));
        std::size_t const at = text.find("samples = ", text.find("write"));
        REQUIRE(at != std::string::npos);
        // misfit^2 n <= 0.01 N, where misfit^2 = 19/45; from 100 samples up to a third
        int const needed = std::stoi(text.substr(at + 10));
        CHECK(needed == Approx(100 * 40 * 19.0 / 45 * 1.1).epsilon(0.3));
        CHECK_NOTHROW(search(parabola("\"constant\"", {"target.samples=2500"})));
    }
}

TEST_CASE("a study against a projection stores it, starts near it and goes on with it", "[run]")
{
    Study const study = against("\"projection\"");
    REQUIRE(study.curves[1].target == Target::projection);
    small::Folder folder;
    std::deque<Asked> asked;
    small::run(study, folder.path(), {{}}, asked);
    std::string const id = target_id(study, study.curves[1]);
    std::vector<TargetRow> const found = Store::open(folder.path()).target(id);
    REQUIRE(!found.empty());
    CHECK(found[0].distance > 0.01);
    for (FitRow const& fit : sigmoid_fits(folder.path(), study)) {
        Point const &start = fit.at(at_start), &end = fit.at(at_fit);
        double square = 0; // it starts at the projection, but for s = 0.005 n^-0.083
        for (std::size_t i = 0; i < start.theta.size(); ++i)
            square += std::pow(start.theta[i] - found[0].theta[i], 2);
        CHECK(std::sqrt(square) < 0.005 * 2 * std::sqrt(double(start.theta.size())));
        CHECK(loss_against(start, "projection").record.value < 0.1);
        CHECK(start.risk.regression < 0.1); // errors are of it
        CHECK(std::isfinite(fit.excess));
        CHECK(fit.admissible == (fit.excess <= 0));
        CHECK(end.losses.size() == 1);
    }
    // More replicates: the store has the projection.
    Study const more = against("\"projection\"", {"study.replicates=4"});
    std::deque<Asked> again;
    small::run(more, folder.path(), {{}}, again);
    CHECK(asked.front().calls["linearize"] > 0);
    CHECK(again.front().calls["linearize"] == 0);
    small::Folder whole;
    small::run(more, whole.path());
    small::check_same_stores(whole.path(), folder.path());
}

TEST_CASE("a loss against both targets leaves fits as they are, and comes to stored ones", "[run]")
{
    Study const plain = against("\"truth\""), both = against("[\"truth\", \"projection\"]");
    for (int const n : {32, 64})
        CHECK(cell_id(plain, plain.curves[1], n) == cell_id(both, both.curves[1], n));
    small::Folder folder, fresh;
    small::run(plain, folder.path());
    RunReport const report = small::run(both, folder.path());
    CHECK(report.fits == 0);
    CHECK(report.losses == 2 * 3 * 2); // n, replicates, points
    small::run(both, fresh.path());
    std::vector<FitRow> const later = sigmoid_fits(folder.path(), both);
    std::vector<FitRow> const now = sigmoid_fits(fresh.path(), both);
    REQUIRE(later.size() == now.size());
    for (std::size_t i = 0; i < now.size(); ++i) {
        CHECK(small::same(later[i].at(at_fit).theta, now[i].at(at_fit).theta));
        for (char const* target : {"truth", "projection"})
            CHECK(small::same(loss_against(later[i].at(at_fit), target),
                              loss_against(now[i].at(at_fit), target)));
        CHECK(std::isfinite(now[i].excess));
    }
    small::check_same_stores(folder.path(), fresh.path());
    // Another search would be another target.
    Study const other = against("[\"truth\", \"projection\"]", {"target.samples=4000"});
    CHECK_THROWS_WITH(small::run(other, folder.path()),
                      Contains("another projection") && Contains("samples: stored 3000, now 4000"));
}

TEST_CASE("a search of which nothing is finite on all samples is refused", "[run]")
{
    // f*(x) = 1e152 x: its squares can be added up for the 4000 samples of the first rounds alone
    Study study = parabola("\"constant\"", {"target.samples=200000"});
    Curve& curve = study.curves[0];
    curve.truth.model.expert.power = 1;
    curve.truth.theta = {0, 0, 1e152, 0};
    curve.noise_variance = 1e306;
    CHECK_THROWS_WITH(search(study), Contains("no start of the search") && Contains("is finite"));
}

TEST_CASE("where the class holds the truth no search is needed, and null atoms cost nothing",
          "[run]")
{
    std::vector<std::string> const sigmoid = {
        "study.n=[32]", "study.replicates=2", "truth.gate.normalizer=\"sigmoid\"",
        "start.kind=\"truth\"", "fit.sigmoid.start={ split = \"null\" }"};
    auto const with = [&](std::string const& target) {
        std::vector<std::string> all = sigmoid;
        all.push_back("fit.sigmoid.target=" + target);
        return small::study(all);
    };
    Study const study = with("[\"truth\", \"projection\"]"), plain = with("\"truth\"");
    Study const alone = with("\"projection\"");
    CHECK(cell_id(study, study.curves[1], 32) == cell_id(plain, plain.curves[1], 32));
    CHECK(cell_id(study, study.curves[1], 32) == cell_id(alone, alone.curves[1], 32));
    small::Folder folder;
    std::deque<Asked> asked;
    small::run(study, folder.path(), {{}}, asked);
    CHECK(asked.front().calls["linearize"] == 0);
    for (FitRow const& fit : sigmoid_fits(folder.path(), study)) {
        Point const& start = fit.at(at_start);
        CHECK(loss_against(start, "projection").record.value < 1e-6); // float32
        CHECK(loss_against(start, "truth").record.value > 0.01); // the null atom is far from any
        std::vector<int> const& cell = loss_against(start, "projection").cell;
        CHECK(std::count(cell.begin(), cell.end(), -1) == 1);
        CHECK(loss_against(fit.at(at_fit), "projection").record.value > 0);
    }
}

TEST_CASE("a projection that is not unique puts its loss in brackets", "[run]")
{
    TargetRow row;
    row.distance = 0.5;
    row.rank = row.generic_rank = 4;
    CHECK_FALSE(target_not_unique({}));
    CHECK_FALSE(target_not_unique({row}));
    TargetRow other = row;
    other.distance = 0.5 * (1 + 2e-8);
    CHECK_FALSE(target_not_unique({row, other}));
    other.distance = 0.5 * (1 + 5e-9);
    CHECK_THAT(*target_not_unique({row, other}), Contains("target-not-unique, two projections"));
    row.rank = 3;
    CHECK_THAT(*target_not_unique({row}), Contains("has rank 3 where its class has 4"));

    Study const study = against("[\"truth\", \"projection\"]");
    small::Folder folder;
    row.theta = std::vector<double>(study.curves[1].model.layout.size, 0.25);
    {
        Store store = Store::create(folder.path(), study);
        store.add_target(target_id(study, study.curves[1]), "{}", {row});
    }
    small::run(study, folder.path());
    std::vector<RateRow> const rows = rates(Store::open(folder.path()));
    REQUIRE(rows.size() == 3);
    CHECK(rows[1].target == "truth");
    CHECK_FALSE(rows[1].bracketed.value_or("").find("target-not-unique") == 0);
    CHECK(rows[2].target == "projection");
    CHECK_THAT(rows[2].bracketed.value_or(""), Contains("target-not-unique"));
}
