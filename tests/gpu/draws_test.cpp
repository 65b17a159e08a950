// Random numbers of a kernel against the CPU's words and the exact normals.

#include "tests/gpu/devices.h"
#include "tests/gpu/draws_probe.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace moerate;

namespace
{

constexpr StreamKey keys[] = {
    {0, 0, 0, 0}, {0x12345678, 0x9abcdef0, 7, 10000}, {~0u, ~0u, ~0u, ~0u}};

/// sin and cos of 2 pi w1 / 2^32 in long double, with the angle first brought to |r| <= pi / 4
/// exactly.
std::pair<long double, long double> exact_angle(std::uint32_t w1)
{
    long double const turn =
        std::ldexp(static_cast<long double>(static_cast<std::int32_t>(w1)), -30);
    long double const quarter = std::nearbyint(turn);
    long double const r = (turn - quarter) * std::acos(-1.0L) / 2;
    long double const sine = std::sin(r), cosine = std::cos(r);
    switch (static_cast<int>(quarter) & 3) {
    case 0:
        return {sine, cosine};
    case 1:
        return {cosine, -sine};
    case 2:
        return {-sine, -cosine};
    default:
        return {-cosine, sine};
    }
}

/// |got - exact| in units of the last place of the float64 nearest to `exact`.
double ulps(double got, long double exact)
{
    double const size = std::fabs(static_cast<double>(exact));
    double const ulp = std::nextafter(size, HUGE_VAL) - size;
    return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / ulp);
}

/// Worst error of the two normals of a pair of words, a by cosine and b by sine.
double pair_ulps(std::uint32_t w0, std::uint32_t w1, double a, double b)
{
    long double const u = std::ldexp(static_cast<long double>(w0) + 0.5L, -32);
    long double const radius = std::sqrt(-2 * std::log(u));
    auto const [sine, cosine] = exact_angle(w1);
    return std::max(ulps(a, radius * cosine), ulps(b, radius * sine));
}

/// Worst error of the normals of one counter's words.
double normal_ulps(Words const& words, Normals const& normals)
{
    std::uint32_t const* const w = words.w;
    double const* const z = normals.z;
    return std::max(pair_ulps(w[0], w[1], z[0], z[1]), pair_ulps(w[2], w[3], z[2], z[3]));
}

} // namespace

TEST_CASE("a kernel's words and uniforms are the CPU's to the bit")
{
    constexpr int count = 20000;
    int different = 0;
    for (StreamKey const& key : keys) {
        for (Stream const stream : {Stream::truth, Stream::x, Stream::bootstrap}) {
            for (std::uint64_t const from : {std::uint64_t{0}, (std::uint64_t{1} << 32) - 77,
                                             (std::uint64_t{1} << philox_index_bits) - count})
            {
                std::vector<Draw> const draws = gpu_draws(key, stream, from, count);
                for (int i = 0; i < count; ++i) {
                    Words const words = philox(key, stream, from + static_cast<std::uint64_t>(i));
                    for (int q = 0; q < 4; ++q) {
                        float const uniform = uniform_pm1(words.w[q]);
                        different += words.w[q] != draws[i].words.w[q];
                        different +=
                            std::memcmp(&uniform, draws[i].uniform + q, sizeof uniform) != 0;
                    }
                }
            }
        }
    }
    CHECK(different == 0);
}

// CUDA's log is good to 1 ulp, of which the square root leaves half, its sincospi to 2; with the
// roundings between them that makes less than 5. The CPU's are good to 2 each.
TEST_CASE("a kernel's normals and the CPU's are within 8 ulp of the exact float64 value")
{
    double worst_gpu = 0;
    double worst_cpu = 0;
    for (StreamKey const& key : keys) {
        for (Draw const& draw : gpu_draws(key, Stream::noise, 0, 50000)) {
            worst_gpu = std::max(worst_gpu, normal_ulps(draw.words, draw.normal));
            worst_cpu = std::max(worst_cpu, normal_ulps(draw.words, normals(draw.words)));
        }
    }
    figure("largest error of a normal on the GPU / ulp", worst_gpu);
    figure("largest error of a normal on the CPU / ulp", worst_cpu);
    CHECK(worst_gpu <= 8);
    CHECK(worst_cpu <= 8);
}

TEST_CASE("a kernel's epoch order is the CPU's")
{
    for (std::uint32_t const n : {1u, 2u, 3u, 31u, 32u, 33u, 1000u, 4097u, 100000u}) {
        for (std::uint32_t const epoch : {0u, 9u}) {
            EpochOrder const order = make_order(keys[1], epoch, n);
            std::vector<std::uint32_t> want;
            for (std::uint32_t position = 0; position < n; ++position)
                want.push_back(at(order, position));
            CAPTURE(n, epoch);
            CHECK(gpu_order(keys[1], epoch, n) == want);
        }
    }
}
