#include "host/estimate/box_gain.h"

#include "host/device/slices.h"
#include "host/estimate/end_distance.h"
#include "host/estimate/kinked_quadratic.h"
#include "kernels/lse/coordinates.h"

namespace moerate
{

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
