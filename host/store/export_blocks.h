#pragma once

/// @file
/// Distances by block of stored fits (host/measure/block_distances.h), for exports.

#include "host/measure/block_distances.h"
#include "host/store/store.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace moerate
{

/// The blocks of a study's losses.
class ExportedBlocks
{
public:
    ExportedBlocks(Store const& store, Study const& study) : store_(store), study_(study) {}

    /// All that some loss has, each once, in order of appearance.
    std::vector<std::string> names() const;

    /// The distances of parameters at n in a loss that the curve asks for, by name; none without
    /// parameters, and where the loss has no blocks.
    std::map<std::string, BlockDistance> distances(Curve const& curve, int n, LossKey const& key,
                                                   std::vector<double> const& theta);

private:
    Store const& store_;
    Study const& study_;
    std::map<std::tuple<Curve const*, int, Target>, std::optional<Measure>> references_;
};

} // namespace moerate
