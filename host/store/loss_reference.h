#pragma once

/// @file
/// What a stored loss is against.

#include "host/measure/block_distances.h"
#include "host/store/store.h"

#include <optional>
#include <vector>

namespace moerate
{

/// The measure of a curve at n that is called `target` where no search is needed for it: the truth,
/// or for a projection the truth in the fitted families where these hold it.
std::optional<Measure> known_target(Study const& study, Curve const& curve, int n, Target target);

/// The same, or the projection that the store has; none where nothing has searched for it.
std::optional<Measure> loss_reference(Store const& store, Study const& study, Curve const& curve,
                                      int n, Target target);

/// loss_blocks of a curve's loss, against what loss_reference gives.
std::vector<LossBlock> blocks_of(Curve const& curve, LossSpec const& loss);

} // namespace moerate
