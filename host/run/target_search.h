#pragma once

/// @file
/// The search for the projection of a truth onto a fitted class that does not hold it.

#include "host/device/device.h"
#include "host/estimate/lse_box.h"
#include "host/store/target_row.h"
#include "host/study/study.h"

#include <vector>

namespace moerate
{

/// The box of the curve's estimator, the usual one where that has none.
Box::Bounds bounds_of(Curve const& curve);

/// Ends of a search whose squared distance is at most this share above the lowest are minima that
/// are kept; beyond, they are local minima of no interest.
constexpr double kept_minima = 0.1;

/// The minima of ||f - f*|| over the box of the curve's fitted class, the lowest first, distinct as
/// functions: least squares (lse_rounds.h) on the noise-free truth at study.search.samples inputs
/// of stream `target`, from study.search.starts starts, half of them blind (lse_starts.h; the given
/// one is the truth itself, parameter by parameter). All starts go through the rounds on a part of
/// the samples, and of the distinct ends those that are within kept_minima of the lowest on all of
/// them. It depends on what target_id hashes and the kind of device alone. Throws UsageError where
/// the samples are too few, and DeviceError.
std::vector<TargetRow> search_projection(Device& device, Study const& study, Curve const& curve);

} // namespace moerate
