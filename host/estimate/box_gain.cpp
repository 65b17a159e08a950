#include "host/estimate/box_gain.h"

#include "host/device/slices.h"
#include "host/estimate/end_distance.h"
#include "host/estimate/kinked_quadratic.h"
#include "kernels/lse/coordinates.h"
#include "kernels/lse/free_set.h"

#include <algorithm>
#include <limits>

namespace moerate
{
namespace
{

/// What steps in the box can gain by a model without kinks, 2 (S(z) - S(z + s)): a bound that is
/// reached up to rounding, as StepRecord::gain need not be where many coordinates meet the box. The
/// model is convex, so that with v its slope at s it falls by no more than it does at s and, for
/// all t in the box, v.(s - t). NaN where H is no Gram matrix.
double gain_in_box(KinkedQuadratic const& model)
{
    std::vector<Kink> const none;
    KinkedQuadratic smooth = model;
    smooth.kinks = &none;
    KinkedStep const best = minimum_of(smooth, flat_eigenvalue);
    if (!best.found)
        return std::numeric_limits<double>::quiet_NaN();
    double const dead = dead_diagonal(model.gram, model.p);
    double gain = 0;
    for (std::size_t i = 0; i < model.p; ++i) {
        double const* const row = model.gram + i * model.p;
        if (!(row[i] > dead))
            continue;
        double curved = flat_eigenvalue * row[i] * best.step[i];
        for (std::size_t j = 0; j < model.p; ++j)
            curved += row[j] * best.step[j];
        gain -= best.step[i] * (2 * model.gradient[i] + curved);
        gain += 2 * std::max(0.0, most_fall(model.gradient[i] + curved, model.z[i] + best.step[i],
                                            model.lower[i], model.upper[i]));
    }
    return gain;
}

} // namespace

double gain_left(Device& device, FitProblem<double> const& problem, Box::Bounds const& bounds,
                 double const* theta, double mse, std::vector<double> const& gram)
{
    auto const size = static_cast<std::size_t>(problem.model.layout.size);
    DeviceArray<double> const found(device, size);
    EvaluateTask<double> task{};
    task.model = problem.model;
    task.theta = theta;
    task.n = problem.n;
    task.x = problem.x;
    task.y = problem.y;
    task.gradient = found.data();
    device.run(std::vector<EvaluateTask<double>>{task});
    std::vector<double> const by_theta = found.download();
    std::vector<double> at(size);
    device.download(at.data(), theta, size * sizeof(double));
    int const p = coordinate_count(problem.model);
    std::vector<double> z(static_cast<std::size_t>(p)), gradient;
    gather_coordinates(SerialLanes{}, problem.model, at.data(), z.data());
    for (int i = 0; i < p; ++i) // S = n mse / 2
        gradient.push_back(problem.n / 2.0 *
                           by_coordinate(coordinate_place(problem.model, i), by_theta.data()));
    KinkedQuadratic const model{z.size(), gradient.data(),     gram.data(),
                                z.data(), bounds.lower.data(), bounds.upper.data(),
                                nullptr};
    return gain_in_box(model) / residual_variance(mse, problem.n, p);
}

} // namespace moerate
