#pragma once

/// @file
/// Random numbers as a kernel gets them.

#include "kernels/rng/draws.h"
#include "kernels/rng/order.h"

#include <vector>

namespace moerate
{

/// All that one counter gives.
struct Draw
{
    Words words;
    float uniform[4];
    Normals normal;
};

/// The draws of indices from .. from + count - 1 on the selected CUDA device.
std::vector<Draw> gpu_draws(StreamKey const& key, Stream stream, std::uint64_t from, int count);

/// The rows of an epoch, position by position, on the selected CUDA device.
std::vector<std::uint32_t> gpu_order(StreamKey const& key, std::uint32_t epoch, std::uint32_t n);

} // namespace moerate
