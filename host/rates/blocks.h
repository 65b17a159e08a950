#pragma once

/// @file
/// Rates by block of an atom's parameters (docs/losses.md, "By block").

#include "host/rates/rates.h"
#include "host/rates/samples.h"

#include <functional>
#include <string>
#include <vector>

namespace moerate
{

/// The distances of one block in the cells of one kind.
struct BlockNumbers
{
    Numbers fit;   ///< of each fit that did not fail
    Numbers start; ///< of its starting point
};

/// The slopes of a loss's blocks, each as `judged` gives those of its mean and its median. Fits
/// whose parameters were not stored have none, and losses against a set of measures no blocks.
/// `all` has the fits with their parameters.
std::vector<BlockSlopes> block_slopes(Store const& store, Study const& study, Curve const& curve,
                                      LossSpec const& loss, std::vector<FitsAt> const& all,
                                      std::function<BlockSlope(BlockNumbers const&)> const& judged);

/// What the theory's claim on the loss says of a block: the loss falls as n^claim, so a distance
/// that it has to some power falls at least as n^(claim / power). Empty without a term, and without
/// a number: a loss that is slower than any power of n may be so for one of its blocks.
std::string block_claim(Theory const& theory, double power);

} // namespace moerate
