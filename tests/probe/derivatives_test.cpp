#include "host/probe/dependence.h"

#include "host/device/device.h"
#include "host/measure/families.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

using namespace moerate;

namespace
{

/// Two atoms of one input: g_1 = 1 / (1 + exp(-(0.5 x + 0.2))), h_1 = 1 + 2 x, h_2 = -1 + x.
Measure two_lines()
{
    return measure_from_json(
        nlohmann::json::parse(R"({"d": 1, "gate": {"score": "linear", "normalizer": "softmax"},
            "expert": {"form": "ridge", "activation": "identity"},
            "atoms": [{"gate": {"w": [0.5], "b": 0.2}, "expert": {"a": [2], "b": 1}},
                      {"gate": {"w": [0], "b": 0}, "expert": {"a": [1], "b": -1}}]})"),
        "two lines");
}

std::size_t column_of(FunctionFamily const& family, std::string const& name)
{
    auto const at = std::find(family.names.begin(), family.names.end(), name);
    REQUIRE(at != family.names.end());
    return static_cast<std::size_t>(at - family.names.begin());
}

std::vector<double> const some_x = {-0.9, -0.5,  -0.2, 0.1,   0.3,  0.6,   0.8,  0.95, -0.7,
                                    0.45, -0.35, 0.7,  -0.05, 0.2,  -0.6,  0.5,  -0.8, 0.9,
                                    0.05, -0.1,  0.35, -0.45, 0.65, -0.25, 0.15, 0.75};

} // namespace

TEST_CASE("derivatives of a mixture of two lines are those by hand")
{
    auto const device = make_cpu_device(1);
    Measure const measure = two_lines();
    FunctionFamily const f = first_derivatives(*device, measure, some_x);
    FunctionFamily const F = second_derivatives(*device, measure, some_x);
    CHECK(f.dropped == 0);
    REQUIRE(F.values.columns == 2 * 10); // value, 3 first and 6 second derivatives an atom
    for (std::size_t t = 0; t < some_x.size(); ++t) {
        double const x = some_x[t], g = 1 / (1 + std::exp(-(0.5 * x + 0.2)));
        double const h = 1 + 2 * x, other = x - 1;
        // Steps of 1/64 and order 8: errors of some 1e-13 for first, 1e-11 for second derivatives.
        CHECK(f.values(t, column_of(f, "df/db_1")) ==
              Approx(g * (1 - g) * (h - other)).margin(1e-12));
        CHECK(f.values(t, column_of(f, "df/da_2[1]")) == Approx((1 - g) * x).margin(1e-12));
        CHECK(F.values(t, column_of(F, "F_1")) == Approx(g * h).margin(1e-14));
        // The denominator stays: exp(s) h and not the softmax is what is derived.
        CHECK(F.values(t, column_of(F, "dF_1/dw[1]")) == Approx(g * x * h).margin(1e-12));
        CHECK(F.values(t, column_of(F, "d2F_1/dw[1]^2")) == Approx(g * x * x * h).margin(1e-10));
        CHECK(F.values(t, column_of(F, "d2F_1/dw[1]db_e")) == Approx(g * x).margin(1e-10));
    }
}

TEST_CASE("samples beside a kink are left out")
{
    auto const device = make_cpu_device(1);
    Measure measure = two_lines();
    measure.model.expert = expert_from_json({{"form", "ridge"}, {"activation", "relu"}}, "expert");
    // Kinks at x = -1/2 and x = 1: steps reach 4/64 in b and in a x.
    FunctionFamily const f = first_derivatives(*device, measure, {-0.9, -0.51, -0.49, 0.2, 0.99});
    CHECK(f.dropped == 3);
    CHECK(f.values.rows == 2);
}

TEST_CASE("dependent functions are named with their coefficients")
{
    FunctionFamily family;
    family.names = {"F_1", "dF_1/da[1]", "dF_1/db_e", "d2F_1/da[1]db_e", "d2F_1/db_e^2"};
    family.order = {0, 1, 1, 2, 2};
    family.atom = {0, 0, 0, 0, 0};
    family.values = DenseMatrix(20, 5);
    for (std::size_t t = 0; t < 20; ++t) {
        double const x = static_cast<double>(t) / 10 - 1;
        double const columns[] = {0.37 * x + 1.9, x, 1, 0, std::sin(x)};
        for (std::size_t c = 0; c < 5; ++c)
            family.values(t, c) = columns[c];
    }
    Dependence const found = dependence_of(family, {{"a_1[1]", 0.37}, {"b_e_1", 1.9}});
    CHECK(found.functions == 5);
    CHECK(found.rank == 3);
    CHECK(found.zero == std::vector<std::string>{"d2F_1/da[1]db_e"});
    CHECK(found.rounding < 1e-14);
    CHECK(found.least > 0.01);
    CHECK(found.joining == 0);
    CHECK(found.relations == std::vector<std::string>{"F_1 = a_1[1] dF_1/da[1] + b_e_1 dF_1/db_e"});
}

TEST_CASE("smooth functions whose singular values fall evenly have no relations")
{
    // exp(c x) for close c: independent, but 60 digits would be needed to see it.
    FunctionFamily family;
    family.values = DenseMatrix(40, 14);
    for (std::size_t c = 0; c < 14; ++c) {
        family.names.push_back("F_" + std::to_string(c + 1));
        family.order.push_back(0);
        family.atom.push_back(0);
        for (std::size_t t = 0; t < 40; ++t)
            family.values(t, c) =
                std::exp(0.1 * static_cast<double>(c) * (static_cast<double>(t) / 20 - 1));
    }
    Dependence const found = dependence_of(family, {});
    CHECK(found.rank < 14);
    CHECK_FALSE(found.sharp);
    CHECK(found.relations.empty());
    CHECK(found.joining == 0);
    // That two are one function is seen all the same.
    for (std::size_t t = 0; t < 40; ++t)
        family.values(t, 13) = -2 * family.values(t, 4);
    Dependence const twice = dependence_of(family, {});
    CHECK_FALSE(twice.sharp);
    CHECK(twice.relations == std::vector<std::string>{"F_14 = -2 F_5"});
}

TEST_CASE("relations that differ by an index are one, and those that join atoms are counted")
{
    FunctionFamily family;
    family.names = {"dF_1/da[1]", "d2F_1/dw[1]db_e", "dF_2/da[1]", "d2F_2/dw[1]db_e"};
    family.order = {1, 2, 1, 2};
    family.atom = {0, 0, 1, 1};
    family.values = DenseMatrix(10, 4);
    for (std::size_t t = 0; t < 10; ++t)
        for (std::size_t c = 0; c < 4; ++c) // the same function, twice of it for the second atom
            family.values(t, c) = static_cast<double>(t + 1) * (c < 2 ? 1 : 2);
    Dependence const found = dependence_of(family, {});
    CHECK(found.rank == 1);
    CHECK(found.joining == 1);
    CHECK(found.relations == std::vector<std::string>{"d2F_i/dw[u]db_e = dF_i/da[u] (2 such)"});
}
