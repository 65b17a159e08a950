#pragma once

/// @file
/// Names of the random streams and what a stream is keyed by (design.md 3).

#include <cstdint>

namespace moerate
{

/// What a random number is for. Values are part of every result: never renumber, only append.
enum class Stream : std::uint32_t
{
    truth = 0,     ///< parameters of the truth
    x = 1,         ///< inputs
    noise = 2,     ///< noise of y
    start = 3,     ///< starting points
    order = 4,     ///< order of samples in an epoch
    evaluate = 5,  ///< fresh inputs for the regression and expert errors
    restart = 6,   ///< further starts of a fit
    target = 7,    ///< search for the projection
    bootstrap = 8, ///< resampling of replicates
};

/// Everything but stream and index: philox key = (key0, key1) = hash(study seed, truth id),
/// counter = (index low, stream << 24 | index high, replicate, n or 0).
struct StreamKey
{
    std::uint32_t key0 = 0;
    std::uint32_t key1 = 0;
    std::uint32_t replicate = 0;
    std::uint32_t n =
        0; ///< sample size; 0 where data are nested over n, and for truth and evaluate
};

} // namespace moerate
