#pragma once

/// @file
/// Expert forms h_i(x) (spec.md 1.2). As with the scores, a form is a linear map z_i = W_i.phi(x) + c_i
/// of features of x, then the activation; pack and chain work once a step.

#include "kernels/core/typelist.h"
#include "kernels/model/model.h"

MOE_BEGIN_ISA

/// h_i(x) = phi(a_i.x + b_i). Parameters: a (k x d), b (k).
struct RidgeExpert
{
    static constexpr std::string_view name = "ridge";
    static constexpr std::string_view formula = "h_i(x) = phi(a_i.x + b_i)";
    static constexpr std::string_view source = "002 section 3.1, 003 section 3.1";
    static constexpr Parameter parameters[] = {{"a", Role::expert_direction, Extent::d},
                                               {"b", Role::expert_bias, Extent::one}};

    /// Writes atom i's feature row W_i (length d) and offset c_i.
    template <class Real>
    MOE_HD static void pack(Model const& model, Real const* theta, int i, Real* row, Real* offset)
    {
        Block const* block = model.layout.block + model.layout.expert_begin;
        Real const* a = theta + block[0].offset + i * model.d;
        MOE_SIMD
        for (int f = 0; f < model.d; ++f)
            row[f] = a[f];
        *offset = theta[block[1].offset + i];
    }

    /// Chain rule from (dW_i, dc_i) to atom i's entries of the gradient by theta.
    template <class Real>
    MOE_HD static void chain(Model const& model, Real const* /*theta*/, int i, Real const* row,
                             Real offset, Real* gradient)
    {
        Block const* block = model.layout.block + model.layout.expert_begin;
        Real* a = gradient + block[0].offset + i * model.d;
        MOE_SIMD
        for (int f = 0; f < model.d; ++f)
            a[f] = row[f];
        gradient[block[1].offset + i] = offset;
    }
};

using Experts = TypeList<RidgeExpert>;

MOE_END_ISA
