#pragma once

/// @file
/// How fast a device is at a study's fits.

#include "host/device/device.h"
#include "host/study/study.h"

namespace moerate
{

/// Speed of `device` on this study's fits, in flops (of Work) per second, measured with a short run
/// of its dearest estimator on noise; about 0.2 s.
double measure_speed(Study const& study, Device& device);
/// The same of one curve's fits.
double measure_speed(Curve const& curve, Device& device);
/// What a run begins with until its blocks tell more: a CPU is asked for a fifth of that time.
double first_speed(Study const& study, Device& device);

} // namespace moerate
