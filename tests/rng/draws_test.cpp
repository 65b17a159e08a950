#include "kernels/rng/draws.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

using namespace moerate;

namespace
{

constexpr int draws = 1 << 20;

/// Mean of f over the numbers, with a sum whose rounding does not matter here.
template <class Numbers, class F>
double mean_of(Numbers const& numbers, F f)
{
    long double sum = 0;
    for (auto v : numbers)
        sum += f(static_cast<double>(v));
    return static_cast<double>(sum / static_cast<long double>(numbers.size()));
}

/// |mean of v^p - moment_p| <= 4.5 standard errors for p = 1..4; variances of v^p from the moments
/// of order 2p. Seeds are fixed, so this passes always or never.
template <class Numbers>
void check_moments(Numbers const& numbers, double const moment[9])
{
    for (int p = 1; p <= 4; ++p) {
        double const mean = mean_of(numbers, [p](double v) { return std::pow(v, p); });
        double const variance = moment[2 * p] - moment[p] * moment[p];
        double const error = std::sqrt(variance / static_cast<double>(numbers.size()));
        INFO("moment " << p << ": " << mean << ", expected " << moment[p] << " +- " << error);
        CHECK(std::fabs(mean - moment[p]) <= 4.5 * error);
    }
}

std::vector<float> uniforms(StreamKey const& key, Stream stream, std::uint64_t from = 0)
{
    std::vector<float> out;
    for (int i = 0; i < draws / 4; ++i) {
        Words const words = philox(key, stream, from + static_cast<std::uint64_t>(i));
        for (std::uint32_t w : words.w)
            out.push_back(uniform_pm1(w));
    }
    return out;
}

std::vector<double> gaussians(StreamKey const& key, Stream stream)
{
    std::vector<double> out;
    for (int i = 0; i < draws / 4; ++i) {
        Normals const four = normals(philox(key, stream, static_cast<std::uint64_t>(i)));
        for (double z : four.z)
            out.push_back(z);
    }
    return out;
}

/// Correlation of two sets times the root of their size: standard normal for independent numbers.
template <class Numbers>
double standard_correlation(Numbers const& a, Numbers const& b, std::size_t lag = 0)
{
    long double ab = 0;
    long double aa = 0;
    long double bb = 0;
    std::size_t const count = a.size() - lag;
    for (std::size_t i = 0; i < count; ++i) {
        ab += static_cast<long double>(a[i]) * b[i + lag];
        aa += static_cast<long double>(a[i]) * a[i];
        bb += static_cast<long double>(b[i + lag]) * b[i + lag];
    }
    return static_cast<double>(ab / std::sqrt(aa * bb)) * std::sqrt(static_cast<double>(count));
}

} // namespace

TEST_CASE("uniforms are the signed word over 2^31")
{
    CHECK(uniform_pm1(0) == 0.0F);
    CHECK(uniform_pm1(1) == 0x1p-31F);
    CHECK(uniform_pm1(0x40000000U) == 0.5F);
    CHECK(uniform_pm1(0x80000000U) == -1.0F);
    CHECK(uniform_pm1(0xffffffffU) == -0x1p-31F);
    CHECK(uniform_pm1(0x7fffffffU) == 1.0F); // rounded up: the interval is closed
}

TEST_CASE("uniforms have the moments of the uniform distribution on [-1, 1]")
{
    double const moment[9] = {1, 0, 1.0 / 3, 0, 1.0 / 5, 0, 1.0 / 7, 0, 1.0 / 9};
    check_moments(uniforms({1, 2, 3, 4}, Stream::x), moment);
}

TEST_CASE("normals have the moments of the normal distribution")
{
    double const moment[9] = {1, 0, 1, 0, 3, 0, 15, 0, 105};
    check_moments(gaussians({1, 2, 3, 4}, Stream::noise), moment);
}

