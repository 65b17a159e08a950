#pragma once

/// @file
/// Finding parameters in a model's layout, on host and device.

#include "kernels/core/hd.h"
#include "kernels/model/model.h"

MOE_BEGIN_ISA

/// The block with this id, or null.
MOE_HD inline Block const* find_block(Layout const& layout, std::uint32_t id)
{
    for (int b = 0; b < layout.blocks; ++b) {
        if (layout.block[b].id == id)
            return layout.block + b;
    }
    return nullptr;
}

/// T of a measure: the trained one where there is one, else `otherwise`.
template <class Real>
MOE_HD double trained_temperature(Layout const& layout, Real const* theta, double otherwise)
{
    for (int b = 0; b < layout.blocks; ++b) {
        if (layout.block[b].role == Role::temperature)
            return static_cast<double>(theta[layout.block[b].offset]);
    }
    return otherwise;
}

MOE_END_ISA
