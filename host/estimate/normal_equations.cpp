#include "host/estimate/normal_equations.h"

#include "kernels/lse/coordinates.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"

namespace moerate
{

Normal::Normal(Device& device, Model const& model, int n, double const* x, double const* y)
    : device_(device), model_(model), n_(n), x_(x), y_(y),
      theta_(device, static_cast<std::size_t>(model.layout.size)),
      coefficients_(device, static_cast<std::size_t>(coefficient_rows(model)) * n),
      maps_(device, gram_numbers(model)),
      gram_(device, static_cast<std::size_t>(coordinate_count(model)) * coordinate_count(model)),
      gradient_(device, static_cast<std::size_t>(coordinate_count(model))), mse_(device, 1)
{}

void Normal::put(std::vector<double> const& theta)
{
    device_.upload(theta_.data(), theta.data(), theta.size() * sizeof(double));
}

NormalEquations Normal::at(std::vector<double> const& theta)
{
    put(theta);
    device_.run(std::vector<LinearizeTask<double>>{
        {model_, theta_.data(), n_, x_, y_, coefficients_.data(), gradient_.data(), mse_.data()}});
    device_.run(
        std::vector<GramTask<double>>{{model_, n_, x_, coefficients_.data(), maps_.data(), 0, 1}});
    device_.run(std::vector<FoldTask>{{model_, theta_.data(), maps_.data(), gram_.data()}});
    NormalEquations found{mse_.download()[0], gradient_.download(), gram_.download()};
    for (double& value : found.gradient)
        value /= n_;
    for (double& value : found.gram)
        value /= n_;
    return found;
}

double Normal::mse(std::vector<double> const& theta)
{
    put(theta);
    device_.run(std::vector<LinearizeTask<double>>{
        {model_, theta_.data(), n_, x_, y_, nullptr, nullptr, mse_.data()}});
    return mse_.download()[0];
}

} // namespace moerate
