#pragma once

/// @file
/// Sizes up to which every index in the kernels is an int. They are checked in 64 bits in one place
/// each: those of a model by make_model (layout.h), those of two models side by side by
/// pair_limits (pair.h), numbers of samples by the study's reader. Later code need not: only
/// samples times columns may pass an int, and such a product is a std::size_t everywhere.

#include "kernels/core/hd.h"

#include <cstdint>
#include <limits>

namespace moerate
{

/// Largest d, k and rank: beyond these, k x d x d overflows long before memory ends.
constexpr int largest_size = 10000;

/// Most samples of a data set. A pass looks some chunks ahead of its last sample.
constexpr int most_samples = 2000000000;

/// Largest index.
constexpr std::int64_t most_indexed = std::numeric_limits<int>::max();

/// One size of a model or of two, and what it may be.
struct SizeLimit
{
    char const* name; ///< "parameters": what is counted
    char const* why;  ///< who sets the limit
    std::int64_t value;
    std::int64_t most;
    char const* advice; ///< what to do about it
    constexpr bool holds() const { return value <= most; }
};

} // namespace moerate

MOE_BEGIN_ISA

/// Samples that a tile holds. A minibatch is cut into chunks; a short chunk has zero coefficients
/// behind its end.
constexpr int chunk = 32;

/// Numbers that a tile adds to a row of features at most, so that loads are aligned.
constexpr int most_padding = 16;

MOE_END_ISA
