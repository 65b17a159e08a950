#pragma once

/// @file
/// How much memory of a device a least-squares fit needs.

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
           sizeof(Real) * (coefficient_numbers(item) + static_cast<std::size_t>(item.n));
}

} // namespace moerate
