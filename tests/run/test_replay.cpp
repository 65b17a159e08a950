// One stored fit again, and the way that it took; what its atoms add to its loss.

#include "host/core/error.h"
#include "host/run/loss_terms.h"
#include "host/run/replay.h"
#include "tests/run/runs.h"

#include <numeric>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

/// The small study with smooth experts, its sigmoid fit by least squares from three starts.
Study two_estimators(std::vector<std::string> settings = {})
{
    settings.insert(settings.begin(), {"truth.expert.activation=\"gelu\"", "study.n=[64,128]"});
    return parse_study(std::string(small::text) + "[fit.estimator]\nkind = \"lse\"\n"
                                                  "[fit.start]\nstarts = 3\nblind = 1\n",
                       "small.toml", settings);
}

double total(std::vector<double> const& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

} // namespace

TEST_CASE("a stored fit done again is the same to the last bit", "[run]")
{
    small::Folder folder;
    small::run(two_estimators(), folder.path());
    Store const store = Store::open(folder.path());
    Study const study = stored_study(store);
    for (char const* label : {"softmax", "sigmoid"})
        for (int const n : study.n) {
            INFO(label << " " << n);
            StoredFit const fit = stored_fit(store, study, {label, n, 1});
            for (int const threads : {1, 3}) {
                Replay const again = replay(*make_cpu_device(threads), study, fit);
                CHECK(small::same(fit.row, again.again));
                CHECK(deviations(fit.row, again.again).empty());
                CHECK(again.path.front().iterations == 0);
                CHECK(small::same(again.path.front().at.theta, fit.row.at(at_start).theta));
                CHECK(small::same(again.path.back().at.theta, fit.row.at(at_fit).theta));
                CHECK(again.path.back().iterations == fit.row.facts.iterations);
                CHECK(again.path.back().to_end == 0);
                CHECK(again.path.front().from_start == 0);
            }
        }
}

TEST_CASE("a point of a path is the fit of that many epochs", "[run]")
{
    small::Folder folder, shorter;
    Study const study = small::study({"estimator.epochs=4"});
    small::run(study, folder.path());
    small::run(small::study({"estimator.epochs=3"}), shorter.path());
    StoredFit const fit = stored_fit(Store::open(folder.path()), study, {"softmax", study.n[1], 0});
    Replay const again = replay(*make_cpu_device(1), study, fit);
    REQUIRE(again.path.size() == 5);
    Study const other = small::study({"estimator.epochs=3"});
    StoredFit const end =
        stored_fit(Store::open(shorter.path()), other, {"softmax", study.n[1], 0});
    CHECK(small::same(again.path[3].at, end.row.at(at_fit)));
    CHECK(again.path[3].to_end > 0);
}

TEST_CASE("a fit that is not the stored one is told by its numbers", "[run]")
{
    small::Folder folder;
    Study const study = small::study();
    small::run(study, folder.path());
    StoredFit fit = stored_fit(Store::open(folder.path()), study, {"sigmoid", study.n[0], 1});
    FitRow const again = replay(*make_cpu_device(1), study, fit).again;
    fit.row.at(at_fit).theta[2] += 1e-9;
    auto told = deviations(fit.row, again);
    REQUIRE(told.size() == 1);
    CHECK_THAT(told[0], Contains("parameter 2 at fit: stored ") && Contains(", again "));
    for (double& value : fit.row.at(at_fit).theta)
        value += 1;
    told = deviations(fit.row, again);
    CHECK(told.size() == 6);
    CHECK_THAT(told.back(), Contains("more"));
    for (Point& point : fit.row.points)
        point.theta.clear(); // stored without them
    CHECK(deviations(fit.row, again).empty());
}

TEST_CASE("a fit that is not there is refused with what is", "[run]")
{
    small::Folder folder;
    Study const study = small::study();
    small::run(study, folder.path());
    Store const store = Store::open(folder.path());
    auto const error = [&](FitName const& name) -> std::string {
        try {
            stored_fit(store, study, name);
        } catch (UsageError const& refused) {
            return refused.what();
        }
        return {};
    };
    CHECK_THAT(error({"soft", study.n[0], 0}), Contains("it has \"softmax\", \"sigmoid\""));
    CHECK_THAT(error({"softmax", 17, 0}), Contains("has no n = 17"));
    CHECK_THAT(error({"softmax", study.n[0], study.replicates}), Contains("are stored"));
}

TEST_CASE("iterations of a path: all of a short one, ever fewer of a long one", "[run]")
{
    CHECK(path_iterations(0).empty());
    CHECK(path_iterations(3) == std::vector<int>{1, 2, 3});
    auto const many = path_iterations(10000);
    CHECK(many.size() < 70);
    CHECK(many.front() == 1);
    CHECK(many.back() == 10000);
    CHECK(std::is_sorted(many.begin(), many.end()));
    CHECK(std::adjacent_find(many.begin(), many.end()) == many.end());
}

TEST_CASE("the terms of a loss add up to it, cell by cell", "[run]")
{
    small::Folder folder;
    Study const study =
        two_estimators({"fit.softmax.loss=[\"softmax.L1\", {name=\"softmax.L2r\", r=1}]"});
    small::run(study, folder.path());
    StoredFit const fit = stored_fit(Store::open(folder.path()), study, {"softmax", study.n[0], 0});
    Measure const fitted{fit.curve->model, fit.row.at(at_fit).theta};
    for (LossSpec const& spec : fit.curve->losses) {
        LossRow const& loss = *loss_of(fit.row, loss_key(spec, at_fit));
        auto const terms =
            loss_terms(fitted, target_measure(study, *fit.curve, fit.n, spec.target), spec.choice);
        REQUIRE(terms);
        // The kernels may be compiled for another level: some units in the last place.
        CHECK(total(terms->mass) == Approx(loss.record.mass).epsilon(1e-12));
        CHECK(total(terms->atom) == Approx(loss.record.over + loss.record.exact).epsilon(1e-12));
        REQUIRE(terms->atom.size() == loss.cell.size());
        double over = 0;
        for (std::size_t i = 0; i < loss.cell.size(); ++i)
            if (std::count(loss.cell.begin(), loss.cell.end(), loss.cell[i]) > 1)
                over += terms->atom[i];
        CHECK(over == Approx(loss.record.over).epsilon(1e-12));
    }
    Measure broken = fitted;
    broken.theta[0] = std::nan("");
    CHECK_FALSE(loss_terms(broken, target_measure(study, *fit.curve, fit.n, Target::truth),
                           fit.curve->losses[0].choice));
}
