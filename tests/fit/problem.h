#pragma once

/// @file
/// Drawn models and data of the fit tests, and the plain float64 mixture they are compared with.

#include "kernels/evaluate/evaluate_api.h"
#include "kernels/spec/lookup.h"
#include "tests/support/backend.h"
#include "tests/support/families.h"

#include <cmath>
#include <cstddef>
#include <random>
#include <string_view>
#include <vector>

namespace moerate
{

/// A model with parameters and data, n samples of x [n][d] and y [n].
template <class Real>
struct Problem
{
    Model model;
    std::vector<Real> theta;
    std::vector<Real> x;
    std::vector<Real> y;

    int n() const { return static_cast<int>(y.size()); }
};

/// The model of linear scores and ridge experts at T = 1, the rest by name.
inline Model model_of(std::string_view normalizer, std::string_view activation, int d, int k)
{
    GateSpec gate;
    gate.score = find<Scores>("linear");
    gate.normalizer = find<Normalizers>(normalizer);
    return make_model(gate, {find<Experts>("ridge"), find<Activations>(activation)}, d, k);
}

/// The four mixtures whose gradient is also written out plainly.
struct Mixture
{
    char const* normalizer;
    char const* activation;
};
constexpr Mixture mixtures[] = {
    {"softmax", "identity"}, {"softmax", "relu"}, {"sigmoid", "identity"}, {"sigmoid", "relu"}};

/// The vector in another number type.
template <class To, class From>
std::vector<To> converted(std::vector<From> const& from)
{
    std::vector<To> to;
    for (From const value : from)
        to.push_back(static_cast<To>(value));
    return to;
}

/// n numbers N(0, sd^2), each a float, so that both precisions get the same problem.
template <class Real>
std::vector<Real> drawn(std::mt19937_64& random, std::size_t n, double sd)
{
    std::normal_distribution<double> normal(0.0, sd);
    std::vector<Real> values;
    for (std::size_t i = 0; i < n; ++i)
        values.push_back(static_cast<Real>(static_cast<float>(normal(random))));
    return values;
}

/// Parameters N(0, 1/d) so that scores and responses are of size 1 for all d, x and y N(0, 1). A
/// learned temperature is at least 1/2.
template <class Real>
Problem<Real> drawn_problem(Model const& model, int n, unsigned seed)
{
    std::mt19937_64 random(seed);
    Problem<Real> problem{model, {}, {}, {}};
    problem.theta = drawn<Real>(random, static_cast<std::size_t>(model.layout.size),
                                1.0 / std::sqrt(static_cast<double>(model.d)));
    if (int const place = temperature_place(model.layout); place >= 0) {
        Real& temperature = problem.theta[static_cast<std::size_t>(place)];
        temperature = static_cast<Real>(0.5F + std::fabs(static_cast<float>(temperature)));
    }
    problem.x = drawn<Real>(random, static_cast<std::size_t>(n) * model.d, 1.0);
    problem.y = drawn<Real>(random, static_cast<std::size_t>(n), 1.0);
    return problem;
}

/// The problem in another number type.
template <class To, class From>
Problem<To> converted(Problem<From> const& from)
{
    return {from.model, converted<To>(from.theta), converted<To>(from.x), converted<To>(from.y)};
}

/// Outputs of an evaluation.
template <class Real>
struct Evaluated
{
    std::vector<Real> f;
    std::vector<Real> weights; ///< [k][n]
    std::vector<Real> gradient;
    double mse;
};

/// Evaluates the problem with all outputs.
template <class Real>
Evaluated<Real> evaluated(Backend const& backend, Problem<Real> const& problem)
{
    auto const n = static_cast<std::size_t>(problem.n());
    Evaluated<Real> out{std::vector<Real>(n, Real(NAN)),
                        std::vector<Real>(n * problem.model.k, Real(NAN)),
                        std::vector<Real>(problem.theta.size(), Real(NAN)), NAN};
    backend.run(EvaluateTask<Real>{problem.model, problem.theta.data(), problem.n(),
                                   problem.x.data(), problem.y.data(), out.f.data(),
                                   out.weights.data(), out.gradient.data(), &out.mse});
    return out;
}

/// One sample of a mixture.
struct PlainSample
{
    std::vector<double> scores; ///< s_i / T
    std::vector<double> weights;
    std::vector<double> responses;
    double f;
    double margin; ///< to the nearest place where f is not smooth: kinks of relu, ties of topk
};

/// Where the plain mixture has its scores, expert forms and activations from.
enum class Plain
{
    written, ///< formulas written out from spec.md 1, as far as there are any
    own,     ///< what the members say themselves, tests/support/own_maps.h
};

/// The prediction at x [d], for all members of the lists.
PlainSample plain_sample(Model const& model, std::vector<double> const& theta, double const* x,
                         Plain plain = Plain::written);

/// (1/n) sum (y - f)^2.
double plain_mse(Problem<double> const& problem);

/// Whether f is smooth within `margin` of every sample, and not 0 at all of them.
bool smooth(Problem<double> const& problem, double margin);

/// Gradient of (1/B) sum (y - f)^2 over the B samples of `rows`, by the full Jacobian dg_i/ds_j; of
/// the four mixtures only.
std::vector<double> plain_gradient(Problem<double> const& problem,
                                   std::vector<unsigned> const& rows);

/// A drawn problem whose samples all keep `margin` from where f is not smooth, and whose experts
/// are not all dead.
template <class Real>
Problem<Real> smooth_problem(Model const& model, int n, unsigned seed, double margin)
{
    for (unsigned attempt = 0;; ++attempt) { // some tenths of the draws come too near
        Problem<Real> const problem = drawn_problem<Real>(model, n, seed + 100000 * attempt);
        if (smooth(converted<double>(problem), margin))
            return problem;
    }
}

/// Rows 0 .. n - 1.
std::vector<unsigned> all_rows(int n);

/// Largest |got_i - want_i|; NaN if any is not a number, infinite if the sizes differ.
template <class Got, class Want>
double largest_difference(std::vector<Got> const& got, std::vector<Want> const& want)
{
    double largest = got.size() == want.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < got.size() && i < want.size(); ++i) {
        double const difference =
            std::fabs(static_cast<double>(got[i]) - static_cast<double>(want[i]));
        largest = difference > largest || std::isnan(difference) ? difference : largest;
        if (std::isnan(largest))
            break;
    }
    return largest;
}

/// Largest |v_i|.
template <class Real>
double largest(std::vector<Real> const& values)
{
    return largest_difference(values, std::vector<double>(values.size()));
}

} // namespace moerate
