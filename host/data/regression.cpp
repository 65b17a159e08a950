#include "host/data/regression.h"

#include "host/core/error.h"
#include "host/data/advice.h"
#include "host/data/covariance.h"
#include "host/data/descents.h"
#include "host/device/device.h"
#include "host/estimate/exact_fit.h"
#include "host/estimate/normal_equations.h"
#include "host/estimate/rank.h"
#include "kernels/evaluate/evaluate_api.h"
#include "kernels/lse/coordinates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

constexpr double pi = 3.14159265358979323846;
constexpr double lost = 1e-6;      ///< of the MSE, by which it may differ between units
constexpr double rounding = 1e-14; ///< of the mean of y^2, likewise

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

/// Squares below have no digits left once they are averaged.
constexpr double least_square = 1e-290;

/// Refuses columns whose squares are beyond float64, or below what it holds: neither errors nor
/// spreads can be computed.
void check_sizes(DataTable const& table)
{
    auto const check = [&](std::string const& name, std::vector<double> const& values,
                           std::size_t first, std::size_t step) {
        double square = 0, largest = 0;
        for (std::size_t i = first; i < values.size(); i += step) {
            square += values[i] * values[i];
            largest = std::max(largest, std::abs(values[i]));
        }
        if (!std::isfinite(square))
            throw UsageError(fmt::format("column {} holds numbers up to {:.3g} (their squares are "
                                         "beyond float64) scale it",
                                         name, largest));
        if (largest > 0 && largest * largest < least_square)
            throw UsageError(fmt::format("column {} holds no number above {:.3g} (their squares "
                                         "are below what float64 holds) scale it",
                                         name, largest));
    };
    for (int a = 0; a < table.d; ++a)
        check(fmt::format("x{}", a + 1), table.x, a, table.d);
    check("y", table.y, 0, 1);
}

double mean_square(std::vector<double> const& y)
{
    double sum = 0;
    for (double const value : y)
        sum += value * value;
    return sum / static_cast<double>(y.size());
}

/// Compares the printed measure, at the inputs as they are, with the fit, at standardised ones.
void note_lost_digits(Device& device, DataTable const& table, double square, Regression& result)
{
    DeviceArray<double> const x(device, table.x), y(device, table.y);
    double const printed =
        mse_of(device, {result.measure.model, result.measure.theta, table.n, x.data(), y.data()});
    if (!(std::abs(printed - result.mse) <= lost * result.mse + rounding * square))
        result.notes.push_back(
            fmt::format("in the inputs' own units the measure has mse {:.4g}, not {:.4g} (they lie "
                        "far from 0 for their spread, so that digits are lost) subtract a constant "
                        "from them before",
                        printed, result.mse));
}

Scaling no_scaling(int d)
{
    return {std::vector<double>(d, 0.0), std::vector<double>(d, 1.0)};
}

/// The rank of J^T J at the fit, of estimators that do not know it.
void know_rank(Device& device, FittedData const& fit, FitOutcome& outcome)
{
    if (outcome.facts.rank || !outcome.finite)
        return;
    NormalEquations const at = Normal(device, fit.model, fit.n, fit.x, fit.y).at(fit.theta);
    outcome.facts.rank =
        rank_of(at.gram, static_cast<std::size_t>(coordinate_count(fit.model))).rank;
}

void add_criteria(Regression& result, int n)
{
    int const q = result.outcome.facts.rank.value_or(result.parameters) + 1;
    double const deviance = n * (std::log(2 * pi * result.mse) + 1);
    result.aic = deviance + 2.0 * q;
    result.bic = deviance + q * std::log(static_cast<double>(n));
}

/// The inputs as they are fitted. Tells of what is to be said about them at once.
std::vector<double> scaled_inputs(DataTable const& table, RegressionSpec const& spec,
                                  Regression& result)
{
    result.scaling = spec.raw ? no_scaling(spec.model.d) : standard_scaling(spec.model, table.x);
    std::vector<double> inputs = table.x;
    standardise(result.scaling, inputs);
    result.notes = notes_on_inputs(table, inputs, result.parameters);
    for (std::string const& note : result.notes)
        if (spec.note)
            spec.note(note);
    return inputs;
}

} // namespace

Regression fit_table(Device& device, DataTable const& table, RegressionSpec const& spec)
{
    Model const& model = spec.model;
    check_sizes(table);
    Regression result;
    result.measure.model = model;
    result.parameters = coordinate_count(model);
    std::vector<double> const inputs = scaled_inputs(table, spec, result);
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
    double const square = mean_square(table.y);
    problem.exact_below = rounding_mse<double>(square); // nobody knows whether it has noise
    if (spec.start.empty() && spec.estimator->usual_starts() == 1) {
        Descents const best = best_descent(device, *spec.estimator, problem, square);
        result.outcome = best.outcome;
        fit.theta = symmetric(model, best.theta);
    } else {
        result.outcome =
            moerate::fit(device, std::vector<FitRequest<double>>{{spec.estimator, problem}})
                .front();
        fit.theta = symmetric(model, place.download());
    }
    result.measure.theta = substituted(model, fit.theta, inverse(result.scaling));
    result.mse = mse_of(device, fit);
    result.status = status_of(result.outcome.finite,
                              {result.mse, result.start_mse, square, problem.exact_below});
    know_rank(device, fit, result.outcome);
    add_criteria(result, table.n);
    result.standard_errors.assign(theta.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::string const& note : notes_on_end(result, spec, table))
        result.notes.push_back(note);
    if (!result.outcome.finite || !std::isfinite(result.mse))
        return result;
    std::vector<double> const& told = result.measure.theta;
    if (!std::all_of(told.begin(), told.end(), [](double value) { return std::isfinite(value); }))
        throw UsageError("the fit's parameters in the data's units are beyond float64 (the inputs "
                         "are too small or too large) bring them to size 1");
    note_lost_digits(device, table, square, result);
    result.standard_errors = standard_errors(device, fit, inverse(result.scaling));
    if (square > 0) // else f = 0 is the fit, and no atom is needed
        for (std::string const& note : notes_on_atoms(device, fit, result.mse))
            result.notes.push_back(note);
    return result;
}

} // namespace moerate
