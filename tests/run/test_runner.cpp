#include "host/core/error.h"
#include "tests/run/runs.h"

#include <cmath>

using namespace moerate;
using small::check_same_stores;
using small::rates_text;
using small::run;

namespace
{

/// Stops after `blocks` blocks of one job.
RunOptions stop_after(int blocks)
{
    RunOptions options;
    options.block_jobs = 1;
    // Asked once a cell by the search for missing losses, then once before each block.
    options.stop = [left = blocks + 6]() mutable { return left-- <= 0; };
    return options;
}

} // namespace

TEST_CASE("a run that is stopped and continued equals an unbroken one to the last bit", "[run]")
{
    small::Folder whole, broken;
    Study const study = small::study();
    RunReport const unbroken = run(study, whole.path());
    CHECK(unbroken.fits == 24);
    CHECK_FALSE(unbroken.interrupted);
    long long fits = 0;
    for (int stops = 0; stops < 3; ++stops) {
        RunReport const report = run(study, broken.path(), stop_after(2 + stops), 1 + stops);
        CHECK(report.interrupted);
        fits += report.fits;
    }
    CHECK(fits == 2 * (2 + 3 + 4)); // two curves a job
    RunReport const last = run(study, broken.path());
    CHECK(last.fits == 24 - fits);
    CHECK(last.reused == fits);
    check_same_stores(whole.path(), broken.path());
}

TEST_CASE("a finished study has nothing left to do", "[run]")
{
    small::Folder folder;
    run(small::study(), folder.path());
    RunReport const again = run(small::study(), folder.path());
    CHECK(again.fits == 0);
    CHECK(again.reused == 24);
    CHECK(again.losses == 0);
    CHECK(Store::open(folder.path()).runs().size() == 2);
}

TEST_CASE("more replicates, n and fits later reuse what is there", "[run]")
{
    small::Folder grown, whole;
    std::vector<std::string> const larger = {"study.replicates=6", "study.n=[64,100,200,256]"};
    run(small::study(), grown.path());
    RunReport const report = run(small::study(larger), grown.path());
    CHECK(report.reused == 24);
    CHECK(report.fits == 2 * 6 * 4 - 24);
    run(small::study(larger), whole.path());
    check_same_stores(whole.path(), grown.path());
}

TEST_CASE("a further loss or gauge on stored fits refits nothing", "[run]")
{
    small::Folder grown, whole;
    std::vector<std::string> settings;
    run(small::study(), grown.path());
    std::map<std::pair<std::string, int>, double> seconds;
    for (FitRow const& row : small::all_fits(Store::open(grown.path())))
        seconds[{row.cell, row.replicate}] = row.facts.seconds;

    settings.push_back("fit.softmax.loss=[\"softmax.L1\",{name=\"softmax.L2r\",r=1}]");
    RunReport const further = run(small::study(settings), grown.path());
    CHECK(further.fits == 0);
    CHECK(further.losses == 2 * 12); // start and fit of 12 softmax fits
    settings.push_back("fit.softmax.gauge=\"none\"");
    RunReport const ungauged = run(small::study(settings), grown.path());
    CHECK(ungauged.fits == 0);
    CHECK(ungauged.losses == 2 * 2 * 12); // both losses

    for (FitRow const& row : small::all_fits(Store::open(grown.path()))) {
        CHECK(small::same(row.facts.seconds, seconds.at({row.cell, row.replicate})));
        for (Point const& point : row.points) {
            bool const softmax = point.losses.front().key.name.rfind("softmax", 0) == 0;
            CHECK(point.losses.size() == (softmax ? 4 : 1));
        }
    }
    run(small::study(settings), whole.path());
    CHECK(rates_text(whole.path()) == rates_text(grown.path()));
}

