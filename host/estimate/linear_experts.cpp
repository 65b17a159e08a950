#include "host/estimate/linear_experts.h"

#include "host/core/matrix.h"
#include "host/device/slices.h"

#include <algorithm>

namespace moerate
{
namespace
{

constexpr int least_samples = 256, samples_a_number = 4;

/// Share of the mean diagonal element that is added to the normal equations.
constexpr double ridge = 1e-6;

/// The blocks of an expert that linear least squares fills.
struct ExpertBlocks
{
    explicit ExpertBlocks(Model const& model)
    {
        for (int b = model.layout.expert_begin; b < model.layout.blocks; ++b) {
            Block const& block = model.layout.block[b];
            if (block.role == Role::expert_direction && block.width == model.d)
                direction = &block;
            if (block.role == Role::expert_bias)
                bias = &block;
            if (block.role == Role::expert_scale)
                scale = &block;
        }
    }
    /// Numbers of an atom that are sought.
    int numbers() const
    {
        return (direction != nullptr ? direction->width : 0) + (bias != nullptr);
    }

    Block const *direction = nullptr, *bias = nullptr, *scale = nullptr;
};

int samples_of(FitProblem<double> const& problem)
{
    int const numbers = problem.model.k * ExpertBlocks(problem.model).numbers();
    return std::min(problem.n, std::max(least_samples, samples_a_number * numbers));
}

std::vector<double> first_of(Device& device, double const* values, std::size_t count)
{
    std::vector<double> host(count);
    device.download(host.data(), values, count * sizeof(double));
    return host;
}

/// Solves for the experts of one model, with weights [k][m] of its gates on m samples.
void solve(Device& device, LinearExperts const& wanted, double const* weights, int m)
{
    FitProblem<double> const& problem = *wanted.problem;
    Model const& model = problem.model;
    ExpertBlocks const blocks(model);
    int const d = blocks.direction != nullptr ? model.d : 0, width = blocks.numbers();
    if (width == 0)
        return;
    auto const x = first_of(device, problem.x, static_cast<std::size_t>(m) * model.d);
    auto const y = first_of(device, problem.y, m);
    DenseMatrix columns(m, static_cast<std::size_t>(model.k) * width);
    for (int t = 0; t < m; ++t)
        for (int i = 0; i < model.k; ++i) {
            double const weight = weights[static_cast<std::size_t>(i) * m + t];
            for (int j = 0; j < width; ++j)
                columns(t, i * width + j) =
                    weight * (j < d ? x[static_cast<std::size_t>(t) * model.d + j] : 1.0);
        }
    DenseMatrix normal = crossed(columns, columns);
    double trace = 0;
    for (std::size_t i = 0; i < normal.rows; ++i)
        trace += normal(i, i);
    for (std::size_t i = 0; i < normal.rows; ++i)
        normal(i, i) += ridge * trace / static_cast<double>(normal.rows);
    std::vector<double> const found = solved(normal, crossed(columns, y));
    std::vector<double>& theta = *wanted.theta;
    for (int i = 0; i < model.k; ++i) {
        for (int j = 0; j < d; ++j)
            theta[blocks.direction->offset + i * d + j] = found[i * width + j];
        if (blocks.bias != nullptr)
            theta[blocks.bias->offset + i] = found[i * width + d];
        if (blocks.scale != nullptr)
            theta[blocks.scale->offset + i] = 1;
    }
}

} // namespace

void fit_linear_experts(Device& device, std::vector<LinearExperts> const& wanted)
{
    Slices<double> thetas, weights;
    std::vector<double> values;
    for (LinearExperts const& one : wanted) {
        int const number = thetas.add(one.theta->size());
        values.resize(thetas.size());
        std::copy(one.theta->begin(), one.theta->end(), values.begin() + thetas.offset(number));
        weights.add(static_cast<std::size_t>(one.problem->model.k) * samples_of(*one.problem));
    }
    thetas.upload(device, values);
    weights.allocate(device);
    std::vector<EvaluateTask<double>> tasks;
    for (LinearExperts const& one : wanted) {
        int const number = static_cast<int>(tasks.size());
        tasks.push_back({one.problem->model, thetas.at(number), samples_of(*one.problem),
                         one.problem->x, nullptr, nullptr, weights.at(number), nullptr, nullptr});
    }
    device.run(tasks);
    std::vector<double> const gates = weights.download();
    for (std::size_t i = 0; i < wanted.size(); ++i)
        solve(device, wanted[i], gates.data() + weights.offset(static_cast<int>(i)),
              samples_of(*wanted[i].problem));
}

} // namespace moerate
