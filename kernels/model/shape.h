#pragma once

/// @file
/// What the kernels need to know about a model, read once from the members that it names.

#include "kernels/core/expect.h"
#include "kernels/core/sample_rows.h"
#include "kernels/family/activations.h"
#include "kernels/family/normalizers.h"
#include "kernels/model/layout.h"
#include "kernels/spec/features.h"
#include "kernels/spec/lookup.h"

MOE_BEGIN_ISA

/// Sizes of a model's linear maps.
struct Shape
{
    FeatureMap features;
    int k;          ///< atoms
    int gate_rows;  ///< score maps: atoms, then groups
    bool outer;     ///< an activation between score map and score
    bool factor;    ///< experts have a factor lambda
    bool activated; ///< experts have an activation (else h = z)
    bool copied;    ///< the maps are theta's own numbers in another order, and x the only features
    bool own;       ///< a lane's registers hold all rows of a sample (OwnRows)
    bool light;     ///< the experts' activation is
};

/// Calls f(member) for the member at `index`; in an instance for copied maps only if it has such.
template <class Lanes, class List, class F>
MOE_HD MOE_FLAT void visit_members(List list, int index, F const& f)
{
    visit(list, index, [&](auto member) {
        if constexpr (!Lanes::copied_maps || decltype(member)::copied_maps)
            f(member);
    });
}

/// Whether the experts' activation is a few instructions (identity where they have none).
MOE_HD MOE_INLINE bool light_experts(Model const& model)
{
    bool light = false;
    visit(Activations{}, model.expert.activation, [&](auto phi) { light = phi.light; });
    return light;
}

/// The shape of a model; feature ranges begin at multiples of `align`.
MOE_HD MOE_INLINE Shape shape_of(Model const& model, int align)
{
    Shape shape{{},    model.k, model.k + model.groups, false, false, true,
                false, false,   light_experts(model)};
    unsigned gate = 0;
    unsigned expert = 0;
    bool copied = model.gate.learned_temperature == 0 && model.temperature == 1.0;
    visit(Scores{}, model.gate.score, [&](auto score) {
        gate = score.features;
        shape.outer = score.uses_activation;
        copied = copied && score.copied_maps;
    });
    visit(Experts{}, model.expert.form, [&](auto form) {
        expert = form.features;
        shape.factor = form.factor;
        shape.activated = form.uses_activation;
        copied = copied && form.copied_maps;
    });
    MOE_EXPECT(stands_together(gate, expert) && stands_together(expert, gate));
    shape.features = lay_out(gate, expert, model.d, model.gate.tau2, align);
    shape.copied = copied && gate == feature_x && expert == feature_x;
    visit(Normalizers{}, model.gate.normalizer, [&](auto normalizer) {
        shape.own =
            normalizer.own_rows && !shape.outer && !shape.factor && model.k <= most_own_rows;
    });
    return shape;
}

/// shape_of for code that runs in these lanes: constants where the instance is for copied maps.
template <class Lanes>
MOE_HD MOE_FLAT Shape shape_in(Model const& model, int align)
{
    if constexpr (Lanes::copied_maps)
        return {lay_out(feature_x, feature_x, model.d, 0, align),
                model.k,
                model.k + model.groups,
                false,
                false,
                true,
                true,
                true,
                light_experts(model)};
    else
        return shape_of(model, align);
}

/// Flops of the matrix product of one prediction, 2 (score maps |phi_gate| + k |phi_expert|): 4 k d
/// for a linear score and ridge experts. The unit of a task's work.
MOE_HD inline double flops_per_prediction(Model const& model)
{
    Shape const shape = shape_of(model, 1);
    return 2.0 *
           (shape.gate_rows * shape.features.gate.size + shape.k * shape.features.expert.size);
}

/// Flops of the two matrix products of one sample-update (design.md 7): prediction and gradient.
MOE_HD inline double flops_per_update(Model const& model)
{
    return 2 * flops_per_prediction(model);
}

MOE_END_ISA
