#pragma once

/// @file
/// What the points of a fit are measured against.

#include "host/device/device.h"
#include "host/measure/measure_json.h"
#include "host/run/plan.h"
#include "host/study/identity.h"

#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace moerate
{

/// A measure that fits start from and are compared with, the truth or another target, with its
/// values at evaluation points, on the device.
template <class Real>
struct Reference
{
    /// Generates `samples` points of stream `evaluate`; they depend on `key` alone, so that
    /// all references of one truth have the same. Throws DeviceError.
    Reference(Device& device, Measure itself, StreamKey const& key, int samples)
        : measure(std::move(itself)), theta64(device, measure.theta),
          theta(device, std::vector<Real>(measure.theta.begin(), measure.theta.end())),
          x(device, static_cast<std::size_t>(samples) * measure.model.d), f(device, samples),
          experts(device, static_cast<std::size_t>(samples) * measure.model.k),
          weights(device, experts.size())
    {
        device.run(std::vector<GenerateTask<Real>>{{measure.model, theta.data(), key,
                                                    Stream::evaluate, samples, 0.0, x.data(),
                                                    f.data(), experts.data(), nullptr}});
        device.run(
            std::vector<EvaluateTask<Real>>{{measure.model, theta.data(), samples, x.data(),
                                             nullptr, nullptr, weights.data(), nullptr, nullptr}});
    }

    Measure measure;
    DeviceArray<double> theta64; ///< its parameters on the device
    DeviceArray<Real> theta;     ///< the same in the pipeline's precision
    DeviceArray<Real> x;         ///< [m][d] evaluation points
    DeviceArray<Real> f;         ///< [m] its prediction at x
    DeviceArray<Real> experts;   ///< [k*][m] its h_j(x)
    DeviceArray<Real> weights;   ///< [k*][m] its g_j(x)
};

/// The measure of a curve at n that is called `target`. The projection is the truth in the fitted
/// families where these hold it, else what a search has found (targets.h). Throws std::logic_error
/// where none has.
Measure target_measure(Study const& study, Curve const& curve, int n, Target target);

/// The same as a reference of all fits on one truth's data. Throws DeviceError.
template <class Real>
Reference<Real> reference_of(Device& device, Study const& study, Curve const& curve, int n,
                             Target target)
{
    return {device, target_measure(study, curve, n, target), truth_key(study, curve),
            study.regression_samples};
}

/// All targets that a curve's fits and these losses are compared with, each once.
std::set<Target> targets_of(Curve const& curve, std::vector<LossSpec> const& losses);

/// References of a study's curves, each made when it is first asked for.
template <class Real>
class References
{
public:
    References(Device& device, Study const& study) : device_(device), study_(study) {}

    /// Curves of one truth have one reference. Throws DeviceError.
    Reference<Real> const& of(Curve const& curve, int n, Target target);
    /// Frees those of all other truths.
    void keep(std::set<TruthId> const& used);

private:
    Device& device_;
    Study const& study_;
    /// By curve and n; kept, as a key is the hash of a text.
    std::map<std::pair<Curve const*, int>, TruthId> ids_;
    /// By truth and target; a target other than the truth is also of a curve, else null.
    std::map<std::tuple<TruthId, Target, Curve const*>, std::unique_ptr<Reference<Real>>> made_;
};

extern template class References<float>;
extern template class References<double>;

} // namespace moerate
