// Directions x / |x| and w / |w| of vectors whose squares no number of the type holds.

#include "tests/fit/problem.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace moerate;

namespace
{

/// A model of cosine scores and normalized experts, where x counts by its direction alone.
Model directed(double tau, int d, int k)
{
    GateSpec gate;
    gate.score = find<Scores>("cosine");
    gate.normalizer = find<Normalizers>("sigmoid");
    gate.tau1 = gate.tau2 = tau;
    return make_model(gate, {find<Experts>("normalized"), find<Activations>("tanh")}, d, k);
}

/// The power of two that shrinks squares of ordinary numbers to 0, and still leaves 1 / |w|.
template <class Real>
constexpr int exponent_out = std::is_same_v<Real, float> ? 100 : 800;

} // namespace

// A power of two changes no digit of x; sums over w may be taken in another order.
TEMPLATE_TEST_CASE("the length of x and w changes no direction", "", float, double)
{
    double const rounding = 16 * static_cast<double>(std::numeric_limits<TestType>::epsilon());
    std::size_t const locations = 3 * 7; // w comes first
    for (Backend const& backend : all_backends()) {
        for (int const n : {1, 5, 32, 70}) {
            Problem<TestType> const plain = drawn_problem<TestType>(directed(0, 7, 3), n, 11);
            Evaluated<TestType> const want = evaluated(backend, plain);
            for (int const e : {-exponent_out<TestType>, exponent_out<TestType>}) {
                INFO(backend.name() << ", n = " << n << ", 2^" << e);
                Problem<TestType> far = plain;
                for (TestType& x : far.x)
                    x = std::ldexp(x, e);
                CHECK(evaluated(backend, far).weights == want.weights);
                CHECK(evaluated(backend, far).f == want.f);
                for (std::size_t f = 0; f < locations; ++f)
                    far.theta[f] = std::ldexp(plain.theta[f], e);
                Evaluated<TestType> got = evaluated(backend, far);
                for (std::size_t f = 0; f < locations; ++f) // the slope by w goes as 1 / |w|
                    got.gradient[f] = std::ldexp(got.gradient[f], e);
                CHECK(largest_difference(got.f, want.f) <= rounding);
                CHECK(largest_difference(got.weights, want.weights) <= rounding);
                CHECK(largest_difference(got.gradient, want.gradient) <=
                      rounding * (1 + largest(want.gradient)));
            }
        }
    }
}

TEMPLATE_TEST_CASE("one far sample leaves the others of its chunk as they are", "", float, double)
{
    Problem<TestType> const plain = drawn_problem<TestType>(directed(0.5, 5, 2), 40, 4);
    Problem<TestType> mixed = plain;
    std::size_t const far = 3 * 5, zero = 6 * 5;
    for (std::size_t f = 0; f < 5; ++f) {
        mixed.x[far + f] = std::ldexp(plain.x[far + f], -exponent_out<TestType>);
        mixed.x[zero + f] = 0;
    }
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        std::vector<TestType> const want = evaluated(backend, plain).f;
        std::vector<TestType> const got = evaluated(backend, mixed).f;
        for (std::size_t t = 0; t < want.size(); ++t) {
            if (t != 3 && t != 6)
                CHECK(got[t] == want[t]);
        }
        CHECK(std::isfinite(got[3]));
        CHECK(std::isfinite(got[6]));
    }
}

TEMPLATE_TEST_CASE("tau is added to lengths of any size", "", float, double)
{
    // |x| = |w| = 5 s and tau = 5 s: u = (0.3, 0.4) on both sides, s = 0.25.
    double const sizes[] = {1e-30, 1e-5, 1, 1e5, 1e30};
    double const rounding = 8 * static_cast<double>(std::numeric_limits<TestType>::epsilon());
    for (double const size : sizes) {
        TestType const three = static_cast<TestType>(3 * size);
        TestType const four = static_cast<TestType>(4 * size);
        Problem<TestType> problem{directed(5 * size, 2, 1), {}, {three, four}, {TestType(1)}};
        problem.theta = {three, four, 0, 1, 0, 0, 1}; // w, b, a, b, lambda
        for (Backend const& backend : all_backends()) {
            INFO(backend.name() << ", " << size);
            Evaluated<TestType> const got = evaluated(backend, problem);
            CHECK(got.weights[0] == Approx(1 / (1 + std::exp(-0.25))).epsilon(rounding));
            // h = tanh(3 / 5)
            CHECK(got.f[0] == Approx(std::tanh(0.6) / (1 + std::exp(-0.25))).epsilon(rounding));
        }
    }
}
