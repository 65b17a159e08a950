// A study's whole way on the GPU against the CPU's: fits that end apart in the last bits, but come
// from the same distribution.

#include "host/run/pipeline.h"
#include "tests/gpu/devices.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace moerate;

namespace
{

constexpr int replicates = 256;
constexpr double level = 0.001; // of each test

/// All fits of the small study at one n, with settings of its own.
std::vector<FitRow> rows_on(Device& device, std::vector<std::string> settings)
{
    settings.push_back("study.replicates=" + std::to_string(replicates));
    settings.push_back("estimator.epochs=10");
    Study const study = small::study(settings);
    Plan const plan = make_plan(study);
    return Pipeline(device, study, plan).run(missing_jobs(study, plan, nullptr));
}

/// Largest distance between the two empirical distribution functions.
double kolmogorov(std::vector<double> a, std::vector<double> b)
{
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    auto const below = [](std::vector<double> const& v, double at) {
        return static_cast<double>(std::upper_bound(v.begin(), v.end(), at) - v.begin()) /
               static_cast<double>(v.size());
    };
    double largest = 0;
    for (std::vector<double> const& points : {a, b}) // both are steps, so it is at a point of one
        for (double const at : points)
            largest = std::max(largest, std::fabs(below(a, at) - below(b, at)));
    return largest;
}

/// A quantity of all fits of one cell, on the logarithmic scale of the rates.
template <class F>
std::vector<double> logs(std::vector<FitRow> const& rows, std::string const& cell, F const& value)
{
    std::vector<double> result;
    for (FitRow const& row : rows)
        if (row.cell == cell)
            result.push_back(std::log(value(row)));
    return result;
}

/// Two-sample test of Kolmogorov and Smirnov with its asymptotic critical value
/// sqrt(-log(level / 2) / 2) sqrt(2 / R). Data and starts are the same on both sides, so that the
/// samples are far closer than independent ones, and sharper bounds hold as well: mean logarithms
/// to a hundredth of their spread, and distribution functions to 0.05.
template <class F>
void check_same_distribution(std::vector<FitRow> const& got, std::vector<FitRow> const& want,
                             char const* name, F const& value)
{
    std::vector<std::string> cells;
    for (FitRow const& row : want)
        if (std::find(cells.begin(), cells.end(), row.cell) == cells.end())
            cells.push_back(row.cell);
    for (std::string const& cell : cells) {
        auto const a = logs(got, cell, value), b = logs(want, cell, value);
        REQUIRE(a.size() == replicates);
        REQUIRE(b.size() == replicates);
        double difference = 0;
        double mean = 0;
        double square = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            difference += (a[i] - b[i]) / replicates;
            mean += b[i] / replicates;
            square += b[i] * b[i] / replicates;
        }
        double const spread = std::sqrt(square - mean * mean);
        INFO(name << ", cell " << cell << ": mean log " << mean << ", spread " << spread);
        double const critical = std::sqrt(-std::log(level / 2) / 2) * std::sqrt(2.0 / replicates);
        double const distance = kolmogorov(a, b);
        CHECK(distance <= critical);
        CHECK(distance <= 0.05);
        CHECK(std::fabs(difference) <= 0.01 * spread);
        figure(fmt::format("mean log {}, cell {}, GPU - CPU", name, cell).c_str(), difference);
        figure(fmt::format("two-sample distance of {}, cell {} ({:.3f} at level {})", name, cell,
                           critical, level)
                   .c_str(),
               distance);
    }
}

} // namespace

TEST_CASE("whole fits on the GPU come from the CPU's distribution")
{
    auto const settings =
        GENERATE(std::vector<std::string>{"study.n=[256]"},
                 std::vector<std::string>{
                     "study.n=[1000]", "data.d=32", "truth.experts=8",
                     "truth.draw.gate_variance=0.0003125", "truth.draw.expert_variance=0.03125",
                     "fit.softmax.experts=9", "fit.sigmoid.experts=9"}); // 003-1a
    std::vector<FitRow> const got = rows_on(gpu(), settings);
    std::vector<FitRow> const want = rows_on(cpu(), settings);
    REQUIRE(got.size() == want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        REQUIRE(got[i].cell == want[i].cell);
        REQUIRE(got[i].replicate == want[i].replicate);
        CHECK(got[i].status == want[i].status);
        CHECK(got[i].facts.seconds > 0);
    }
    check_same_distribution(got, want, "training MSE",
                            [](FitRow const& row) { return row.at(at_fit).mse; });
    check_same_distribution(got, want, "regression error",
                            [](FitRow const& row) { return row.at(at_fit).risk.regression; });
    check_same_distribution(got, want, "loss", [](FitRow const& row) {
        return row.at(at_fit).losses.front().record.value;
    });
}

TEST_CASE("a study's fits on the GPU are bitwise the same in blocks of any size")
{
    Study const study = small::study();
    Plan const plan = make_plan(study);
    std::vector<Job> const jobs = missing_jobs(study, plan, nullptr);
    Pipeline pipeline(gpu(), study, plan);
    std::vector<FitRow> const whole = pipeline.run(jobs);
    std::size_t at = 0;
    for (Job const& job : jobs)
        for (FitRow const& row : pipeline.run({job}))
            CHECK(small::same(row, whole.at(at++)));
    CHECK(at == whole.size());
}
