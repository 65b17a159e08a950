#pragma once

/// @file
/// Bootstrap draws of one cell: resampling with replacement, and the statistics of each draw.

#include "kernels/rates/summary_api.h"
#include "kernels/rng/stream.h"

namespace moerate
{

/// Some draws. Draw b takes `population` members with replacement, by the words of stream bootstrap
/// under key.replicate = b; a member without a value is left out of the draw it is in.
struct ResampleTask
{
    StreamKey key; ///< replicate is ignored
    int first;     ///< number of the first draw
    int draws;
    int population;
    int size;            ///< members with a value
    double const* value; ///< [size], ascending
    double const* log;   ///< [size]
    int const* rank;     ///< [population]: place of a member's value; `size` where it has none
    Statistics* drawn;   ///< out [draws]; not a number where all drawn members are without value
};

} // namespace moerate
