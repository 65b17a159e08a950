#pragma once

/// @file
/// Finding parameters in a model's layout, on host and device.

#include "kernels/core/hd.h"
#include "kernels/spec/model.h"

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

/// Whether a parameter belongs to an expert.
MOE_HD constexpr bool of_expert(Role role)
{
    return role == Role::expert_direction || role == Role::expert_bias ||
           role == Role::expert_scale;
}

/// Whether a block is a quadratic form of the gate: a d x d matrix that enters by its symmetric part.
MOE_HD inline bool is_form(Block const& block)
{
    return block.role == Role::location && block.extent == Extent::d_d;
}

/// Where in theta a learned temperature stands, or -1.
MOE_HD inline int temperature_place(Layout const& layout)
{
    for (int b = 0; b < layout.blocks; ++b) {
        if (layout.block[b].role == Role::temperature)
            return layout.block[b].offset;
    }
    return -1;
}

/// T of a measure: the trained one where there is one, else `otherwise`.
template <class Real>
MOE_HD double trained_temperature(Layout const& layout, Real const* theta, double otherwise)
{
    int const place = temperature_place(layout);
    return place < 0 ? otherwise : static_cast<double>(theta[place]);
}

MOE_END_ISA
