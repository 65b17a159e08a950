// What cells lack in response and in gate, on all backends: hand-made fits first, then values of an
// independent float64 implementation (tests/reference/responses.py).

#include "host/measure/measure_json.h"
#include "tests/fit/risk_case.h"
#include "tests/places.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace moerate;
using nlohmann::json;

namespace
{

/// An atom of constant weight and response, as parts of 8 and whole numbers.
struct Atom
{
    double eighths, response;
};

/// Softmax gates w = 0, b = log(weight) and experts a = 0 in one dimension.
template <class Real>
std::vector<Real> constant_atoms(std::vector<Atom> const& atoms)
{
    std::size_t const k = atoms.size();
    std::vector<Real> theta(4 * k);
    for (std::size_t i = 0; i < k; ++i) {
        theta[k + i] = static_cast<Real>(std::log(atoms[i].eighths / 8));
        theta[3 * k + i] = static_cast<Real>(atoms[i].response);
    }
    return theta;
}

/// The largest of what the cells lack, of all that the points have in common.
template <class Real>
void check_constants(std::vector<Atom> const& fit, std::vector<Atom> const& truth, double response,
                     double gate)
{
    // sums up to 8 of some roundings each
    double const margin = sizeof(Real) == 4 ? 4e-6 : 1e-14;
    std::mt19937_64 random(2);
    auto const k = static_cast<int>(fit.size()), k_true = static_cast<int>(truth.size());
    for (std::size_t const points : {1u, 33u, 70u}) {
        auto const on = truth_of(model_of("softmax", "identity", 1, k_true),
                                 constant_atoms<Real>(truth), drawn<Real>(random, points, 1.0));
        for (Backend const& backend : all_backends()) {
            RiskRecord const got =
                risk(backend, model_of("softmax", "identity", 1, k), constant_atoms<Real>(fit), on);
            INFO(backend.name() << ", k = " << k << ", k* = " << k_true << ", points = " << points);
            CHECK(std::fabs(got.response_cell - response) <= margin);
            CHECK(std::fabs(got.response_gate - gate) <= margin);
        }
    }
}

} // namespace

TEMPLATE_TEST_CASE("responses of constant atoms", "", float, double)
{
    std::vector<Atom> const truth{{2, 4}, {6, -4}}; // g*h* = 1 and -3
    check_constants<TestType>(truth, truth, 0, 0);
    // a split atom, its shares traded: (2 + 6) / 8 = 1
    check_constants<TestType>({{1, 2}, {1, 6}, {6, -4}}, truth, 0, 0);
    // the cell's sum is 9/8, the other's -30/8; weights as before
    check_constants<TestType>({{1, 3}, {1, 6}, {6, -5}}, truth, 0.75, 0);
    // 3/2 + 3/2 against 1, -5/4 against -3, and weights of 6/8 against 2/8
    check_constants<TestType>({{4, 3}, {2, 6}, {2, -5}}, truth, 2, 0.5);
    // nobody in the second cell: all of its response and weight is lacking
    check_constants<TestType>({{8, 3}}, truth, 3, 0.75);
    check_constants<TestType>({{8, 5}}, truth, 4, 0.75);
    // members that do not stand side by side, and cells in another order than the truth's
    check_constants<TestType>({{6, -4}, {1, 2}, {0.5, 8}, {0.5, 4}}, truth, 0, 0);
}

namespace
{

/// A measure of a case in the number type of the test.
template <class Real>
std::vector<Real> theta_of(Measure const& measure)
{
    return converted<Real>(measure.theta);
}

/// Compares all errors of a case; null is not a number.
template <class Real>
void check_case(Backend const& backend, json const& test)
{
    // float: parameters and points are rounded to it, responses reach some tens
    double const tolerance = sizeof(Real) == 4 ? 2e-5 : 1e-12;
    std::string const name = test["name"];
    Measure const fit = measure_from_json(test["fit"], name);
    Measure const truth = measure_from_json(test["truth"], name);
    std::vector<Real> x;
    for (json const& row : test["x"])
        for (double const value : row)
            x.push_back(static_cast<Real>(value));
    RiskRecord const got = risk(backend, fit.model, theta_of<Real>(fit),
                                truth_of(truth.model, theta_of<Real>(truth), x));
    json const& want = test["expected"];
    INFO(name << " on " << backend.name());
    auto const check = [&](char const* what, double value) {
        INFO(what << " " << value << ", not " << want[what]);
        CHECK(std::isnan(value) == want[what].is_null());
        if (!want[what].is_null())
            CHECK(std::fabs(value - want[what].get<double>()) <=
                  tolerance * (1 + want[what].get<double>()));
    };
    check("regression", got.regression);
    check("expert_over", got.expert_over);
    check("expert_exact", got.expert_exact);
    check("expert_missed", got.expert_missed);
    check("response_cell", got.response_cell);
    check("response_gate", got.response_gate);
}

json reference_cases()
{
    std::ifstream in(MOE_SOURCE_DIR "/tests/reference/responses.json");
    REQUIRE(in);
    return json::parse(in);
}

} // namespace

TEMPLATE_TEST_CASE("errors of all families equal an independent implementation's", "", float,
                   double)
{
    json const cases = reference_cases();
    REQUIRE(cases.size() == 16);
    for (json const& test : cases)
        for (Backend const& backend : all_backends())
            check_case<TestType>(backend, test);
}

TEMPLATE_TEST_CASE("atoms that trade shares of a response have none lacking, though their experts "
                   "are off",
                   "", float, double)
{
    // spec.md 1.3, last row: f is the truth's, each of the two experts is half of h* away from it
    json const test = reference_cases().back();
    REQUIRE(test["name"] == "relu split");
    double const margin = sizeof(TestType) == 4 ? 1e-6 : 1e-15;
    Measure const fit = measure_from_json(test["fit"], ""),
                  its = measure_from_json(test["truth"], "");
    std::vector<TestType> x;
    for (json const& row : test["x"])
        for (double const value : row)
            x.push_back(static_cast<TestType>(value));
    auto const truth = truth_of(its.model, theta_of<TestType>(its), x);
    double square = 0;
    for (std::size_t t = 0; t < truth.f.size(); ++t)
        square += std::pow(static_cast<double>(truth.experts[t]) / 2, 2);
    for (Backend const& backend : all_backends()) {
        RiskRecord const got = risk(backend, fit.model, theta_of<TestType>(fit), truth);
        INFO(backend.name());
        CHECK(got.regression <= margin);
        CHECK(got.response_cell <= margin);
        CHECK(got.response_gate <= margin);
        CHECK(got.expert_over == Approx(std::sqrt(square / static_cast<double>(truth.points()))));
        CHECK(got.expert_over > 0.4);
    }
}
