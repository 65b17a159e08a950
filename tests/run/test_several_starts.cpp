// Fits from several starts, by least squares beside gradient descent: their points, what is stored
// of them, and their rates.

#include "host/run/memory.h"
#include "host/run/pipeline.h"
#include "host/store/export.h"
#include "host/study/identity.h"
#include "tests/run/runs.h"

#include <cmath>
#include <fstream>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

/// The small study with smooth experts, its sigmoid fit by least squares from three starts.
Study mixed(std::vector<std::string> settings = {})
{
    settings.insert(settings.begin(), {"truth.expert.activation=\"gelu\"", "study.n=[64,256]"});
    return parse_study(std::string(small::text) + "[fit.estimator]\nkind = \"lse\"\n"
                                                  "[fit.start]\nstarts = 3\nblind = 1\n",
                       "small.toml", settings);
}

/// Exactly specified least squares, as in experiments/check-exact.toml, in d dimensions.
Study exact(std::string const& start)
{
    return parse_study(R"(
spec_version = 1
[study]
id = "exact"
seed = 6
replicates = 24
n = [400, 1600]
regression_samples = 300
[data]
d = 2
noise_variance = 0.01
[truth]
gate = { score = "linear", normalizer = "softmax" }
expert = { form = "ridge", activation = "gelu" }
experts = 2
draw = { gate_variance = 4.0, expert_variance = 4.0 }
)" + start + R"(
[estimator]
kind = "lse"
[[fit]]
label = "softmax"
gate = { score = "linear", normalizer = "softmax" }
experts = 2
loss = "softmax.L1"
)",
                       "exact.toml");
}

std::map<std::pair<std::string, int>, FitRow> stored_fits(std::string const& folder,
                                                          std::string const& label)
{
    std::map<std::pair<std::string, int>, FitRow> fits;
    Store const store = Store::open(folder);
    for (CellRow const& cell : store.cells())
        if (cell.label == label)
            for (FitRow& fit : store.fits(cell.id, true))
                fits[{cell.id, fit.replicate}] = std::move(fit);
    return fits;
}

double mean_gain(std::map<std::pair<std::string, int>, FitRow> const& fits)
{
    double sum = 0;
    for (auto const& [at, fit] : fits)
        sum -= fit.excess;
    return sum / static_cast<double>(fits.size());
}

} // namespace

TEST_CASE("starts are read by estimator and belong to a fit's identity", "[run]")
{
    Study const study = mixed();
    CHECK(study.curves[0].start.number.count == 1);
    CHECK(study.curves[1].start.number.count == 3);
    CHECK(study.curves[1].start.number.blind == 1);
    CHECK_THAT(describe(study), Contains("3 starts: the first as above, 1 around it, 1 blind"));
    Study const again = parse_study(study.resolved, "resolved");
    CHECK(again.resolved == study.resolved);
    for (std::size_t c = 0; c < 2; ++c)
        CHECK(cell_id(again, again.curves[c], 64) == cell_id(study, study.curves[c], 64));
    Study const more = mixed({"fit.sigmoid.start.starts=4"});
    CHECK(cell_id(more, more.curves[0], 64) == cell_id(study, study.curves[0], 64));
    CHECK(cell_id(more, more.curves[1], 64) != cell_id(study, study.curves[1], 64));
}

TEST_CASE("an estimator's fits from several starts stand beside another's from one", "[run]")
{
    small::Folder both, alone;
    small::run(mixed(), both.path());
    Study sgd = mixed();
    sgd.curves.pop_back();
    small::run(sgd, alone.path());
    auto const descents = stored_fits(both.path(), "softmax");
    auto const before = stored_fits(alone.path(), "softmax");
    REQUIRE(descents.size() == 8);
    for (auto const& [at, fit] : descents) {
        CHECK(small::same(fit, before.at(at)));
        CHECK_FALSE(fit.has(at_oracle));
        CHECK(fit.facts.starts.empty());
        CHECK(fit.facts.ended.empty());
        CHECK_FALSE(fit.certified);
    }
    auto const fits = stored_fits(both.path(), "sigmoid");
    REQUIRE(fits.size() == 8);
    for (auto const& [at, fit] : fits) {
        REQUIRE(fit.points.size() == 3);
        CHECK(fit.points[1].at == at_oracle);
        CHECK(fit.status == FitStatus::ok);
        Point const &start = fit.at(at_start), &oracle = fit.at(at_oracle), &end = fit.at(at_fit);
        CHECK(oracle.mse <= start.mse);
        CHECK(end.mse <= oracle.mse * (1 + 1e-4 / 64));
        CHECK(oracle.risk.regression > 0);
        REQUIRE(oracle.losses.size() == 1);
        CHECK(oracle.losses[0].key.at == at_oracle);
        REQUIRE(fit.facts.starts.size() == 3);
        CHECK(fit.facts.starts[0].mse == Approx(oracle.mse).epsilon(1e-12));
        CHECK(fit.facts.starts[2].kind == "blind");
        if (fit.facts.won == 0)
            CHECK(oracle.theta == end.theta);
        CHECK(fit.facts.best == false); // three starts prove nothing
    }
}

