// Summaries, draws and slopes of replicates on the GPU against the CPU's.

#include "host/rates/resample.h"
#include "tests/gpu/devices.h"
#include "tests/rates/awkward.h"

#include <catch2/catch.hpp>

#include <chrono>

using namespace moerate;

namespace
{

constexpr int draws = 50;

/// Sums of up to 10^5 terms of one sign in the same stretches, fused or not, and logarithms within
/// 2 ulp.
void check_statistic(double got, double want)
{
    if (std::isfinite(want))
        CHECK(std::fabs(got - want) <= 1e-12 * std::fabs(want));
    else
        CHECK((std::isnan(want) ? std::isnan(got) : got == want));
}

void check_statistics(Statistics const& got, Statistics const& want)
{
    for (int s = 0; s < statistic_count; ++s)
        check_statistic(got.of[s], want.of[s]);
}

void check_samples(Samples const& samples, Resampling const& resampling)
{
    Resampler const got(gpu(), samples, resampling), want(cpu(), samples, resampling);
    for (std::size_t i = 0; i < samples.n.size(); ++i) {
        check_statistics(got.summaries()[i].statistics, want.summaries()[i].statistics);
        check_statistic(got.summaries()[i].sd, want.summaries()[i].sd);
        for (int q = 0; q < summary_quantiles; ++q)
            check_statistic(got.summaries()[i].quantile[q], want.summaries()[i].quantile[q]);
    }
    auto const drawn = got.draw(draws), again = got.draw(draws), expected = want.draw(draws);
    CHECK(same_bits(drawn, again));
    for (std::size_t b = 0; b < drawn.size(); ++b)
        check_statistics(drawn[b], expected[b]);
}

} // namespace

TEST_CASE("summaries and draws on the GPU equal the CPU's", "[small]")
{
    for (int const replicates : awkward_sizes)
        for (bool const nested : {false, true}) {
            CAPTURE(replicates, nested);
            check_samples(awkward_samples(replicates, 1), resampling_of(7, nested));
        }
}

// 10^5 numbers of copies are 400 KB: the way through global memory.
TEST_CASE("draws of many replicates are counted in global memory")
{
    check_samples(awkward_samples(100000, 2), resampling_of(7, false));
}

TEST_CASE("how fast draws are")
{
    for (int const replicates : {20, 1000, 100000}) {
        Samples const samples = awkward_samples(replicates, 4);
        Resampler const resampler(gpu(), samples, resampling_of(7, true)); // none is left out
        resampler.draw(1);
        auto const begin = std::chrono::steady_clock::now();
        auto const drawn = resampler.draw(bootstrap_draws);
        double const seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        CHECK(drawn.size() == samples.n.size() * bootstrap_draws);
        figure(("bootstrap, replicates drawn a second, R = " + std::to_string(replicates)).c_str(),
               static_cast<double>(drawn.size()) * replicates / seconds);
    }
}

TEST_CASE("slopes and intervals on the GPU equal the CPU's", "[small]")
{
    Samples samples = awkward_samples(200, 3);
    for (auto& values : samples.values)
        for (double& value : values)
            value = std::isinf(value) ? 1 : value + 1; // values with a slope
    std::vector<Statistic> const all{Statistic::mean, Statistic::median, Statistic::trimmed,
                                     Statistic::geometric};
    auto const got = slopes(gpu(), samples, resampling_of(7, false), all, "loss");
    auto const want = slopes(cpu(), samples, resampling_of(7, false), all, "loss");
    for (std::size_t s = 0; s < all.size(); ++s) {
        CHECK(std::isfinite(want[s].lo));
        CHECK(std::fabs(got[s].slope - want[s].slope) <= 1e-12); // slopes of order 0.01 to 1
        CHECK(std::fabs(got[s].lo - want[s].lo) <= 1e-12);
        CHECK(std::fabs(got[s].hi - want[s].hi) <= 1e-12);
    }
}
