// A study's whole way on the GPU against the CPU's: fits that end apart in the last bits, but come
// from the same distribution.

#include "host/run/pipeline.h"
#include "tests/gpu/devices.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace moerate;

namespace
{

constexpr int replicates = 128;

std::vector<FitRow> rows_on(Device& device)
{
    Study const study = small::study(
        {"study.replicates=" + std::to_string(replicates), "study.n=[256]", "estimator.epochs=10"});
    Plan const plan = make_plan(study);
    return Pipeline<float>(device, study, plan).run(missing_jobs(study, plan, nullptr));
}

/// Largest distance between the two empirical distribution functions.
double kolmogorov(std::vector<double> a, std::vector<double> b)
{
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    double largest = 0;
    for (double const at : a) {
        auto const below = [at](std::vector<double> const& v) {
            return static_cast<double>(std::upper_bound(v.begin(), v.end(), at) - v.begin()) /
                   static_cast<double>(v.size());
        };
        largest = std::max(largest, std::fabs(below(a) - below(b)));
    }
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

/// Same data and starts on both sides, so the samples are paired and far closer than independent
/// ones would be: the mean logarithms agree to a hundredth of their spread, and the distributions
/// to 0.05, where independent samples of 128 would differ by 0.24 in one case of a thousand.
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
        CHECK(std::fabs(difference) <= 0.01 * spread);
        CHECK(kolmogorov(a, b) <= 0.05);
        figure((std::string(name) + ", cell " + cell).c_str(), difference);
    }
}

} // namespace

TEST_CASE("whole fits on the GPU come from the CPU's distribution")
{
    std::vector<FitRow> const got = rows_on(gpu());
    std::vector<FitRow> const want = rows_on(cpu());
    REQUIRE(got.size() == want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        REQUIRE(got[i].cell == want[i].cell);
        REQUIRE(got[i].replicate == want[i].replicate);
        CHECK(got[i].status == want[i].status);
        CHECK(got[i].seconds > 0);
    }
    check_same_distribution(got, want, "mean log training MSE, GPU - CPU",
                            [](FitRow const& row) { return row.mse; });
    check_same_distribution(got, want, "mean log regression error, GPU - CPU",
                            [](FitRow const& row) { return row.risk.regression; });
    check_same_distribution(got, want, "mean log loss, GPU - CPU", [](FitRow const& row) {
        auto const fit = std::find_if(row.losses.begin(), row.losses.end(),
                                      [](LossRow const& loss) { return loss.key.at == "fit"; });
        return fit->record.value;
    });
}

TEST_CASE("a study's fits on the GPU are bitwise the same in blocks of any size")
{
    Study const study = small::study();
    Plan const plan = make_plan(study);
    std::vector<Job> const jobs = missing_jobs(study, plan, nullptr);
    Pipeline<float> pipeline(gpu(), study, plan);
    std::vector<FitRow> const whole = pipeline.run(jobs);
    std::size_t at = 0;
    for (Job const& job : jobs)
        for (FitRow const& row : pipeline.run({job}))
            CHECK(small::same(row, whole.at(at++)));
    CHECK(at == whole.size());
}
