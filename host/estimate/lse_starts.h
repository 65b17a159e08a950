#pragma once

/// @file
/// Where least squares begins. The first start is the given one; the next lie around it; the last
/// ones are blind: they are made of the model, the box and the data alone. Draws are of stream
/// `restart`, keyed by the data's key and the number of the start, so that a start around the given
/// one is the same whatever the others are. The two kinds of blind starts take turns from the last
/// start backwards: with one start more, a blind one is of the other kind.

#include "host/estimate/estimator.h"
#include "host/estimate/lse_box.h"

#include <vector>

namespace moerate
{

class Device;

/// Whether start `number` of so many is blind.
constexpr bool blind(Starts const& starts, int number)
{
    return number >= starts.count - starts.blind;
}

/// A fit whose starts are asked for.
struct StartsRequest
{
    FitProblem<double> const* problem;
    Box::Bounds const* bounds;
};

/// The starts of all requests, [request][start][layout.size], moved into their boxes. In the order
/// of their numbers:
///
/// around the given start: + N(0, s^2) on each coordinate, s a tenth of the root mean square of its
/// block, at least 0.01;
///
/// blind, in turn: uniform in the inner half of the box, that of log T for a temperature; and gates
/// of which scores on the data vary by some units, with experts from the linear least squares fit
/// sum_i g_i(x) (a_i.x + b_i) to the first samples (lambda = 1), which is the minimum for those
/// gates where experts are linear.
///
/// Throws DeviceError.
std::vector<std::vector<std::vector<double>>>
make_starts(Device& device, std::vector<StartsRequest> const& requests);

} // namespace moerate
