#pragma once

/// @file
/// Expert forms h_i(x) (spec.md 1.2). A form is a linear map z_i = W_i.phi(x) + c_i of features of
/// x, then the activation, then a factor: h_i = lambda_i phi(z_i). A member declares its
/// parameters and the feature set, and what differs from ExpertDefaults; pack and chain work once a
/// step.

#include "kernels/core/typelist.h"
#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/spec/features.h"

MOE_BEGIN_ISA

/// Blocks of the expert's parameters.
MOE_HD inline Block const* expert_blocks(Model const& model)
{
    return model.layout.block + model.layout.expert_begin;
}

/// h_i(x) = phi(a_i.x + b_i). Parameters: a (k x d), b (k).
struct RidgeExpert : ExpertDefaults
{
    static constexpr std::string_view name = "ridge";
    static constexpr std::string_view formula = "h_i(x) = phi(a_i.x + b_i)";
    static constexpr std::string_view source = "002 section 3.1, 003 section 3.1";
    static constexpr Parameter parameters[] = {{"a", Role::expert_direction, Extent::d},
                                               {"b", Role::expert_bias, Extent::one}};
    static constexpr unsigned features = feature_x;
    static constexpr bool copied_maps = true;
    static constexpr bool single_maps = true;

    /// Writes the maps of all atoms.
    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* block = expert_blocks(model);
        copy_maps(lanes, model.k, model.d, theta + block[0].offset, theta + block[1].offset, to);
    }

    /// Chain rule from the gradient by the maps to this part's entries of the gradient by theta.
    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, MapRows<Real const> by,
                             Real* gradient)
    {
        Block const* block = expert_blocks(model);
        copy_back(lanes, model.k, model.d, by, gradient + block[0].offset,
                  gradient + block[1].offset);
    }
};

/// h_i(x) = lambda_i phi(a_i.x + b_i). Parameters: a (k x d), b (k), lambda (k).
struct FfnExpert : RidgeExpert
{
    static constexpr std::string_view name = "ffn";
    static constexpr std::string_view formula = "h_i(x) = lambda_i phi(a_i.x + b_i)";
    static constexpr std::string_view source = "002 section 3.1";
    static constexpr Parameter parameters[] = {{"a", Role::expert_direction, Extent::d},
                                               {"b", Role::expert_bias, Extent::one},
                                               {"lambda", Role::expert_scale, Extent::one}};
    static constexpr bool factor = true;
    static constexpr bool copied_maps = false;
};

/// h_i(x) = lambda_i phi(a_i.x / |x| + b_i), with x / |x| = 0 at x = 0.
struct NormalizedExpert : FfnExpert
{
    static constexpr std::string_view name = "normalized";
    static constexpr std::string_view formula = "h_i(x) = lambda_i phi(a_i.x / |x| + b_i)";
    static constexpr std::string_view source = "002 Definition 1, example";
    static constexpr unsigned features = feature_unit;
};

/// h_i(x) = b_i, whatever the input; no activation (golden N6).
struct ConstantExpert : ExpertDefaults
{
    static constexpr std::string_view name = "constant";
    static constexpr std::string_view formula = "h_i(x) = b_i";
    static constexpr std::string_view source = "002 section 3.1";
    static constexpr Parameter parameters[] = {{"b", Role::expert_bias, Extent::one}};
    static constexpr unsigned features = feature_none;
    static constexpr bool uses_activation = false;
    static constexpr bool single_maps = true;

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        copy_rows(lanes, 1, model.k, theta + expert_blocks(model)[0].offset, model.k, to.c,
                  model.k);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, MapRows<Real const> by,
                             Real* gradient)
    {
        copy_rows(lanes, 1, model.k, by.c, model.k, gradient + expert_blocks(model)[0].offset,
                  model.k);
    }
};

#if !defined(MOE_MORE_EXPERTS)
#define MOE_MORE_EXPERTS ///< a test may append a form of its own: `, TheForm`
#endif
using Experts = TypeList<RidgeExpert, FfnExpert, NormalizedExpert, ConstantExpert MOE_MORE_EXPERTS>;

MOE_END_ISA
