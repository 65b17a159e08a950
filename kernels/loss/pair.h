#pragma once

/// @file
/// Sizes of a fitted model beside the truth. Host only.

#include "kernels/loss/columns.h"
#include "kernels/model/limits.h"

#include <algorithm>
#include <array>

MOE_BEGIN_ISA

/// What risk and a loss (position in Losses) index of two models of one dimension.
inline std::array<SizeLimit, 2> pair_limits(Model const& fitted, Model const& truth, int loss)
{
    std::int64_t const pairs = std::int64_t{fitted.k} * truth.k;
    std::int64_t const width = columns_of(form_of(loss), Level::atoms, fitted, truth).width;
    return {{{"pairs of a fitted and a true expert", "sums over samples index", pairs,
              most_indexed / chunk, "use fewer experts in one of them"},
             {"numbers side by side in its loss", "indices reach",
              width * std::max(fitted.k, truth.k), most_indexed, "lower d or use fewer experts"}}};
}

MOE_END_ISA
