// Adding an estimator touches one place: one that is defined in the tests and appended to the list
// is read, planned, calibrated, run, stored and rated.

#include "host/run/memory.h"
#include "host/run/pipeline.h"
#include "host/study/identity.h"
#include "tests/run/runs.h"
#include "tests/support/step_estimator.h"

#include <cmath>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

bool const added = add_step_estimator();

/// The small study, with the settings of an estimator of the sigmoid fit's own.
Study study_with(std::string const& keys)
{
    return parse_study(small::text + ("[fit.estimator]\n" + keys), "small.toml");
}

Study stepped()
{
    return study_with("kind = \"step\"\nlength = 0.25\n");
}

double distance(std::vector<double> const& a, std::vector<double> const& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

/// All fits of a run of `study`, by label, n and replicate.
std::map<std::tuple<std::string, int, int>, FitRow> fits_of(Study const& study)
{
    small::Folder folder;
    small::run(study, folder.path());
    Store const store = Store::open(folder.path());
    std::map<std::tuple<std::string, int, int>, FitRow> fits;
    for (CellRow const& cell : store.cells())
        for (FitRow& fit : store.fits(cell.id, true))
            fits[{cell.label, cell.n, fit.replicate}] = fit;
    return fits;
}

} // namespace

TEST_CASE("a study with an own estimator is read, described and identified", "[run]")
{
    Study const study = stepped();
    CHECK(study.curves.at(0).estimator->name() == "sgd");
    CHECK(study.curves.at(1).estimator->name() == "step");
    CHECK_THAT(describe(study), Contains("estimator step: one step of length 0.25"));
    CHECK_THAT(canonical_curve(study, study.curves[1]),
               Contains(R"("estimator":{"kind":"step","length":0.25,"precision":"float32"})"));
    Study const again = parse_study(study.resolved, "resolved");
    CHECK(again.resolved == study.resolved);
    CHECK(canonical_curve(again, again.curves.at(1)) == canonical_curve(study, study.curves[1]));
}

TEST_CASE("an own estimator's fits are planned and their memory is measured", "[run]")
{
    Study const study = stepped();
    Plan const plan = make_plan(study);
    std::vector<Job> const jobs = missing_jobs(study, plan, nullptr);
    REQUIRE(jobs.front().cells.size() == 2); // both estimators' fits share the data
    CHECK(work_of(study, plan, jobs.front()).sample_updates == 64 * 3 + 64);
    for (Job const& job : jobs) {
        small::Asked asked;
        small::FakeDevice device(0, {}, asked);
        Pipeline(device, study, plan).run({job});
        CHECK(MemoryModel(study, plan).bytes({job}) == asked.peak);
    }
}

TEST_CASE("an own estimator's fits are done beside others and are the truth's", "[run]")
{
    auto const fits = fits_of(stepped());
    auto const plain = fits_of(
        study_with("epochs = 1\nbatch = \"full\"\nlearning_rate = 0.25\nloss_factor = 1.0\n"));
    REQUIRE(fits.size() == 2 * 3 * 4);
    REQUIRE(plain.size() == fits.size());
    for (auto const& [at, fit] : fits) {
        FitRow const& other = plain.at(at);
        if (std::get<0>(at) == "softmax") {
            CHECK(small::same(fit, other)); // not a bit depends on what else is in the list
            continue;
        }
        CHECK(small::same(fit.at(at_start).theta, other.at(at_start).theta));
        double const moved = distance(fit.at(at_fit).theta, fit.at(at_start).theta);
        CHECK(moved > 0);
        CHECK(distance(fit.at(at_fit).theta, other.at(at_fit).theta) < 1e-4 * moved + 1e-6);
        CHECK(fit.facts.iterations == 1);
    }
}

TEST_CASE("an own estimator's run continues and has rates", "[run]")
{
    small::Folder folder;
    Study const study = stepped();
    CHECK(small::run(study, folder.path()).fits == 24);
    RunReport const again = small::run(study, folder.path());
    CHECK(again.fits == 0);
    CHECK(again.reused == 24);
    std::vector<RateRow> const rows = rates(Store::open(folder.path()));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].estimator == "sgd");
    CHECK(rows[1].estimator == "step");
    CHECK(rows[1].replicates == 4);
    CHECK(std::isfinite(rows[1].mean.slope));
    REQUIRE(rows[1].bracketed);
    CHECK_THAT(*rows[1].bracketed, Contains("not known for step"));
    CHECK_THROWS_AS(small::run(study_with("kind = \"step\"\nlength = 0.5\n"), folder.path()),
                    StoreError);
}
