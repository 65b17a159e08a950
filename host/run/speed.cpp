#include "host/run/speed.h"

#include "host/run/plan.h"

#include <algorithm>
#include <chrono>

namespace moerate
{
namespace
{

constexpr int calibration_n = 2048;      ///< samples: data of d = 32 stay in the second-level cache
constexpr double calibration_time = 0.1; ///< seconds of the timed run at least
constexpr int most_iterations = 4096;

double flops_of(Curve const& curve)
{
    return curve.estimator->cost(curve.model, calibration_n).flops;
}

/// The curve whose single fit costs most.
Curve const& largest_curve(Study const& study)
{
    return *std::max_element(
        study.curves.begin(), study.curves.end(),
        [](Curve const& a, Curve const& b) { return flops_of(a) < flops_of(b); });
}

/// Seconds of `fits` fits on one data set of noise, theta starting at 0.
template <class Real>
double time_fits(Device& device, Curve const& curve, Estimator const& estimator, int fits)
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
    std::vector<FitRequest<Real>> requests;
    for (int i = 0; i < fits; ++i)
        requests.push_back(
            {&estimator, {model, StreamKey{}, n, x.data(), y.data(), theta.data() + i * p}});
    auto const begin = std::chrono::steady_clock::now();
    fit(device, requests);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

double measure_speed(Study const& study, Device& device)
{
    Curve const& curve = largest_curve(study);
    // Enough fits at once to occupy the device, as far as its memory goes.
    int fits = std::max(device.info().launch_fits, 2 * device.info().threads);
    int iterations = 1;
    while (true) {
        try {
            auto const estimator = curve.estimator->limited_to(iterations);
            double const seconds = estimator->in_float64()
                                       ? time_fits<double>(device, curve, *estimator, fits)
                                       : time_fits<float>(device, curve, *estimator, fits);
            if (seconds >= calibration_time || iterations >= most_iterations) {
                double const flops = estimator->cost(curve.model, calibration_n).flops;
                return flops * fits / std::max(seconds, 1e-9);
            }
            iterations *= 4;
        } catch (DeviceMemoryError const&) {
            if (fits == 1)
                throw;
            fits /= 2;
        }
    }
}

} // namespace moerate
