// The stage at which fits fail, and what is said about it.

#include "host/run/failures.h"
#include "tests/run/runs.h"

using namespace moerate;

namespace
{

/// A run whose fits all fail: what the report says of them.
StageCounts failing(std::vector<std::string> settings)
{
    small::Folder folder;
    settings.push_back("study.n=[64]");
    settings.push_back("truth.expert={form=\"ridge\",activation=\"power\",power=3}");
    RunReport const report = small::run(small::study(settings), folder.path());
    CHECK_FALSE(report.too_many_failed.empty());
    for (std::string const& cell : report.too_many_failed)
        CHECK(cell.find(report.failed_at.of[0] > 0   ? "in the data)"
                        : report.failed_at.of[1] > 0 ? "at the start)"
                                                     : "in the steps)") != std::string::npos);
    return report.failed_at;
}

using Counts = std::array<int, stage_count>;

} // namespace

TEST_CASE("a failed fit failed where numbers first were not finite", "[run]")
{
    double const infinity = std::numeric_limits<double>::infinity();
    FitRow fit;
    fit.status = FitStatus::not_finite;
    CHECK(failed_stage(fit) == Stage::step);
    fit.status = FitStatus::diverged; // its MSE, finite, exceeds the mean of y^2
    fit.at(at_start).mse = 3;
    fit.at(at_fit).mse = 4;
    CHECK(failed_stage(fit) == Stage::step);
    fit.at(at_fit).mse = 2.5; // as that of the start did
    CHECK(failed_stage(fit) == Stage::start);
    fit.status = FitStatus::not_finite;
    fit.at(at_start).mse = infinity;
    CHECK(failed_stage(fit) == Stage::start);
    fit.mse_truth = std::nan("");
    CHECK(failed_stage(fit) == Stage::data);
    FitRow good = fit;
    good.status = FitStatus::no_descent;
    CHECK(StageCounts{{0, 1, 0}}.advice() ==
          "start.scale, start.exponent and the size of the truth");
    StageCounts counts;
    counts.add({fit, good, fit});
    CHECK(counts.of == Counts{2, 0, 0});
    CHECK(counts.text() == "2 in the data");
    CHECK(counts.advice() == "data.noise_variance and the size of the truth");
}

// Cubes of 1e15 to 1e30 leave float32.
TEST_CASE("a run names the stage at which its fits failed", "[run]")
{
    CHECK(failing({"truth.draw.expert_variance=1e50"}).of == Counts{8, 0, 0});
    CHECK(failing({"start.scale=1e20", "start.exponent=0.0"}).of == Counts{0, 8, 0});
    Counts const steps = failing({"estimator.learning_rate=1e9"}).of;
    CHECK(steps[0] == 0);
    CHECK(steps[1] == 0);
    CHECK(steps[2] > 0);
}
