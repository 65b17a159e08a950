#pragma once

/// @file
/// A loss as a function of the fitted parameters: its value, slope, and the way onto one level.

#include "host/estimate/lse_box.h"
#include "host/run/measure_losses.h"

#include <optional>
#include <vector>

namespace moerate
{

/// L(G, G*) of one fitted model and one truth.
class LossLevel
{
public:
    /// All of what is passed outlives this.
    LossLevel(Device& device, Model const& fitted, Measure const& truth, LossChoice choice)
        : device_(device), fitted_(fitted), truth_(truth), choice_(choice)
    {}

    /// The losses at some points [layout.size]. Throws DeviceError.
    std::vector<LossRow> rows(std::vector<std::vector<double>> const& thetas) const;
    double value(std::vector<double> const& theta) const { return rows({theta})[0].record.value; }

    /// dL/dz by coordinate (kernels/lse/coordinates.h), from central differences, of the piece that
    /// theta is on: with the choices of cells and moves at theta held (LossBranch), where there are
    /// such. Of other losses the differences are those of the loss, on an edge the mean of both
    /// sides.
    std::vector<double> gradient(std::vector<double> const& theta) const;

    /// The point of the ray from `origin`, where L is below `level`, through `theta` at which L is
    /// `level` within 1e-10 of it; the nearest to theta that is found in the box. Nothing where
    /// the ray has none: it leaves the box before, or L jumps there.
    std::optional<std::vector<double>> onto(double level, std::vector<double> const& origin,
                                            std::vector<double> const& theta,
                                            Box::Bounds const& box) const;

    Measure const& truth() const { return truth_; }
    Model const& fitted() const { return fitted_; }
    LossChoice const& choice() const { return choice_; }
    Device& device() const { return device_; }

private:
    Device& device_;
    Model const& fitted_;
    Measure const& truth_;
    LossChoice choice_;
};

/// theta moved by `step` in one coordinate.
void move_coordinate(Model const& model, int coordinate, double step, std::vector<double>& theta);

} // namespace moerate
