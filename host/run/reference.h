#pragma once

/// @file
/// What the points of a fit are measured against.

#include "host/device/device.h"
#include "host/measure/measure_json.h"
#include "host/study/identity.h"
#include "host/study/truth.h"

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

/// The truth of a curve. Throws DeviceError.
template <class Real>
Reference<Real> truth_of(Device& device, Study const& study, Curve const& curve)
{
    return {device, true_measure(study, curve), truth_key(study, curve), study.regression_samples};
}

} // namespace moerate
