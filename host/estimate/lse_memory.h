#pragma once

/// @file
/// How much memory of a device a least-squares fit needs.

#include "host/device/device.h"
#include "host/estimate/lse_rounds.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "kernels/lse/step_api.h"

#include <algorithm>
#include <cstddef>

namespace moerate
{

/// Numbers of a fit's Gram matrix, where the item has none.
template <class Real>
std::size_t gram_own(LseItem<Real> const& item)
{
    auto const p = static_cast<std::size_t>(coordinate_count(item.model));
    return item.gram == nullptr ? p * p : 0;
}

/// Numbers that an item's fit needs for its products: those of two tasks, one after the other.
template <class Real>
std::size_t work_numbers(LseItem<Real> const& item)
{
    return std::max(gram_numbers(item.model), step_numbers(item.model));
}

template <class Real>
std::size_t coefficient_numbers(LseItem<Real> const& item)
{
    return static_cast<std::size_t>(coefficient_rows(item.model)) * item.n;
}

/// Bytes of a fit, but for some records.
template <class Real>
std::size_t fit_bytes(LseItem<Real> const& item)
{
    auto const size = static_cast<std::size_t>(item.model.layout.size);
    auto const p = static_cast<std::size_t>(coordinate_count(item.model));
    return sizeof(double) * (7 * size + gram_own(item) + p * p + work_numbers(item)) +
           sizeof(Real) * (2 * coefficient_numbers(item) + 3 * static_cast<std::size_t>(item.n));
}

/// How many of `count` fits, from the first on, the device has room for at once; at least one.
template <class Real>
std::size_t wave_size(Device& device, LseItem<Real> const* const* items, std::size_t count)
{
    // the rest is for lists of tasks and what kernels need themselves
    std::size_t const room = device.free_bytes() / 4 * 3;
    std::size_t fits = 0;
    for (std::size_t bytes = 0; fits < count; ++fits) {
        bytes += fit_bytes(*items[fits]);
        if (fits > 0 && bytes > room)
            break;
    }
    return fits;
}

/// Tasks that a Gram matrix is made in where there are so many fits: a device that has more workers
/// gets its sums in parts.
inline int gram_parts(DeviceInfo const& info, std::size_t fits)
{
    int const workers = std::max({1, info.threads, info.launch_fits});
    int const each = std::max(1, static_cast<int>(fits));
    return (workers + each - 1) / each;
}

} // namespace moerate
