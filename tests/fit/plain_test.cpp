// The plain mixture that evaluation is compared with, and what it knows of members that it does not
// name.

#include "tests/fit/problem.h"
#include "tests/support/own_maps.h"

#include <catch2/catch.hpp>

using namespace moerate;

TEST_CASE("written formulas are what the members say themselves")
{
    unsigned seed = 1;
    for (Family const& family : paired_families()) {
        INFO(name_of(family));
        Problem<double> const problem = drawn_problem<double>(model_of(family, 3, 4), 20, seed++);
        for (std::size_t t = 0; t < problem.y.size(); ++t) {
            double const* const x = problem.x.data() + 3 * t;
            PlainSample const written = plain_sample(problem.model, problem.theta, x);
            PlainSample const own = plain_sample(problem.model, problem.theta, x, Plain::own);
            CHECK(largest_difference(own.scores, written.scores) <= 1e-12);
            CHECK(largest_difference(own.responses, written.responses) <= 1e-12);
            CHECK(own.margin == Approx(written.margin).epsilon(1e-9));
        }
    }
}

TEST_CASE("kinks are found by the slope alone")
{
    for (int activation = 0; activation < Activations::size; ++activation) {
        std::string_view const name = name_of<Activations>(activation);
        INFO(name);
        CHECK(has_kink(activation, 1) == (name == "relu"));
        CHECK(has_kink(activation, 2) == (name == "relu"));
    }
}

TEST_CASE("features by hand")
{
    double const x[] = {3, 4};
    CHECK(plain_features(feature_x | feature_vech | feature_square, x, 2, 0) ==
          std::vector<double>{3, 4, 9, 12, 16, 25});
    CHECK(plain_features(feature_cosine | feature_unit, x, 2, 5) ==
          std::vector<double>{0.3, 0.4, 0.6, 0.8});
    double const zero[] = {0, 0};
    CHECK(plain_features(feature_cosine | feature_unit, zero, 2, 0) == std::vector<double>(4));
}
