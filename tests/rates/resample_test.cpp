// Draws and their statistics: by hand, against their definition, and on any number of lanes.

#include "host/device/cpu_info.h"
#include "host/rates/resample.h"
#include "tests/rates/awkward.h"
#include "tests/rates/cpu.h"
#include "tests/rates/naive.h"
#include "tests/support/backend.h"

#include <catch2/catch.hpp>

#include <cstring>

using namespace moerate;

namespace
{

constexpr int draws = 20; // more than a task holds

/// A sum of R terms of one sign, in another order and with other roundings of its logarithms.
void check_same(double got, double want)
{
    if (std::isnan(want))
        CHECK(std::isnan(got));
    else if (std::isinf(want) || want == 0)
        CHECK(got == want);
    else
        CHECK(got == Approx(want).epsilon(1e-13));
}

void check_statistics(Statistics const& got, std::vector<double> const& values)
{
    for (int s = 0; s < statistic_count; ++s) {
        CAPTURE(statistic_name(static_cast<Statistic>(s)));
        check_same(got.of[s], naive::statistic_of(static_cast<Statistic>(s), values));
    }
}

void check_against_definition(Device& device, Samples const& samples, Resampling const& resampling)
{
    Resampler const resampler(device, samples, resampling);
    std::vector<Statistics> const drawn = resampler.draw(draws);
    for (std::size_t i = 0; i < samples.n.size(); ++i) {
        CAPTURE(samples.n[i]);
        auto const present = naive::present(samples.values[i]);
        check_statistics(resampler.summaries()[i].statistics, present);
        check_same(resampler.summaries()[i].sd, naive::standard_deviation(present));
        for (int b = 0; b < draws; ++b) {
            CAPTURE(b);
            check_statistics(drawn[i * draws + static_cast<std::size_t>(b)],
                             naive::draw(samples.values[i], samples.n[i], resampling, b));
        }
    }
}

/// What a task writes.
struct Outcome
{
    std::vector<double> log;
    std::vector<int> rank;
    Summary summary;
    std::vector<Statistics> drawn;
};

/// Summary and draws of ascending values; run(task) works on one task.
template <class Run>
Outcome outcome(std::vector<double> values, Run const& run)
{
    int const size = static_cast<int>(values.size());
    std::vector<int> index(values.size());
    std::iota(index.begin(), index.end(), 0);
    std::reverse(index.begin(), index.end());
    Outcome out{values, index, {}, std::vector<Statistics>(3)};
    run(SummaryTask{size, values.data(), index.data(), out.log.data(), out.rank.data(),
                    &out.summary});
    run(ResampleTask{resampling_of(3, false).key, 5, 3, size, size, values.data(), out.log.data(),
                     out.rank.data(), out.drawn.data()});
    return out;
}

template <class T>
bool same_bits(std::vector<T> const& a, std::vector<T> const& b)
{
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

bool same_bits(Outcome const& a, Outcome const& b)
{
    return a.rank == b.rank && std::memcmp(&a.summary, &b.summary, sizeof(Summary)) == 0 &&
           same_bits(a.log, b.log) && same_bits(a.drawn, b.drawn);
}

} // namespace

TEST_CASE("draws of one, two and three replicates by hand")
{
    double const value[] = {1, 10, 100};
    for (std::uint32_t const size : {1U, 2U, 3U}) {
        Samples const samples{{50}, {{value, value + size}}};
        auto const drawn = Resampler(cpu(), samples, resampling_of(9, false)).draw(draws);
        for (std::uint32_t b = 0; b < draws; ++b) {
            Words const words = philox({9, 0, b, 50}, Stream::bootstrap, 0);
            std::vector<double> three;
            double sum = 0;
            for (std::uint32_t i = 0; i < size; ++i) {
                three.push_back(value[std::uint64_t{words.w[i]} * size / 4294967296U]);
                sum += three.back();
            }
            CHECK(drawn[b].of[0] == sum / size);
            CHECK(drawn[b].of[2] == sum / size); // nothing to trim
            if (size == 3) {
                std::sort(three.begin(), three.end());
                CHECK(drawn[b].of[1] == three[1]);
            }
        }
    }
}

TEST_CASE("a nested draw is shared by all n and keeps replicates without a value")
{
    // Replicate 1 has no value at n = 1000: a draw's mean there is that of its other member, or
    // none where both members are replicate 1.
    Samples const samples{{100, 1000}, {{1, 2}, {1, naive::none}}};
    auto const drawn = Resampler(cpu(), samples, resampling_of(9, true)).draw(draws);
    int none = 0;
    for (std::size_t b = 0; b < draws; ++b) {
        double const mean = drawn[b].of[0];
        double const other = drawn[draws + b].of[0];
        CHECK((mean == 1 || mean == 1.5 || mean == 2));
        CHECK(std::isnan(other) == (mean == 2));
        if (mean == 2) {
            ++none;
            CHECK(std::isnan(drawn[draws + b].of[1]));
            CHECK(std::isnan(drawn[draws + b].of[2]));
            CHECK(std::isnan(drawn[draws + b].of[3]));
        } else {
            CHECK(other == 1);
        }
    }
    CHECK(none > 0);
}

TEST_CASE("summaries and draws are those of the definition at every SIMD level")
{
    for (std::string const& level : simd_levels()) {
        auto const device = make_cpu_device(2, level);
        for (int const replicates : awkward_sizes)
            for (bool const nested : {false, true}) {
                CAPTURE(level, replicates, nested);
                check_against_definition(*device, awkward_samples(replicates, 1),
                                         resampling_of(7, nested));
            }
    }
}

TEST_CASE("the number of threads changes no bit of a slope")
{
    Samples samples = awkward_samples(53, 2);
    for (auto& values : samples.values)
        for (double& value : values)
            value = std::isinf(value) ? 1 : value + 1; // values with a slope
    std::vector<Slope> want;
    for (int const threads : {1, 2}) {
        auto const device = make_cpu_device(threads);
        auto const got = slopes(*device, samples, resampling_of(7, false),
                                {Statistic::mean, Statistic::geometric}, "loss");
        REQUIRE(std::isfinite(got[0].lo));
        want = want.empty() ? got : want;
        for (std::size_t s = 0; s < got.size(); ++s) {
            CHECK(got[s].lo == want[s].lo);
            CHECK(got[s].hi == want[s].hi);
            CHECK(got[s].value == want[s].value);
        }
    }
}

TEST_CASE("the number of lanes changes no bit of summaries and draws")
{
    for (int const size : {0, 1, 2, 3, 20, 33, 1000, 5431}) {
        std::vector<double> values = naive::present(awkward_samples(2 * size, 3).values[0]);
        values.resize(static_cast<std::size_t>(size));
        std::sort(values.begin(), values.end());
        Outcome const want = outcome(values, [](auto const& task) { Backend{{}, 1}.run(task); });
        for (Backend const& backend : lane_backends()) {
            CAPTURE(size, backend.name());
            CHECK(same_bits(outcome(values, [&](auto const& task) { backend.run(task); }), want));
        }
        for (Backend const& backend : warp_backends()) {
            CAPTURE(size, backend.name());
            CHECK(same_bits(outcome(values, [&](auto const& task) { backend.run(task); }), want));
        }
    }
}
