#include "host/data/regression.h"

#include "host/data/advice.h"
#include "host/data/covariance.h"
#include "host/device/device.h"
#include "kernels/evaluate/evaluate_api.h"
#include "kernels/lse/coordinates.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

constexpr double pi = 3.14159265358979323846;

/// theta with each form made symmetric: the same model, and what least squares returns.
std::vector<double> symmetric(Model const& model, std::vector<double> theta)
{
    std::vector<double> z(coordinate_count(model));
    gather_coordinates(SerialLanes{}, model, theta.data(), z.data());
    scatter_coordinates(SerialLanes{}, model, z.data(), theta.data());
    return theta;
}

double mse_of(Device& device, FittedData const& fit)
{
    DeviceArray<double> const theta(device, fit.theta), mse(device, 1);
    device.run(std::vector<EvaluateTask<double>>{
        {fit.model, theta.data(), fit.n, fit.x, fit.y, nullptr, nullptr, nullptr, mse.data()}});
    return mse.download().front();
}

Scaling no_scaling(int d)
{
    return {std::vector<double>(d, 0.0), std::vector<double>(d, 1.0)};
}

void add_criteria(Regression& result, int n)
{
    int const q = result.outcome.facts.rank.value_or(result.parameters) + 1;
    double const deviance = n * (std::log(2 * pi * result.mse) + 1);
    result.aic = deviance + 2.0 * q;
    result.bic = deviance + q * std::log(static_cast<double>(n));
}

} // namespace

Regression fit_table(Device& device, DataTable const& table, RegressionSpec const& spec)
{
    Model const& model = spec.model;
    Regression result;
    result.measure.model = model;
    result.parameters = coordinate_count(model);
    result.scaling = spec.raw ? no_scaling(model.d) : standard_scaling(model, table.x);
    result.notes = notes_on_inputs(table.d, table.n, table.x.data(), result.parameters);
    std::vector<double> inputs = table.x;
    standardise(result.scaling, inputs);
    DeviceArray<double> const x(device, inputs), y(device, table.y);
    std::vector<double> theta(model.layout.size);
    if (!spec.start.empty())
        theta = substituted(model, spec.start, result.scaling);
    FittedData fit{model, theta, table.n, x.data(), y.data()};
    result.start_mse =
        spec.start.empty() ? std::numeric_limits<double>::quiet_NaN() : mse_of(device, fit);
    DeviceArray<double> const place(device, theta);
    FitProblem<double> problem{model,       StreamKey{spec.seed, 0}, table.n, x.data(), y.data(),
                               place.data()};
    problem.starts = spec.starts;
    problem.traced = spec.traced;
    if (spec.watch)
        problem.watch = &spec.watch;
    result.outcome =
        moerate::fit(device, std::vector<FitRequest<double>>{{spec.estimator, problem}}).front();
    fit.theta = symmetric(model, place.download());
    result.measure.theta = substituted(model, fit.theta, inverse(result.scaling));
    result.mse = mse_of(device, fit);
    add_criteria(result, table.n);
    result.standard_errors.assign(theta.size(), std::numeric_limits<double>::quiet_NaN());
    if (!result.outcome.finite || !std::isfinite(result.mse))
        return result;
    result.standard_errors = standard_errors(device, fit, inverse(result.scaling));
    if (int const bound = result.outcome.facts.at_bound.value_or(0); bound > 0)
        result.notes.push_back(
            fmt::format("{} on the box (the minimum may lie outside of it{}) try a larger --box",
                        bound == 1 ? "a parameter is" : std::to_string(bound) + " parameters are",
                        spec.raw ? "" : "; it is in units of the standardised inputs"));
    for (std::string const& note : notes_on_atoms(device, fit))
        result.notes.push_back(note);
    return result;
}

} // namespace moerate
