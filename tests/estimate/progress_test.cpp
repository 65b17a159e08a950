#include "host/estimate/lse_progress.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace moerate
{
namespace
{

TEST_CASE("a fit without a factor ends stuck, and what it could gain is unknown")
{
    LseProgress progress({}, 10, 2, 1.0);
    REQUIRE(progress.begin(1.0));
    StepRecord step{};
    step.gain = -1;
    step.factored = 0;
    int steps = 1;
    while (progress.after(step) != LseProgress::Next::end)
        REQUIRE(++steps < 100); // damping is raised to its end
    CHECK(progress.result().end == LseEnd::stuck);
    CHECK(std::isnan(progress.result().predicted_gain));
}

TEST_CASE("what a fit can gain is told in units of the noise")
{
    LseProgress progress({}, 10, 2, 4.0);
    REQUIRE(progress.begin(1.0));
    StepRecord step{};
    step.factored = 1;
    step.predicted = 1;
    step.steepest = 0; // ends: the gradient is 0
    step.gain = 2;
    CHECK(progress.after(step) == LseProgress::Next::end);
    CHECK(progress.result().end == LseEnd::gradient);
    CHECK(progress.result().predicted_gain == 0.5);
}

} // namespace
} // namespace moerate
