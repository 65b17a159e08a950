// Evaluations of an independent float64 implementation of spec.md, on all backends.

#include "host/measure/measure_json.h"
#include "tests/fit/problem.h"
#include "tests/fit/tolerance.h"
#include "tests/places.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

using namespace moerate;
using nlohmann::json;

namespace
{

json golden(char const* file)
{
    std::ifstream in(std::string(MOE_SOURCE_DIR "/tests/golden/") + file);
    REQUIRE(in);
    return json::parse(in);
}

template <class Real>
Problem<Real> problem_of(json const& test)
{
    Measure const measure = measure_from_json(test["measure"], test["name"]);
    Problem<Real> problem{measure.model, converted<Real>(measure.theta), {}, {}};
    for (json const& row : test["x"])
        for (double const value : row)
            problem.x.push_back(static_cast<Real>(value));
    for (double const value : test["y"])
        problem.y.push_back(static_cast<Real>(value));
    return problem;
}

/// Compares the gradient entry by entry in the measure's shape.
void check_gradient(Model const& model, std::vector<double> const& got, json const& want,
                    double tolerance)
{
    json const got_flat = json(parameters_to_json(model, got)).flatten();
    json const want_flat = want.flatten();
    double size = 1;
    for (auto const& [key, value] : want_flat.items())
        size = value.is_number() ? std::fmax(size, std::fabs(value.get<double>())) : size;
    for (auto const& [key, value] : want_flat.items()) {
        if (!value.is_number())
            continue;
        INFO(key);
        REQUIRE(got_flat.contains(key));
        CHECK(std::fabs(got_flat[key].get<double>() - value.get<double>()) <= tolerance * size);
    }
    CHECK(got_flat.size() == want_flat.size());
}

template <class Real>
void check_golden(Backend const& backend, json const& test)
{
    std::string const name = test["name"];
    INFO(name << " on " << backend.name());
    Problem<Real> const problem = problem_of<Real>(test);
    Evaluated<Real> const got = evaluated(backend, problem);
    json const& want = test["expected"];
    bool const extreme = name.find("extreme") != std::string::npos;
    double const weight_tolerance =
        extreme ? Tolerance<Real>::weight_extreme : Tolerance<Real>::weight;
    auto const n = static_cast<std::size_t>(problem.n());
    for (std::size_t t = 0; t < n; ++t) {
        double const f = want["f"][t];
        CHECK(std::fabs(static_cast<double>(got.f[t]) - f) <=
              Tolerance<Real>::f * (1 + std::fabs(f)));
        for (std::size_t j = 0; j < static_cast<std::size_t>(problem.model.k); ++j) {
            double const weight = want["weights"][t][j];
            CHECK(std::fabs(static_cast<double>(got.weights[j * n + t]) - weight) <=
                  weight_tolerance + Tolerance<Real>::weight_relative * weight);
        }
    }
    double const mse = want["mse"];
    CHECK(std::fabs(got.mse - mse) <= Tolerance<Real>::mse * (1 + mse));
    check_gradient(problem.model, converted<double>(got.gradient), want["gradient"],
                   Tolerance<Real>::gradient);
}

/// Checks all cases of a file on all backends and returns how many they are.
int check_file(char const* file)
{
    int checked = 0;
    for (json const& test : golden(file)) {
        for (Backend const& backend : all_backends()) {
            check_golden<double>(backend, test);
            check_golden<float>(backend, test);
        }
        ++checked;
    }
    return checked;
}

} // namespace

TEST_CASE("golden evaluations of linear scores and ridge experts")
{
    CHECK(check_file("golden_slice_eval.json") == 24);
}

TEST_CASE("golden evaluations of all families")
{
    CHECK(check_file("golden_eval.json") == 40);
}
