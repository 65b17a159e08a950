#pragma once

/// @file
/// Expert forms h_i(x) (spec.md 1.2). As with the scores, a form is a linear map z_i = W_i.phi(x) + c_i
/// of features of x, then the activation; pack and chain work once a step.

#include "kernels/core/rows.h"
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

    /// Writes the maps of all atoms: rows W_i (length d, `stride` apart) and offsets c_i.
    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, Real* w, int stride,
                            Real* c)
    {
        Block const* block = model.layout.block + model.layout.expert_begin;
        copy_rows(lanes, model.k, model.d, theta + block[0].offset, model.d, w, stride);
        copy_rows(lanes, 1, model.k, theta + block[1].offset, model.k, c, model.k);
    }

    /// Chain rule from (dW, dc) to this part's entries of the gradient by theta.
    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* /*theta*/, Real const* w,
                             int stride, Real const* c, Real* gradient)
    {
        Block const* block = model.layout.block + model.layout.expert_begin;
        copy_rows(lanes, model.k, model.d, w, stride, gradient + block[0].offset, model.d);
        copy_rows(lanes, 1, model.k, c, model.k, gradient + block[1].offset, model.k);
    }
};

using Experts = TypeList<RidgeExpert>;

MOE_END_ISA