TEST_CASE("losses are measured later at all points that a fit has", "[run]")
{
    small::Folder folder, whole;
    std::string const more = "fit.sigmoid.loss=[\"sigmoid.D3\",\"sigmoid.D1\"]";
    small::run(mixed(), folder.path());
    RunReport const report = small::run(mixed({more}), folder.path());
    CHECK(report.fits == 0);
    small::run(mixed({more}), whole.path());
    CHECK(small::rates_text(folder.path()) == small::rates_text(whole.path()));
    for (auto const& [at, fit] : stored_fits(folder.path(), "sigmoid"))
        for (Point const& point : fit.points)
            CHECK(point.losses.size() == 2);
    small::run(mixed({more}), folder.path()); // nothing is lacking any more
}

TEST_CASE("results do not depend on threads and blocks", "[run]")
{
    small::Folder one, several;
    small::run(mixed(), one.path(), {}, 1);
    RunOptions options;
    options.block_jobs = 1;
    small::run(mixed(), several.path(), options, 3);
    small::check_same_stores(one.path(), several.path());
}

TEST_CASE("the memory of fits from several starts is predicted", "[run]")
{
    Study const study = mixed();
    Plan const plan = make_plan(study);
    for (Job const& job : missing_jobs(study, plan, nullptr)) {
        small::Asked asked;
        small::FakeDevice device(0, {}, asked);
        Pipeline(device, study, plan).run({job});
        // All arrays to the byte. What rounds there are depends on the data, which a device that
        // counts does not have, and so does the longest of their lists of tasks: some hundred bytes
        // a start.
        std::size_t const predicted = MemoryModel(study, plan).bytes({job});
        CHECK(asked.peak <= predicted + 3 * 512);
        CHECK(predicted <= asked.peak + 3 * 512);
    }
}

TEST_CASE("exactly specified least squares gain the rank on the truth", "[run]")
{
    small::Folder folder;
    Study const study = exact("");
    small::run(study, folder.path());
    auto const fits = stored_fits(folder.path(), "softmax");
    REQUIRE(fits.size() == 48);
    int certified = 0;
    for (auto const& [at, fit] : fits) {
        CHECK(fit.facts.coordinates == 12);
        CHECK(fit.facts.rank == 9); // d + 1 flat directions: locations and biases shift
        CHECK(fit.facts.deficit == 3);
        CHECK(fit.facts.dead == 0);
        CHECK(fit.facts.starts.size() == 8);
        certified += fit.certified.value_or(false) ? 1 : 0;
    }
    // -excess is chi-square with 9 degrees of freedom: its mean over 48 fits has an sd of
    // sqrt(18 / 48) = 0.61.
    CHECK(mean_gain(fits) == Approx(9).margin(4 * 0.61));

    std::vector<RateRow> const rows = rates(Store::open(folder.path()));
    REQUIRE(rows.size() == 1);
    RateRow const& row = rows[0];
    CHECK(row.estimator == "lse");
    CHECK(row.certified_share == Approx(certified / 48.));
    CHECK(*row.certified_share > 0.9);
    CHECK(row.admissible_share == 1);
    CHECK(row.rank == std::pair(9, 9));
    CHECK(row.box_share == std::vector<double>{0, 0});
    CHECK_FALSE(row.bracketed); // 400 >= 10 * 9, though not 10 * 12 parameters were asked for
    REQUIRE(row.oracle);
    CHECK(std::isfinite(row.oracle->slope));
    CHECK(*row.near_start_won > 0.9);
    auto const document = rates_to_json(rows)["rows"][0];
    CHECK(document["certified_share"] == *row.certified_share);
    CHECK(document["oracle"]["slope"] == row.oracle->slope);
    CHECK(document["near_start_won"] == *row.near_start_won);
    CHECK_THAT(rates_table(rows), Contains("near start won") && Contains("9 of 12"));
}

TEST_CASE("a start on the truth itself is the yardstick", "[run]")
{
    small::Folder folder;
    Study const study = exact("[start]\nkind = \"truth\"\nstarts = 1\n");
    small::run(study, folder.path());
    auto const fits = stored_fits(folder.path(), "softmax");
    for (auto const& [at, fit] : fits) {
        CHECK(fit.at(at_start).mse == Approx(fit.mse_truth).epsilon(1e-12));
        CHECK_FALSE(fit.has(at_oracle));
        CHECK(fit.admissible == true);
    }
    CHECK(mean_gain(fits) == Approx(9).margin(4 * 0.61));
}

TEST_CASE("exports have the estimators' facts, the starts and all points", "[run]")
{
    small::Folder folder;
    small::run(mixed(), folder.path());
    Store const store = Store::open(folder.path());
    std::string const csv = export_csv(store);
    for (char const* column :
         {",oracle_mse,", ",rank,", ",certified,", ",oracle_value,", ",ended,"})
        CHECK_THAT(csv.substr(0, csv.find('\n')), Contains(column));
    auto const document = export_json(store);
    for (auto const& fit : document["fits"]) {
        bool const least_squares = fit["label"] == "sigmoid";
        CHECK(fit["oracle"].is_null() != least_squares);
        CHECK(fit["rank"].is_null() != least_squares);
        CHECK(fit["starts"].size() == (least_squares ? 3 : 0));
        CHECK(fit["losses"].size() == (least_squares ? 3 : 2));
        if (least_squares)
            CHECK(fit["starts"][2]["kind"] == "blind");
    }
}
