#pragma once

/// @file
/// Scores s_i(x) of the gate (spec.md 1.1). Inside, every score is a linear map of features of x:
/// s_i = W_i . phi(x) + c_i. A member says how its parameters make (W_i, c_i) and sends the gradient
/// by (W_i, c_i) back to them; both happen once a step, not once a sample (design.md 2).

#include "kernels/core/typelist.h"
#include "kernels/model/model.h"

MOE_BEGIN_ISA

/// s_i(x) = w_i.x + b_i, phi(x) = x. Parameters: w (k x d), b (k).
struct LinearScore
{
    static constexpr std::string_view name = "linear";
    static constexpr std::string_view formula = "s_i(x) = w_i.x + b_i";
    static constexpr std::string_view source = "002 eq 2, 003 eq 2";
    static constexpr Parameter parameters[] = {{"w", Role::location, Extent::d},
                                               {"b", Role::bias, Extent::one}};

    /// Writes atom i's feature row W_i (length d) and offset c_i.
    template <class Real>
    MOE_HD static void pack(Model const& model, Real const* theta, int i, Real* row, Real* offset)
    {
        Real const* w = theta + model.layout.block[0].offset + i * model.d;
        MOE_SIMD
        for (int f = 0; f < model.d; ++f)
            row[f] = w[f];
        *offset = theta[model.layout.block[1].offset + i];
    }

    /// Chain rule from (dW_i, dc_i) to atom i's entries of the gradient by theta.
    template <class Real>
    MOE_HD static void chain(Model const& model, Real const* /*theta*/, int i, Real const* row,
                             Real offset, Real* gradient)
    {
        Real* w = gradient + model.layout.block[0].offset + i * model.d;
        MOE_SIMD
        for (int f = 0; f < model.d; ++f)
            w[f] = row[f];
        gradient[model.layout.block[1].offset + i] = offset;
    }
};

using Scores = TypeList<LinearScore>;

MOE_END_ISA
