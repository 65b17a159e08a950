#pragma once

/// @file
/// Gram matrices of written-out factors on a device, beside those of its own Gram tasks.

#include "host/estimate/factored_gram.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "tests/fit/problem.h"
#include "tests/lse/gram_deviation.h"

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

/// A model whose products of coefficients and features are of several groups, or of one.
inline Model factored_model(char const* score, int d, int k)
{
    Family family;
    family.score = find<Scores>(score);
    family.activation = find<Activations>("gelu");
    return model_of(family, d, k);
}

} // namespace moerate
