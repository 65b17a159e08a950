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

/// Fits of a list that go from round to round together.
struct WaveRange
{
    std::size_t first, count;
};

/// Cuts a list in what goes together, and calls f(WaveRange) for each: on a GPU as many fits as it
/// has room for, one range after the other; on a CPU those of one job, side by side where there is
/// room. Throws DeviceError.
template <class Real, class F>
void for_each_wave(Device& device, std::vector<LseItem<Real> const*> const& items, F const& f)
{
    bool const jobs = device.info().threads > 0;
    auto const workers = static_cast<std::size_t>(device.workers());
    // the rest is for lists of tasks and what kernels need themselves
    std::size_t const free = device.free_bytes() / 4 * 3;
    std::size_t const room = jobs ? std::min(free, job_bytes) : free;
    std::size_t const most =
        jobs && workers > 1 ? items.size() / (jobs_a_worker * workers) : items.size();
    std::vector<WaveRange> waves;
    std::size_t bytes = 0, largest = 1;
    for (std::size_t i = 0; i < items.size(); ++i) {
        std::size_t const own = fit_bytes(*items[i]);
        if (waves.empty() || waves.back().count >= most || bytes + own > room) {
            waves.push_back({i, 0});
            bytes = 0;
        }
        ++waves.back().count;
        largest = std::max(largest, bytes += own);
    }
    device.for_each(waves.size(), std::max<std::size_t>(1, free / largest),
                    [&](std::size_t w) { f(waves[w]); });
}

/// Tasks that a Gram matrix is made in where so many fits go together: a device that has more
/// workers gets its sums in parts.
inline int gram_parts(Device const& device, std::size_t fits)
{
    int const each = std::max(1, static_cast<int>(fits));
    return (device.workers() + each - 1) / each;
}

} // namespace moerate
