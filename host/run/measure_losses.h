#pragma once

/// @file
/// Losses of given parameters: of fresh fits, of stored ones and of the `loss` command.

#include "host/device/device.h"
#include "host/measure/measure_json.h"
#include "host/store/store.h"

#include <vector>

namespace moerate
{

/// One measurement to be made. What it points to must outlive the call.
struct LossRequest
{
    Model const* model;
    std::vector<double> const* theta; ///< [model->layout.size]
    Measure const* reference;         ///< the truth, or another target
    LossChoice choice;
};

/// Measures all requests on `device`, in float64. A theta with a number that is not finite gets a
/// record of NaN, empty = -1 and no cells. Throws DeviceError.
std::vector<LossRow> measure_losses(Device& device, std::vector<LossRequest> const& requests);

} // namespace moerate
