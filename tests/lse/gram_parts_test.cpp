// What Gram matrices must not depend on, awkward numbers of samples, and float32.

#include "tests/lse/gram_case.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

Model named_model(char const* score, int d, int k)
{
    Family family;
    family.score = find<Scores>(score);
    family.activation = find<Activations>("gelu");
    return model_of(family, d, k);
}

/// Largest |got - want|, of entries as shares of sqrt(want_aa want_bb).
double largest_share(Normal const& got, Normal const& want)
{
    std::size_t const p = want.gradient.size();
    double most = 0;
    for (std::size_t a = 0; a < p; ++a)
        for (std::size_t b = 0; b < p; ++b)
            most = std::fmax(most,
                             std::fabs(got.gram[a * p + b] - want.gram[a * p + b]) /
                                 std::sqrt(want.gram[a * p + a] * want.gram[b * p + b] + 1e-300));
    return most;
}

} // namespace

TEST_CASE("a Gram matrix does not depend on its parts or on the number of lanes")
{
    for (char const* const score : {"linear", "quadratic"}) {
        auto const problem = drawn_problem<double>(named_model(score, 10, 5), 131, 3);
        GramCase<double> const made({}, problem);
        int const tiles = gram_tiles(problem.model);
        CHECK(tiles > 3);
        for (auto const& backends : {level_backends(), lane_backends(), warp_backends()}) {
            std::vector<double> const whole = made.sums(backends.front());
            for (Backend const& backend : backends) {
                INFO(backend.name());
                if (backend.lanes != 0)
                    CHECK(made.sums(backend) == whole);
            }
            std::vector<double> const tiled = made.sums<float>(backends.front());
            for (int const parts : {2, 3, tiles, tiles + 5}) {
                CHECK(made.sums(backends.front(), parts) == whole);
                CHECK(made.sums<float>(backends.front(), parts) == tiled);
            }
            CHECK(made.sums(backends.back(), 3) == made.sums(backends.back()));
        }
    }
}

TEST_CASE("gradient, coefficients and folded matrix do not depend on the number of lanes")
{
    auto const problem = drawn_problem<double>(named_model("quadratic", 3, 3), 45, 4);
    for (auto const& backends : {lane_backends(), warp_backends()}) {
        GramCase<double> const first(backends.front(), problem);
        std::vector<double> const gram = first.normal(backends.front()).gram;
        for (Backend const& backend : backends) {
            INFO(backend.name());
            GramCase<double> const here(backend, problem);
            CHECK(here.coefficients == first.coefficients);
            CHECK(here.gradient == first.gradient);
            CHECK(here.normal(backend).gram == gram);
        }
    }
}

TEST_CASE("Gram matrices of awkward numbers of samples")
{
    for (int const n : {1, 2, 31, 32, 33, 191, 192, 193, 385}) {
        auto const problem =
            drawn_problem<double>(named_model("quadratic", 2, 2), n, static_cast<unsigned>(n));
        Normal const want = plain_normal(problem);
        for (Backend const& backend : all_backends()) {
            INFO(backend.name() << ", n = " << n);
            Normal const got = normal_of(backend, problem);
            CHECK(largest_share(got, want) <= 1e-12);
            CHECK(largest_difference(got.gradient, want.gradient) <=
                  1e-12 * std::fmax(1.0, largest(want.gradient)));
        }
    }
}

// Data and coefficients are rounded to float32, 6e-8 relative, and products of up to 192 samples
// are added so: some 1e-6 of what the sums' terms are together. What a sum of many such has is
// float64.
TEST_CASE("float32 Gram matrices are near those of float64")
{
    for (char const* const score : {"linear", "quadratic", "cosine", "attention"}) {
        auto const problem = drawn_problem<float>(named_model(score, 4, 5), 500, 7);
        Normal const want = normal_of({}, converted<double>(problem));
        for (Backend const& backend : all_backends()) {
            INFO(backend.name() << ", " << score);
            Normal const got = normal_of(backend, problem);
            CHECK(largest_share(got, want) <= 1e-5);
            CHECK(largest_difference(got.gradient, want.gradient) <= 1e-5 * largest(want.gradient));
            CHECK(got.mse == Approx(want.mse).epsilon(1e-5));
        }
    }
}

// Factors are rounded to float32, 6e-8 relative, and so is what up to 256 samples add up to: at
// most 256 * 6e-8 of what the terms are together, some 1e-6 as signs go. What follows is float64,
// so that more samples make it no worse.
TEST_CASE("products in float32 of data in float64 are near those in float64")
{
    for (char const* const score : {"linear", "quadratic", "cosine", "attention"}) {
        for (int const n : {3, 700, 2500}) {
            auto const problem = drawn_problem<double>(named_model(score, 4, 5), n, 7);
            Normal const want = normal_of({}, problem);
            for (Backend const& backend : all_backends()) {
                INFO(backend.name() << ", " << score << ", n = " << n);
                GramCase<double> const made(backend, problem);
                Normal const got = made.normal<float>(backend);
                CHECK(largest_share(got, want) <= 1e-5);
                CHECK(largest_share(got, want) > 1e-9); // it was float32
            }
        }
    }
}

TEST_CASE("a trial has the mean square error alone, the same one")
{
    auto const problem = drawn_problem<double>(named_model("linear", 3, 2), 77, 1);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        double mse = NAN;
        backend.run(LinearizeTask<double>{problem.model, problem.theta.data(), problem.n(),
                                          problem.x.data(), problem.y.data(), nullptr, nullptr,
                                          &mse});
        CHECK(mse == normal_of(backend, problem).mse);
    }
}
