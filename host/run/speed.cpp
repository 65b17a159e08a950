#include "host/run/speed.h"

#include "host/run/plan.h"

#include "kernels/model/shape.h"

#include <algorithm>
#include <chrono>

namespace moerate
{
namespace
{

constexpr int calibration_n = 2048;      ///< samples: data of d = 32 stay in the second-level cache
constexpr double calibration_time = 0.1; ///< seconds of the timed run at least

/// The curve whose single fit costs most.
Curve const& largest_curve(Study const& study)
{
    return *std::max_element(study.curves.begin(), study.curves.end(),
                             [](Curve const& a, Curve const& b) {
                                 return flops_per_update(a.model) < flops_per_update(b.model);
                             });
}

/// Seconds of `fits` fits of `epochs` epochs on one data set of noise, theta starting at 0.
template <class Real>
double time_fits(Device& device, Curve const& curve, int fits, int epochs)
{
    Model const& model = curve.model;
    int const n = calibration_n;
    DeviceArray<Real> const x(device, static_cast<std::size_t>(n) * model.d);
    DeviceArray<Real> const y(device, n);
    DeviceArray<Real> const zero(device, std::vector<Real>(curve.truth.model.layout.size));
    device.run(
        std::vector<GenerateTask<Real>>{{curve.truth.model, zero.data(), StreamKey{}, Stream::x, n,
                                         1.0, x.data(), y.data(), nullptr, nullptr}});
    std::size_t const p = model.layout.size;
    DeviceArray<Real> const theta(device, std::vector<Real>(p * fits));
    DeviceArray<SgdOutcome> const outcome(device, fits);
    SgdSettings settings = curve.estimator.settings;
    settings.epochs = epochs;
    settings.batch = curve.estimator.full_batch ? n : std::min(settings.batch, n);
    std::vector<SgdTask<Real>> tasks;
    for (int i = 0; i < fits; ++i)
        tasks.push_back({model, settings, StreamKey{}, n, x.data(), y.data(), theta.data() + i * p,
                         outcome.data() + i});
    auto const begin = std::chrono::steady_clock::now();
    device.run(tasks);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

double measure_speed(Study const& study, Device& device)
{
    Curve const& curve = largest_curve(study);
    // Enough fits at once to occupy the device, as far as its memory goes.
    int fits = std::max(device.info().launch_fits, 2 * device.info().threads);
    int epochs = 1;
    while (true) {
        try {
            double const seconds = curve.estimator.double_precision
                                       ? time_fits<double>(device, curve, fits, epochs)
                                       : time_fits<float>(device, curve, fits, epochs);
            if (seconds >= calibration_time || epochs >= 4096) {
                double const updates = static_cast<double>(fits) * epochs * calibration_n;
                return flops_per_update(curve.model) * updates / std::max(seconds, 1e-9);
            }
            epochs *= 4;
        } catch (DeviceMemoryError const&) {
            if (fits == 1)
                throw;
            fits /= 2;
        }
    }
}

} // namespace moerate
