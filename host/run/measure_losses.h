#pragma once

/// @file
/// Losses of given parameters: of fresh fits, of stored ones and of the `loss` command.

#include "host/device/device.h"
#include "host/measure/measure_json.h"
#include "host/store/store.h"

#include <vector>

namespace moerate
{

/// One measurement to be made of parameters that stand on the device.
template <class Real>
struct LossRequest
{
    Model const* model;
    Real const* theta; ///< [model->layout.size]; null where a number of it is not finite
    Model const* reference;
    double const* theta_reference; ///< [reference->layout.size]
    LossChoice choice;
};

/// Measures all requests on `device`, in float64. Where there is no theta: a record of NaN, empty =
/// -1 and no cells. Throws DeviceError.
template <class Real>
std::vector<LossRow> measure_losses(Device& device, std::vector<LossRequest<Real>> const& requests);

/// One measurement of parameters that the host has. What it points to must outlive the call.
struct HostLossRequest
{
    Model const* model;
    std::vector<double> const* theta; ///< [model->layout.size]
    Measure const* reference;         ///< the truth, or another target
    LossChoice choice;
};

/// The same; takes each parameter vector to the device once, however many requests name it.
std::vector<LossRow> measure_losses(Device& device, std::vector<HostLossRequest> const& requests);

/// Whether all numbers of theta are finite, so that it has a loss.
bool all_finite(std::vector<double> const& theta);

} // namespace moerate