TEST_CASE("normals fill the cells of the normal distribution evenly")
{
    constexpr int cells = 64;
    std::vector<int> count(cells);
    for (double z : gaussians({5, 6, 7, 8}, Stream::noise))
        ++count[static_cast<int>(0.5 * std::erfc(-z / std::sqrt(2.0)) * cells)];
    double chi_square = 0;
    double const expected = static_cast<double>(draws) / cells;
    for (int c : count)
        chi_square += (c - expected) * (c - expected) / expected;
    // chi-square with 63 degrees of freedom: mean 63, sd 11.2; 4.5 sd.
    CHECK(chi_square < 63 + 4.5 * 11.2);
}

TEST_CASE("streams, replicates, keys, samples and indices are uncorrelated")
{
    StreamKey const key{1, 2, 3, 4};
    auto const base = uniforms(key, Stream::x);
    double const limit = 4.5; // standard deviations
    CHECK(std::fabs(standard_correlation(base, uniforms(key, Stream::noise))) < limit);
    CHECK(std::fabs(standard_correlation(base, uniforms(key, Stream::evaluate))) < limit);
    CHECK(std::fabs(standard_correlation(base, uniforms({1, 2, 4, 4}, Stream::x))) < limit);
    CHECK(std::fabs(standard_correlation(base, uniforms({1, 2, 3, 5}, Stream::x))) < limit);
    CHECK(std::fabs(standard_correlation(base, uniforms({2, 2, 3, 4}, Stream::x))) < limit);
    CHECK(std::fabs(standard_correlation(base, uniforms(key, Stream::x, std::uint64_t(1) << 32))) <
          limit);
    for (std::size_t lag : {1, 2, 3, 4, 8, 32, 128})
        CHECK(std::fabs(standard_correlation(base, base, lag)) < limit);
    auto const normal = gaussians(key, Stream::noise);
    for (std::size_t lag : {1, 2, 3, 4})
        CHECK(std::fabs(standard_correlation(normal, normal, lag)) < limit);
}

TEST_CASE("normals are Box and Muller's formula")
{
    long double const pi = 3.141592653589793238462643383279502884L;
    auto const check = [&](std::uint32_t w0, std::uint32_t w1) {
        long double const u = (static_cast<long double>(w0) + 0.5L) / 4294967296.0L;
        long double const radius = std::sqrt(-2.0L * std::log(u));
        // The angle as a signed quantity keeps its precision near a whole turn.
        long double const angle = 2 * pi * static_cast<std::int32_t>(w1) / 4294967296.0L;
        double a = 0;
        double b = 0;
        normal_pair(w0, w1, &a, &b);
        INFO("words " << w0 << " " << w1);
        // log within 1, sincospi within 1, root and product half a unit each: 4 units of 2^-53 of
        // the radius hold with room.
        double const tolerance = 0x1p-51 * static_cast<double>(radius);
        CHECK(std::fabs(static_cast<double>(a - radius * std::cos(angle))) <= tolerance);
        CHECK(std::fabs(static_cast<double>(b - radius * std::sin(angle))) <= tolerance);
    };
    std::uint32_t const edges[] = {0,          1,          0x3fffffff, 0x40000000,
                                   0x7fffffff, 0x80000000, 0xffffffff};
    for (std::uint32_t w0 : edges)
        for (std::uint32_t w1 : edges)
            check(w0, w1);
    for (std::uint64_t i = 0; i < 20000; ++i) {
        Words const words = philox({9, 9, 9, 9}, Stream::noise, i);
        check(words.w[0], words.w[1]);
    }
    double a = 0;
    double b = 0;
    normal_pair(0, 0, &a, &b); // the largest radius, at angle 0
    CHECK(a == Approx(6.7637).epsilon(1e-4));
    CHECK(b == 0.0);
}

TEST_CASE("normals() takes words 0, 1 and 2, 3")
{
    Words const words = philox({1, 2, 3, 4}, Stream::noise, 99);
    Normals const four = normals(words);
    double pair[4];
    normal_pair(words.w[0], words.w[1], pair, pair + 1);
    normal_pair(words.w[2], words.w[3], pair + 2, pair + 3);
    for (int i = 0; i < 4; ++i)
        CHECK(four.z[i] == pair[i]);
}
