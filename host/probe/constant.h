#pragma once

/// @file
/// The constant inf ||f_G - f*|| / L(G, G*) of the papers' lower bounds, by minimising the distance
/// at a falling sequence of losses.

#include "host/probe/nearest.h"
#include "host/study/study.h"

#include <functional>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace moerate
{

struct ConstantSettings
{
    std::vector<double> epsilon; ///< losses, falling
    int samples = 2000;
    int starts = 12;
    int rounds = 200;
};

/// The nearest function at one loss.
struct ConstantPoint
{
    double epsilon = 0;
    bool reached = false; ///< whether any start came to this loss
    bool least =
        true; ///< false: a larger loss has a smaller distance, so that this is not the least
    double distance = 0;      ///< ||f_G - f*||, root mean square over the sample; 0: flat
    bool few_samples = false; ///< the distance is 0 there and not at fresh points
    double ratio = 0;         ///< distance / epsilon
    double exponent = 0; ///< of distance in epsilon, from the last least point; NaN for the first
    int rank = 0;        ///< of J^T J there
    double needed = 0;   ///< n / sigma^2 from which on it differs from the truth: rank / distance^2
    std::vector<double> theta;
};

/// What a curve of distances says of the ratio as the loss falls.
enum class ConstantEnd
{
    steady,  ///< it stays within a factor of 2 of the last one: the bound can hold
    growing, ///< the distance does not fall with the loss, as f of the split truth is not f*
    falling, ///< it falls as a power of the loss
    flat,    ///< it is 0: a measure of the truth's f at this loss refutes the bound
    unknown  ///< too few losses were reached, or on too few samples
};

/// One fit and one of its losses.
struct ConstantCurve
{
    std::string label, loss;
    double r = 1;
    Gauge gauge = Gauge::align;
    Target target = Target::truth;
    std::string skipped; ///< why there are no points; empty: there are
    std::vector<ConstantPoint> points;
    ConstantEnd end = ConstantEnd::unknown;
    double size = 0;      ///< |f*|
    double split = 0;     ///< least |f - f*| of split truths, whose loss is 0: not 0 where an atom
                          ///< cannot share its mass (sigmoid, w* != 0)
    double trend = 0;     ///< exponent of the distance between the two least losses; NaN: none
    double shows = 0;     ///< n / sigma^2 from which on the rate can show; NaN: none
    double flat_loss = 0; ///< flat: the least loss at which it is
    double largest_gap = 0; ///< flat: largest |f - f*| of that measure at fresh points
    Measure counterexample; ///< flat: the measure; with truth
    Measure truth;
};

/// A distance of this share of |f*| counts as 0.
constexpr double flat_distance = 1e-12;

/// Fills end, trend and shows: what the ratios at the least losses say, and from which n / sigma^2
/// on, where larger losses are told from f*, too. A curve that is flat stays so.
void conclude(ConstantCurve& curve);

/// All curves of a study; a truth that moves with n is taken at the largest. `told` hears of each
/// as it is done. Losses of fits whose class does not hold the truth, and losses that are not 0 at
/// the split truth, are skipped with the reason. Throws DeviceError.
std::vector<ConstantCurve> constants(Device& device, Study const& study,
                                     ConstantSettings const& settings,
                                     std::function<void(ConstantCurve const&)> const& told);

/// For a terminal, and as JSON.
std::string constants_text(std::vector<ConstantCurve> const& curves);
nlohmann::ordered_json constants_json(std::vector<ConstantCurve> const& curves,
                                      ConstantSettings const& settings);

} // namespace moerate
