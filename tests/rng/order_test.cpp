#include "kernels/core/lanes.h"
#include "kernels/rng/order.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace moerate;

namespace
{

std::vector<std::uint32_t> rows_of(EpochOrder const& order)
{
    std::vector<std::uint32_t> rows(order.n);
    fill_order(SerialLanes{}, order, 0, static_cast<int>(order.n), rows.data());
    return rows;
}

/// Every row below rows.size() stands there once.
bool is_permutation_of_all(std::vector<std::uint32_t> const& rows)
{
    std::vector<bool> seen(rows.size());
    for (std::uint32_t row : rows) {
        if (row >= rows.size() || seen[row])
            return false;
        seen[row] = true;
    }
    return true;
}

/// Standard deviations by which the chi-square of counts, all expected alike, is above its mean.
double excess(std::vector<double> const& count, double expected, double freedom)
{
    double chi_square = 0;
    for (double c : count)
        chi_square += (c - expected) * (c - expected) / expected;
    return (chi_square - freedom) / std::sqrt(2 * freedom);
}

} // namespace

TEST_CASE("an epoch's order is a permutation for every n")
{
    StreamKey const key{1, 2, 3, 4};
    for (std::uint32_t n = 1; n <= 4097; ++n) {
        INFO("n = " << n);
        REQUIRE(is_permutation_of_all(rows_of(make_order(key, n % 7, n))));
    }
    for (std::uint32_t n : {65536U, 99991U, 100000U, 1000003U, 4000000U}) {
        INFO("n = " << n);
        CHECK(is_permutation_of_all(rows_of(make_order(key, 0, n))));
    }
}

TEST_CASE("the largest n: division and walk stay in range and are one to one")
{
    for (std::uint32_t n : {0x7fffffffU, 0x7ffffffeU, 46340U * 46340U, 46340U * 46340U + 1}) {
        EpochOrder const order = make_order({1, 2, 3, 4}, 5, n);
        CHECK(static_cast<std::uint64_t>(order.a) * order.b >= n);
        std::uint32_t wrong = 0;
        for (std::uint32_t x = 1; x < order.a; ++x)
            for (std::uint32_t p : {x * order.b - 1, x * order.b})
                wrong += p < n && high_product(p, order.reciprocal) >> order.shift != p / order.b;
        CHECK(wrong == 0);
        std::vector<std::uint32_t> rows;
        for (std::uint32_t i = 0; i < 100000; ++i)
            rows.push_back(at(order, n - 1 - i * 21474U));
        std::sort(rows.begin(), rows.end());
        CHECK(std::adjacent_find(rows.begin(), rows.end()) == rows.end());
        CHECK(rows.back() < n);
    }
}

TEST_CASE("the loop form gives the rows of single calls from any place")
{
    for (std::uint32_t n : {5U, 33U, 1000U, 10007U}) {
        EpochOrder const order = make_order({4, 3, 2, 1}, 9, n);
        for (std::uint32_t first : {0U, 1U, n / 2, n - 1}) {
            for (std::uint32_t most : {45U, 128U, 300U}) { // part of a block, some, and a rest
                int const count = static_cast<int>(std::min(n - first, most));
                std::vector<std::uint32_t> rows(count + 1, 77);
                fill_order(SerialLanes{}, order, first, count, rows.data());
                for (int i = 0; i < count; ++i)
                    CHECK(rows[i] == at(order, first + static_cast<std::uint32_t>(i)));
                CHECK(rows[count] == 77);
            }
        }
    }
}

TEST_CASE("each row is as likely at each position")
{
    // Where a b > n and n is some tens or fewer, the walk leaves single rows uneven by 4 % (n = 5).
    StreamKey const key{11, 12, 13, 14};
    for (std::uint32_t n : {4U, 12U, 32U, 100U}) {
        constexpr int epochs = 20000;
        std::vector<double> count(n * n);
        for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
            auto const rows = rows_of(make_order(key, epoch, n));
            for (std::uint32_t p = 0; p < n; ++p)
                ++count[p * n + rows[p]];
        }
        INFO("n = " << n);
        CHECK(excess(count, static_cast<double>(epochs) / n, (n - 1.0) * (n - 1.0)) < 4.5);
    }
}

TEST_CASE("pairs of positions get pairs of rows without preference")
{
    // Statistics of (row at p, row at p + lag) that a network with too few rounds gets wrong: lag 1
    // shares the high digit of p, lag b the low one.
    constexpr std::uint32_t n = 1000;
    constexpr std::uint32_t epochs = 2000;
    StreamKey const key{21, 22, 23, 24};
    std::uint32_t const b = make_order(key, 0, n).b;
    for (std::uint32_t lag : {1U, 2U, b, b + 1}) {
        double pairs = 0;
        double neighbours = 0;
        double rising = 0;
        double product = 0;
        for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
            auto const rows = rows_of(make_order(key, epoch, n));
            for (std::uint32_t p = 0; p + lag < n; ++p) {
                double const u = rows[p];
                double const v = rows[p + lag];
                ++pairs;
                neighbours += std::fabs(u - v) == 1;
                rising += v > u;
                product += (u - 0.5 * (n - 1)) * (v - 0.5 * (n - 1));
            }
        }
        INFO("lag " << lag);
        double const expected = pairs * 2.0 / n; // n - 1 unordered neighbours of n (n - 1) / 2
        CHECK(std::fabs(neighbours - expected) < 4.5 * std::sqrt(expected));
        CHECK(std::fabs(rising - 0.5 * pairs) < 4.5 * std::sqrt(0.25 * pairs));
        double const variance = (static_cast<double>(n) * n - 1) / 12;
        double const correlation = product / pairs / variance; // -1 / (n - 1) for a fair order
        CHECK(std::fabs(correlation + 1.0 / (n - 1)) < 4.5 / std::sqrt(pairs));
    }
}

TEST_CASE("orders of epochs, replicates and sample sizes differ")
{
    auto const base = rows_of(make_order({1, 2, 3, 4}, 0, 100));
    CHECK(rows_of(make_order({1, 2, 3, 4}, 0, 100)) == base);
    CHECK(rows_of(make_order({1, 2, 3, 4}, 1, 100)) != base);
    CHECK(rows_of(make_order({1, 2, 4, 4}, 0, 100)) != base);
    CHECK(rows_of(make_order({1, 2, 3, 5}, 0, 100)) != base);
}

TEST_CASE("rows drawn with replacement are uniform and independent of the position")
{
    constexpr std::uint32_t n = 50;
    StreamKey const key{31, 32, 33, 34};
    std::vector<double> single(n);
    std::vector<double> pair(n * n);
    constexpr int draws = 200000;
    std::uint32_t previous = replacement_row(key, 0, 0, n);
    for (std::uint32_t i = 1; i <= draws; ++i) {
        std::uint32_t const row = replacement_row(key, i % 3, i, n);
        REQUIRE(row < n);
        ++single[row];
        ++pair[previous * n + row];
        previous = row;
    }
    CHECK(excess(single, draws / static_cast<double>(n), n - 1.0) < 4.5);
    CHECK(excess(pair, draws / static_cast<double>(n) / n, n * n - 1.0) < 4.5);
    CHECK(replacement_row(key, 0, 0, 1) == 0);
}