TEST_CASE("without stored parameters further losses are counted as missing", "[run]")
{
    small::Folder folder;
    RunOptions options;
    options.keep_parameters = false;
    run(small::study(), folder.path(), options);
    for (FitRow const& row : small::all_fits(Store::open(folder.path())))
        for (Point const& point : row.points)
            CHECK(point.theta.empty());
    RunReport const report =
        run(small::study({"fit.softmax.loss=[\"softmax.L1\",\"softmax.L2r\"]"}), folder.path());
    CHECK(report.fits == 0);
    CHECK(report.losses == 0);
    CHECK(report.unmeasured == 2 * 12);
}

TEST_CASE("too many failed fits are named, and none is dropped", "[run]")
{
    small::Folder folder;
    char const* linear = "truth.expert.activation=\"identity\""; // ReLU atoms would die instead
    RunReport const report =
        run(small::study({"estimator.learning_rate=1e6", linear}), folder.path());
    CHECK(report.fits == 24);
    CHECK(report.failed > 0);
    REQUIRE_FALSE(report.too_many_failed.empty());
    CHECK(report.too_many_failed.front().find(" of 4") != std::string::npos);
    CHECK(small::all_fits(Store::open(folder.path())).size() == 24);
    // The share is what counts: all may fail if the study says so.
    CHECK(run(small::study({"estimator.learning_rate=1e6", "study.max_failed=1.0", linear}),
              folder.path())
              .too_many_failed.empty());
}

TEST_CASE("failures are counted over the replicates asked for, and a share is exact", "[run]")
{
    // 100 stored replicates, of which 0 .. 28 failed; nothing is left to be done.
    small::Folder folder;
    std::vector<std::string> settings = {"study.replicates=100", "study.n=[64]",
                                         "study.max_failed=0.29"};
    Study const study = small::study(settings);
    {
        Store store = Store::create(folder.path(), study);
        std::vector<FitRow> fits;
        for (Curve const& curve : study.curves) {
            store.add_cells({cell_row(study, curve, 64)});
            for (int r = 0; r < 100; ++r) {
                FitRow fit;
                fit.cell = cell_row(study, curve, 64).id;
                fit.replicate = r;
                fit.status = r < 29 ? FitStatus::diverged : FitStatus::ok;
                fits.push_back(fit);
            }
        }
        store.add_fits(fits);
    }
    CHECK(run(study, folder.path()).too_many_failed.empty()); // 0.29 * 100 is below 29
    settings[2] = "study.max_failed=0.28";
    CHECK(run(small::study(settings), folder.path()).too_many_failed.size() == 2);
    // Of the first 50 replicates, 29 failed; 29 of 100 would be few enough.
    settings[0] = "study.replicates=50";
    settings[2] = "study.max_failed=0.5";
    CHECK(run(small::study(settings), folder.path()).too_many_failed ==
          std::vector<std::string>{"softmax n=64: 29 of 50 (29 at the start)",
                                   "sigmoid n=64: 29 of 50 (29 at the start)"});
}

TEST_CASE("without noise fits have no excess and are still admissible or not", "[run]")
{
    small::Folder folder, noisy;
    run(small::study({"data.noise_variance=0"}), folder.path());
    for (FitRow const& fit : small::all_fits(Store::open(folder.path()))) {
        CHECK(std::isnan(fit.excess));
        CHECK(fit.admissible == (fit.at(at_fit).mse <= fit.mse_truth));
    }
    run(small::study(), noisy.path());
    for (FitRow const& fit : small::all_fits(Store::open(noisy.path()))) {
        CHECK(fit.admissible.has_value() == !std::isnan(fit.excess));
        if (fit.admissible)
            CHECK(*fit.admissible == (fit.excess <= 0));
    }
}

TEST_CASE("a folder of another study is refused", "[run]")
{
    small::Folder folder;
    run(small::study(), folder.path());
    CHECK_THROWS_AS(run(small::study({"study.seed=8"}), folder.path()), StoreError);
    CHECK_THROWS_AS(run(small::study({"estimator.epochs=4"}), folder.path()), StoreError);
}

TEST_CASE("a run leaves a log", "[run]")
{
    small::Folder folder;
    run(small::study(), folder.path());
    CHECK(std::filesystem::file_size(folder.path("run.log")) > 0);
}
