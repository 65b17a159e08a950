#pragma once

/// @file
/// How a fit is done: what an estimator is to the rest of the program. It knows no curve, cell or
/// study, so any data on a device can be fitted by the same call. The estimators themselves:
/// estimators.h.

#include "kernels/model/limits.h"
#include "kernels/rng/stream.h"
#include "kernels/spec/model.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace moerate
{

class Device;
class Estimator;
struct DeviceInfo;

/// How many points a fit begins at. Of them `blind` do not use the start that is given; the others
/// lie at it (the first) and around it.
struct Starts
{
    int count = 1;
    int blind = 0; ///< at most count
};

struct StartRecord;

/// Told of each of a fit's starts as it ends, in whatever order: number of the start (from 0), and
/// what is known of it by then, which is all but `above` and `distance`.
using StartWatch = std::function<void(int start, StartRecord const&)>;

/// A model, data and a start. x, y, theta and near are addresses of the device's memory.
template <class Real>
struct FitProblem
{
    Model model;
    StreamKey key; ///< of the data: an estimator's own draws are paired among fits that share it
    int n;
    Real const* x; ///< [n][d]
    Real const* y; ///< [n]
    Real* theta;   ///< [model.layout.size] in: start, out: fit
    Starts starts{};
    Real* near = nullptr; ///< [model.layout.size] out: what the given start alone led to, or null
    bool traced = false;  ///< whether StartRecord::trace is wanted; see Estimator::traces
    StartWatch const* watch = nullptr; ///< null: nobody waits
    /// MSE up to which a fit is exact and rounding decides (exact_fit.h); 0 where y has noise.
    double exact_below = 0;
};

/// A problem, and the estimator with the settings that it is to be solved with.
template <class Real>
struct FitRequest
{
    Estimator const* by;
    FitProblem<Real> problem;
};

/// One round of a start: a step, and what its trial came to.
struct TraceRound
{
    int round;             ///< from 1; 0: the start itself, which has no step
    char const* stage;     ///< which kind of step, in the estimator's words
    double mse;            ///< of the trial, on the training data
    bool accepted;         ///< whether the trial is the new point
    double predicted_gain; ///< what n mse / sigma_hat^2 was to fall by, by the quadratic model;
                           ///< here sigma_hat^2 is that of the point before
    double actual_gain;    ///< what it fell by
    double damping;        ///< that the step was made with
    double radius;         ///< of the region where the model is trusted after the trial
    double step;           ///< length of the step
    int at_bound;          ///< parameters on the bounds of the box where the step began
};

/// Where one of a fit's starts led to.
struct StartRecord
{
    std::string kind{};              ///< "near" or "blind"
    double mse = 0;                  ///< on the training data, at its end
    double above = 0;                ///< n (mse - least mse of all starts) / sigma_hat^2
    std::string ended{};             ///< as FitFacts::ended
    double distance = 0;             ///< rms difference of its predictions and the best one's
    int rounds = 0;                  ///< that it took; what one is, the estimator says
    std::vector<TraceRound> trace{}; ///< of a traced fit; not stored
};

/// What is stored of a fit beside its parameters. An estimator with more to tell adds members here
/// and columns to the store (host/store/columns.h); what lies between passes them on as they are.
/// sigma_hat^2 = n mse / (n - p) of the fit itself. NaN and nothing where the estimator does not
/// know.
struct FitFacts
{
    int iterations = 0; ///< done; what one is, the estimator says
    double seconds = 0; ///< time of this fit, or its share of a launch

    std::string ended{}; ///< why it ended, in the estimator's words; empty: there is but one reason
    double predicted_gain = unknown; ///< what n mse / sigma_hat^2 can fall by, by a quadratic model
    double actual_gain = unknown;    ///< of n mse / sigma_hat^2, by the last accepted step
    double radius = unknown;         ///< of the region where the quadratic model was trusted
    double gradient_norm = unknown;  ///< largest part of the projected gradient of n mse / 2
    std::optional<int> at_bound{};   ///< parameters on the bounds of the box
    std::optional<int> kinks{};      ///< samples that it has on kinks of experts; none: smooth ones

    std::optional<int> coordinates{}; ///< parameters less the antisymmetric parts of matrices A
    std::optional<int> rank{};        ///< of J^T J at the fit, scaled to a unit diagonal
    std::optional<int> deficit{}; ///< flat directions of f (spec.md 1.3): parameters - rank - dead
    std::optional<int> dead{};    ///< coordinates that no sample's prediction depends on
    std::array<double, 5> smallest = {unknown, unknown, unknown, unknown, unknown};
    ///< eigenvalues of that matrix without its dead coordinates, from the least on

    std::optional<bool> stationary{}; ///< predicted_gain is at most 0.01, or the fit is exact
    std::optional<bool> best{}; ///< several starts, blind ones among them, led to the least mse
    std::optional<int> won{};   ///< number of the start that led to the fit
    std::vector<StartRecord> starts{};

    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
};

/// What a fit comes back with.
struct FitOutcome
{
    bool finite = true; ///< whether all parameters are finite
    FitFacts facts;
    bool near_finite = true; ///< whether those of FitProblem::near are
};

/// What a fit costs at most, or usually where it ends by itself.
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
    /// What of its arithmetic the device decides on, and the revision of sums whose order another
    /// version of the program has changed, in words for the record of a run; empty: neither.
    virtual std::string arithmetic(DeviceInfo const&) const { return {}; }
    /// Word for one of its iterations.
    virtual std::string_view iteration() const { return "iteration"; }
    /// Starts of a fit where nothing else is asked for; 1: it begins only once, at the given one.
    virtual int usual_starts() const { return 1; }
    /// Whether it can tell the rounds of a fit (FitProblem::traced).
    virtual bool traces() const { return false; }
    /// Whether its parameters have bounds, so that out_of_reach is worth drawing a truth for.
    virtual bool bounded() const { return false; }
    /// Why no fit of it can be at these parameters [layout.size] of a model, in words; empty: one
    /// can.
    virtual std::string out_of_reach(Model const&, std::vector<double> const&) const { return {}; }
    /// Sizes of a model that it cannot fit where they do not hold.
    virtual std::vector<SizeLimit> limits(Model const&) const { return {}; }
    /// Cost of one fit of `model` to n samples, from one start.
    virtual FitCost cost(Model const& model, int n) const = 0;
    /// Whether every fit costs that; else some end by themselves.
    virtual bool always_costs_that() const { return false; }
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
