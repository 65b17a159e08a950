#pragma once

/// @file
/// Gram matrices of written-out factors on a device, beside those of its own Gram tasks.

#include "host/estimate/factored_gram.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "tests/fit/problem.h"

#include <cmath>
#include <limits>
#include <vector>

namespace moerate
{

/// A linearised problem on a device.
struct Linearised
{
    Problem<double> const& problem;
    std::size_t p;
    DeviceArray<double> x, y, theta, coefficients, gradient, mse, sums, gram;

    Linearised(Device& device, Problem<double> const& of)
        : problem(of), p(static_cast<std::size_t>(coordinate_count(of.model))), x(device, of.x),
          y(device, of.y), theta(device, of.theta),
          coefficients(device, static_cast<std::size_t>(coefficient_rows(of.model)) * of.y.size()),
          gradient(device, p), mse(device, 1), sums(device, gram_numbers(of.model)),
          gram(device, std::vector<double>(p * p, std::numeric_limits<double>::quiet_NaN()))
    {
        device.run(
            std::vector<LinearizeTask<double>>{{of.model, theta.data(), of.n(), x.data(), y.data(),
                                                coefficients.data(), gradient.data(), mse.data()}});
    }

    /// By the device's own task.
    std::vector<double> own(Device& device) const
    {
        device.run(std::vector<GramTask<double>>{
            {problem.model, problem.n(), x.data(), coefficients.data(), sums.data(), 0, 1}});
        device.run(std::vector<FoldTask>{{problem.model, theta.data(), sums.data(), gram.data()}});
        return gram.download();
    }
};

/// Of all problems, in one list.
inline std::vector<std::vector<double>> factored(Device& device,
                                                 std::vector<Linearised> const& problems)
{
    FactoredGram factors(device);
    std::vector<FactoredFit> fits;
    for (Linearised const& of : problems)
        fits.push_back({factors.expect(of.problem.model, of.problem.n()), of.problem.model,
                        of.problem.n(), of.x.data(), of.coefficients.data(), of.theta.data(),
                        of.gram.data()});
    factors.allocate();
    std::vector<double> const seconds = factors.run(fits);
    std::vector<std::vector<double>> grams;
    for (std::size_t i = 0; i < problems.size(); ++i)
        grams.push_back(seconds.at(i) >= 0 ? problems[i].gram.download() : std::vector<double>());
    return grams;
}

/// Largest |got - want|, of entries as shares of sqrt(want_aa want_bb), a column that is nearly
/// none as one of a thousandth of the largest; NaN if a number is none.
inline double largest_share(std::vector<double> const& got, std::vector<double> const& want,
                            std::size_t p)
{
    double longest = 0;
    for (std::size_t a = 0; a < p; ++a)
        longest = std::fmax(longest, std::sqrt(want[a * p + a]));
    auto const length = [&](std::size_t a) { return std::sqrt(want[a * p + a]) + 1e-3 * longest; };
    double most = 0;
    for (std::size_t a = 0; a < p; ++a) {
        for (std::size_t b = 0; b < p; ++b) {
            double const share =
                std::fabs(got[a * p + b] - want[a * p + b]) / (length(a) * length(b));
            if (std::isnan(share))
                return share;
            most = std::fmax(most, share);
        }
    }
    return most;
}

/// A model whose products of coefficients and features are of several groups, or of one.
inline Model factored_model(char const* score, int d, int k)
{
    Family family;
    family.score = find<Scores>(score);
    family.activation = find<Activations>("gelu");
    return model_of(family, d, k);
}

} // namespace moerate
