#include "host/run/speed.h"

#include "host/run/plan.h"
#include "kernels/model/shape.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace moerate
{
namespace
{

constexpr int calibration_n = 2048;      ///< samples: data of d = 32 stay in the second-level cache
constexpr double calibration_time = 0.1; ///< seconds of the timed run at least
constexpr double first_time =
    0.02; ///< of a run's first speed; a GPU also loads its code in it: more
constexpr int most_iterations = 4096;
constexpr double calibration_flops = 1e6; ///< of one sample-update at most: some 0.1 s an epoch

double fit_flops(Curve const& curve)
{
    return curve.estimator->cost(curve.model, calibration_n).flops;
}

/// The curve whose single fit costs most.
Curve const& largest_curve(Study const& study)
{
    return *std::max_element(
        study.curves.begin(), study.curves.end(),
        [](Curve const& a, Curve const& b) { return fit_flops(a) < fit_flops(b); });
}

/// The model, or one of its family that is small enough to be timed in a moment: a tenth of a
/// second's work must do for one of 10^8 parameters, too.
Model affordable(Model model)
{
    while (flops_per_update(model) > calibration_flops)
        if (model.d >= model.k || model.groups > 0)
            model.d = (model.d + 1) / 2;
        else
            model.k = (model.k + 1) / 2;
    std::vector<int> const group_of(model.group_of, model.group_of + Model::max_grouped);
    model.gate.top = std::min(model.gate.top, model.k);
    return make_model(model.gate, model.expert, model.d, model.k, group_of.data(), model.groups,
                      model.temperature);
}

/// Parameters of a truth that is 0, and T = 1 where it is learned.
template <class Real>
std::vector<Real> zero_parameters(Model const& model)
{
    std::vector<Real> theta(model.layout.size);
    if (int const place = temperature_place(model.layout); place >= 0)
        theta[place] = Real(1);
    return theta;
}

/// Parameters of no particular place, up to a quarter in size: at 0 every sample is on the kink of
/// every ReLU expert, and least squares would be timed at what no fit of a study does.
template <class Real>
std::vector<Real> plain_start(Model const& model)
{
    std::vector<Real> theta(model.layout.size);
    double const golden = 0.6180339887498949; // its multiples, modulo 1, are spread evenly
    for (std::size_t i = 0; i < theta.size(); ++i) {
        double const at = golden * static_cast<double>(i + 1);
        theta[i] = static_cast<Real>((at - std::floor(at) - 0.5) / 2);
    }
    if (int const place = temperature_place(model.layout); place >= 0)
        theta[place] = Real(1);
    return theta;
}

/// Seconds of `fits` fits on one data set of noise, from one start.
template <class Real>
double time_fits(Device& device, Model const& model, Estimator const& estimator, int fits)
{
    int const n = calibration_n;
    DeviceArray<Real> const x(device, static_cast<std::size_t>(n) * model.d);
    DeviceArray<Real> const y(device, n);
    std::vector<Real> const zero = zero_parameters<Real>(model);
    DeviceArray<Real> const truth(device, zero);
    device.run(std::vector<GenerateTask<Real>>{{model, truth.data(), StreamKey{}, Stream::x, n, 1.0,
                                                x.data(), y.data(), nullptr, nullptr}});
    std::size_t const p = zero.size();
    std::vector<Real> const start = plain_start<Real>(model);
    std::vector<Real> starts;
    for (int i = 0; i < fits; ++i)
        starts.insert(starts.end(), start.begin(), start.end());
    DeviceArray<Real> const theta(device, starts);
    std::vector<FitRequest<Real>> requests;
    for (int i = 0; i < fits; ++i)
        requests.push_back(
            {&estimator, {model, StreamKey{}, n, x.data(), y.data(), theta.data() + i * p}});
    auto const begin = std::chrono::steady_clock::now();
    fit(device, requests);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Flops a second of fits of this curve, timed for so many seconds at least.
double timed_speed(Curve const& curve, Device& device, double least_seconds)
{
    Model const model = affordable(curve.model);
    // Enough fits at once to occupy the device, as far as its memory goes.
    int fits = std::max(device.info().launch_fits, 2 * device.info().threads);
    int iterations = 1;
    while (true) {
        try {
            auto const estimator = curve.estimator->limited_to(iterations);
            double const seconds = estimator->in_float64()
                                       ? time_fits<double>(device, model, *estimator, fits)
                                       : time_fits<float>(device, model, *estimator, fits);
            if (seconds >= least_seconds || iterations >= most_iterations) {
                double const flops = estimator->cost(model, calibration_n).flops;
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

} // namespace

double measure_speed(Study const& study, Device& device)
{
    return measure_speed(largest_curve(study), device);
}

double measure_speed(Curve const& curve, Device& device)
{
    return timed_speed(curve, device, calibration_time);
}

double first_speed(Study const& study, Device& device)
{
    double const seconds = device.info().kind == "cuda" ? calibration_time : first_time;
    return timed_speed(largest_curve(study), device, seconds);
}

} // namespace moerate
