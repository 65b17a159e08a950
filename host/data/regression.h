#pragma once

/// @file
/// Fitting a model to a user's own data.

#include "host/data/scaling.h"
#include "host/data/table.h"
#include "host/estimate/estimator.h"
#include "host/estimate/fit_status.h"
#include "host/measure/measure_json.h"

#include <functional>
#include <string>
#include <vector>

namespace moerate
{

class Device;

/// What to fit, and how.
struct RegressionSpec
{
    Model model;
    std::vector<double> start; ///< [layout.size] in the data's units; empty: all starts are blind
    Estimator const* estimator = nullptr;
    Starts starts;
    std::uint32_t seed = 1; ///< of the blind starts
    bool raw = false;       ///< fit the inputs as they are
    bool traced = false;    ///< whether the starts' rounds are wanted
    StartWatch watch{};     ///< told of each start as it ends, if not empty
    /// Told of each note on the inputs before the fit begins, if not empty.
    std::function<void(std::string const&)> note{};
};

/// A fit in the data's own units.
struct Regression
{
    Measure measure;
    FitOutcome outcome;
    FitStatus status = FitStatus::ok; ///< by the training errors
    double mse = 0;
    double start_mse = 0; ///< NaN where no start was given
    int parameters = 0;   ///< coordinates: of forms the symmetric part
    double aic = 0, bic = 0;
    std::vector<double> standard_errors; ///< as theta; NaN: not identified
    std::vector<std::string> notes;      ///< what to know, with advice
    Scaling scaling;                     ///< that the inputs were standardised with
};

/// Fits in float64. AIC = -2 l + 2 q, BIC = -2 l + q log n with -2 l = n (log(2 pi mse) + 1), the
/// Gaussian likelihood at sigma^2 = mse, and q = rank + 1: of the parameters as many count as the
/// data identify (parameters where the fit is not finite), and sigma^2. Inputs are
/// standardised inside as far as the model takes that up (taken_up), so that its box is in these
/// units. Throws DeviceError, and UsageError for data or fits that float64 cannot hold.
Regression fit_table(Device& device, DataTable const& table, RegressionSpec const& spec);

} // namespace moerate
