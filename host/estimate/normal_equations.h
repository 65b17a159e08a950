#pragma once

/// @file
/// J^T J and J^T r of a model on given data, one point at a time.

#include "host/device/device.h"
#include "kernels/spec/model.h"

#include <vector>

namespace moerate
{

/// At a point, with r = f(x) - y, J = df/dz by coordinate (kernels/lse/coordinates.h) and means
/// over the n samples.
struct NormalEquations
{
    double mse = 0;               ///< r.r / n
    std::vector<double> gradient; ///< [p] J^T r / n
    std::vector<double> gram;     ///< [p][p] J^T J / n
};

/// Makes them for one model on one set of data, float64; keeps its memory between calls.
class Normal
{
public:
    /// x [n][d] and y [n] are addresses of the device's memory and outlive this. Throws
    /// DeviceError.
    Normal(Device& device, Model const& model, int n, double const* x, double const* y);

    /// All of it at theta [layout.size]. Throws DeviceError.
    NormalEquations at(std::vector<double> const& theta);
    /// r.r / n alone.
    double mse(std::vector<double> const& theta);

private:
    void put(std::vector<double> const& theta);

    Device& device_;
    Model model_;
    int n_;
    double const *x_, *y_;
    DeviceArray<double> theta_, coefficients_, maps_, gram_, gradient_, mse_;
};

} // namespace moerate
