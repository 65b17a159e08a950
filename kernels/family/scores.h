#pragma once

/// @file
/// Scores s_i(x) of the gate (spec.md 1.1). Inside, every score is a linear map of features of x:
/// s_i = W_i . phi(x) + c_i. A member says how its parameters make (W_i, c_i) and sends the gradient
/// by (W_i, c_i) back to them; both happen once a step, not once a sample (design.md 2).

#include "kernels/core/rows.h"
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

    /// Whether a common shift of all locations leaves a softmax over the scores unchanged: the
    /// score is linear in its location (spec.md 1.3).
    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return true; }

    /// Writes the maps of all atoms: rows W_i (length d, `stride` apart) and offsets c_i.
    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, Real* w, int stride,
                            Real* c)
    {
        Block const* block = model.layout.block;
        copy_rows(lanes, model.k, model.d, theta + block[0].offset, model.d, w, stride);
        copy_rows(lanes, 1, model.k, theta + block[1].offset, model.k, c, model.k);
    }

    /// Chain rule from (dW, dc) to this part's entries of the gradient by theta.
    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* /*theta*/, Real const* w,
                             int stride, Real const* c, Real* gradient)
    {
        Block const* block = model.layout.block;
        copy_rows(lanes, model.k, model.d, w, stride, gradient + block[0].offset, model.d);
        copy_rows(lanes, 1, model.k, c, model.k, gradient + block[1].offset, model.k);
    }
};

using Scores = TypeList<LinearScore>;

MOE_END_ISA
