#pragma once

/// @file
/// Allowed deviations from a float64 reference, |got - want|.

namespace moerate
{

/// f: f (1 + |want|). weight: weight + weight_relative |want|. mse: mse (1 + want).
/// gradient: gradient max(1, max |want|).
template <class Real>
struct Tolerance;

/// Some tens of roundings of 1e-16 over sums of up to some hundred terms; weights have up to 120
/// times the relative error of a score of that size.
template <>
struct Tolerance<double>
{
    static constexpr double f = 1e-12;
    static constexpr double weight = 1e-13;
    static constexpr double weight_extreme = 1e-13;
    static constexpr double weight_relative = 1e-11;
    static constexpr double mse = 1e-12;
    static constexpr double gradient = 1e-11;
};

/// Plain float arithmetic on the golden cases deviates by up to 1.2e-6 in f, 1.3e-6 in weights,
/// 3e-6 in the mean square error and 1.4e-4 in the gradient; the bounds are some times that, for
/// other orders of summation. Scores of more than 30 carry their size into the weights.
template <>
struct Tolerance<float>
{
    static constexpr double f = 2e-5;
    static constexpr double weight = 5e-6;
    static constexpr double weight_extreme = 2e-5; ///< 30 < |s| <= 120
    static constexpr double weight_relative = 0;
    static constexpr double mse = 2e-5;
    static constexpr double gradient = 5e-4;
};

} // namespace moerate
