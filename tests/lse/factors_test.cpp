// Written-out factors and their products: on every backend the sums of the Gram task.

#include "kernels/lse/factors_api.h"
#include "kernels/lse/product_api.h"
#include "tests/lse/factored_case.h"
#include "tests/lse/gram_case.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace moerate;

namespace
{

constexpr double unwritten_number = 1e300;

/// Factors [rows][samples] of the samples from `first` on, made in parts.
std::vector<double> factors_of(Backend const& backend, GramCase<double> const& made, int first,
                               int samples, int parts)
{
    Model const& model = made.problem.model;
    GramLayout const layout = gram_layout(model);
    std::vector<double> factors(
        static_cast<std::size_t>(factor_row(layout, layout.products)) * samples, unwritten_number);
    for (int part = 0; part < parts; ++part)
        backend.run(FactorsTask{model, made.problem.n(), made.problem.x.data(),
                                made.coefficients.data(), first, samples, factors.data(), part,
                                parts});
    return factors;
}

/// The sums of all samples, `samples` at a time.
std::vector<double> sums_of(Backend const& backend, GramCase<double> const& made, int samples)
{
    GramLayout const layout = gram_layout(made.problem.model);
    std::vector<double> sums(layout.numbers);
    for (int first = 0; first < made.problem.n(); first += samples) {
        std::vector<double> const factors = factors_of(backend, made, first, samples, 1);
        for (int i = 0; i < layout.products; ++i) {
            GramProduct const& product = layout.product[i];
            double const* const left =
                factors.data() + static_cast<std::size_t>(factor_row(layout, i)) * samples;
            backend.run(ProductTask{1, product.pairs, product.monomials, samples, left,
                                    left + static_cast<std::size_t>(product.pairs) * samples, 0,
                                    sums.data() + product.begin, product.stride, 0, first});
        }
    }
    return sums;
}

/// The sums without what stands between the ends of their rows.
std::vector<double> without_padding(Model const& model, std::vector<double> const& sums)
{
    GramLayout const layout = gram_layout(model);
    std::vector<double> own;
    for (int i = 0; i < layout.products; ++i) {
        GramProduct const& product = layout.product[i];
        for (int row = 0; row < product.pairs; ++row) {
            auto const begin = sums.begin() + static_cast<std::ptrdiff_t>(product.begin) +
                               static_cast<std::ptrdiff_t>(row) * product.stride;
            own.insert(own.end(), begin, begin + product.monomials);
        }
    }
    return own;
}

} // namespace

TEST_CASE("products of factors are the Gram task's sums, for every pair of members")
{
    unsigned seed = 1;
    for (Family const& family : paired_families()) {
        INFO(name_of(family));
        auto const problem = drawn_problem<double>(model_of(family, 3, 2), 75, seed++);
        GramCase<double> const made({}, problem);
        auto const own = [&](std::vector<double> const& sums) {
            return without_padding(problem.model, sums);
        };
        std::vector<double> const want = own(made.sums(Backend{}));
        for (Backend const& backend : {Backend{}, lane_backends()[2], warp_backends()[0]}) {
            INFO(backend.name());
            CHECK(largest_difference(own(sums_of(backend, made, 64)), want) <=
                  1e-13 * largest(want));
        }
    }
}

TEST_CASE("factors do not depend on lanes or parts, and are 0 behind the last sample")
{
    for (char const* const score : {"linear", "quadratic"}) {
        auto const problem = drawn_problem<double>(factored_model(score, 6, 3), 150, 3);
        GramCase<double> const made({}, problem);
        std::vector<double> const whole = factors_of(Backend{}, made, 128, 64, 1);
        CHECK(std::count(whole.begin(), whole.end(), unwritten_number) == 0);
        for (Backend const& backend : all_backends())
            for (int const parts : {1, 2, 7})
                CHECK(factors_of(backend, made, 128, 64, parts) == whole);
        GramLayout const layout = gram_layout(problem.model);
        for (int row = 0; row < layout.product[0].pairs; ++row)
            for (int t = 150 - 128; t < 64; ++t)
                CHECK(whole[static_cast<std::size_t>(row) * 64 + t] == 0);
    }
}

// Two fits of [2][3] = [2][4] [3][4]^T; of a row of out the last number is nobody's.
TEST_CASE("products of several fits, by hand")
{
    std::vector<double> left = {1, 2, 3, 4, 0, 1, 0, -1, 9, 9},
                        right = {1, 1, 1, 1, 1, 0, 2, 0, 0, 0, 0, 5, 9, 9};
    std::vector<double> factors = left;
    factors.insert(factors.end(), right.begin(), right.end());
    for (double const value : std::vector<double>(factors))
        factors.push_back(2 * value);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        std::vector<double> out(16, 0.5);
        ProductTask task{2,          2, 3, 4, factors.data(), factors.data() + left.size(), 24,
                         out.data(), 4, 8, 0};
        backend.run(task);
        std::vector<double> const once = {10, 7, 20, 0.5, 0, 0, -5, 0.5};
        CHECK(std::vector<double>(out.begin(), out.begin() + 8) == once);
        CHECK(out[8] == 40);
        CHECK(out[14] == -20);
        task.adds = 1;
        backend.run(task);
        CHECK(out[2] == 40);
        CHECK(out[10] == 160);
        CHECK(out[3] == 0.5);
    }
}
