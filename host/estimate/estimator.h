#pragma once

/// @file
/// How a fit is done: what an estimator is to the rest of the program. It knows no curve, cell or
/// study, so any data on a device can be fitted by the same call. The estimators themselves:
/// estimators.h.

#include "kernels/rng/stream.h"
#include "kernels/spec/model.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace moerate
{

class Device;
class Estimator;

/// A model, data and a start. x, y and theta are addresses of the device's memory.
template <class Real>
struct FitProblem
{
    Model model;
    StreamKey key; ///< of the data: an estimator's own draws are paired among fits that share it
    int n;
    Real const* x; ///< [n][d]
    Real const* y; ///< [n]
    Real* theta;   ///< [model.layout.size] in: start, out: fit
};

/// A problem, and the estimator with the settings that it is to be solved with.
template <class Real>
struct FitRequest
{
    Estimator const* by;
    FitProblem<Real> problem;
};

/// What is stored of a fit beside its parameters. An estimator with more to tell adds members here
/// and columns to the store; what lies between passes them on as they are.
struct FitFacts
{
    int iterations = 0; ///< done; what one is, the estimator says
    double seconds = 0; ///< time of this fit, or its share of a launch
};

/// What a fit comes back with.
struct FitOutcome
{
    bool finite = true; ///< whether all parameters are finite
    FitFacts facts;
};

/// What a fit costs, at most.
struct FitCost
{
    double sample_updates = 0; ///< samples that pass through a gradient, over all iterations
    double flops = 0;          ///< of the dominating matrix products
};

/// One estimator with its settings.
class Estimator
{
public:
    virtual ~Estimator() = default;

    /// Its name in experiment files, in the store and in tables.
    virtual std::string_view name() const = 0;
    /// Its settings in words, for `moerate check`.
    virtual std::string text() const = 0;
    /// All that a fit depends on, by the keys of the experiment file: part of a cell's identity.
    virtual nlohmann::json settings() const = 0;
    /// Whether it fits data in float64; else in float32.
    virtual bool in_float64() const = 0;
    /// Cost of one fit of `model` to n samples.
    virtual FitCost cost(Model const& model, int n) const = 0;
    /// The same estimator that ends after `iterations` at most: what a device's speed is measured
    /// with.
    virtual std::shared_ptr<Estimator const> limited_to(int iterations) const = 0;

    /// Does all requests, each of which is `by` an estimator of this name, in place on theta;
    /// outcomes in the order of the requests. They are independent: no result may depend on what
    /// else is in the list. An estimator overrides the call of each precision that it works in, the
    /// other one throws std::logic_error. Throws DeviceError.
    ///
    /// Memory comes from `device` alone, as it is measured there (host/run/memory.h): on a device
    /// that does nothing, and where all that comes back is small positive numbers and true flags,
    /// fit must end too and hold as much as it ever does.
    virtual std::vector<FitOutcome> fit(Device& device,
                                        std::vector<FitRequest<float>> const& requests) const;
    virtual std::vector<FitOutcome> fit(Device& device,
                                        std::vector<FitRequest<double>> const& requests) const;
};

/// Does all requests, of any estimators; each of these gets its own in one list. Outcomes in the
/// order of the requests. Throws DeviceError.
template <class Real>
std::vector<FitOutcome> fit(Device& device, std::vector<FitRequest<Real>> const& requests);

} // namespace moerate
