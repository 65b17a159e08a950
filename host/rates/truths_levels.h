#pragma once

/// @file
/// Slopes, levels and windows of several truths as those of all (truths.h has the rules).

#include "host/rates/rates.h"

#include <optional>
#include <vector>

namespace moerate
{

/// The rows of one label, loss and target, one a truth.
using OfTruths = std::vector<RateRow const*>;

/// Whether all truths have fits at the same n.
bool same_n(OfTruths const& truths);

/// The mean of one number over the truths that have it.
template <class Get>
std::optional<double> mean_of(OfTruths const& truths, Get&& get)
{
    double sum = 0;
    int known = 0;
    for (RateRow const* row : truths)
        if (std::optional<double> const value = get(*row)) {
            sum += *value;
            ++known;
        }
    return known > 0 ? std::optional<double>(sum / known) : std::nullopt;
}

/// Levels and windows; an influential replicate is of one truth, and not told of all.
void set_levels(RateRow& all, OfTruths const& truths);

} // namespace moerate
