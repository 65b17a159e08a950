#pragma once

/// @file
/// Which losses fit which gates.

#include "kernels/family/losses.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"

MOE_BEGIN_ISA

/// What a gate has that losses are about.
struct GateTraits
{
    Mass mass;
    bool grouped; ///< hierarchical
    bool form;    ///< a location that is a quadratic form, A
    bool other;   ///< other locations: w, or attention's K and kappa
    bool learned; ///< a temperature to learn
};

/// The traits of a gate.
MOE_HD constexpr GateTraits traits_of(GateSpec const& gate)
{
    GateTraits traits{Mass::exponential, false, false, false, gate.learned_temperature != 0};
    visit(Normalizers{}, gate.normalizer, [&](auto normalizer) {
        traits.mass = decltype(normalizer)::mass;
        traits.grouped = decltype(normalizer)::grouped;
    });
    visit(Scores{}, gate.score, [&](auto score) {
        for (Parameter const& p : decltype(score)::parameters) {
            bool const location = p.role == Role::location;
            traits.form = traits.form || (location && p.extent == Extent::d_d);
            traits.other = traits.other || (location && p.extent != Extent::d_d);
        }
    });
    return traits;
}

/// Whether a loss is about the gate's masses and locations, whatever it does with the temperature.
MOE_HD constexpr bool fits_but_for_temperature(LossForm const& form, GateTraits const& gate)
{
    return form.mass == gate.mass && form.grouped() == gate.grouped &&
           form.reads(Part::A) == gate.form && form.reads(Part::w) == gate.other;
}

/// Whether the loss at `loss` in Losses fits a fitted gate: it weighs atoms by the m of the gate's
/// normalizer, is hierarchical if and only if the gate is, has terms for just the locations of the
/// gate's score, and one for T if and only if T is learned. Where no loss has a term for T beside
/// these locations and masses, those without one fit a learned T.
MOE_HD constexpr bool fits(int loss, GateSpec const& gate)
{
    GateTraits const traits = traits_of(gate);
    bool warm = false; // whether a loss with a term for T is otherwise fit
    for_each(Losses{}, [&](auto member, int) {
        constexpr LossForm form = decltype(member)::form();
        warm = warm || (form.reads(Part::T) && fits_but_for_temperature(form, traits));
    });
    LossForm const form = form_of(loss);
    return fits_but_for_temperature(form, traits) &&
           form.reads(Part::T) == (traits.learned && warm);
}

/// Whether the parameters of two gates can stand in one loss: both hierarchical or neither, and
/// attention, which has neither w nor A nor b, only beside attention of the same rank.
MOE_HD constexpr bool comparable(GateSpec const& a, GateSpec const& b)
{
    auto const shared = [](GateSpec const& gate) {
        bool has = false;
        visit(Scores{}, gate.score, [&](auto score) {
            for (Parameter const& p : decltype(score)::parameters)
                has = has || p.role == Role::shared;
        });
        return has;
    };
    if (traits_of(a).grouped != traits_of(b).grouped || shared(a) != shared(b))
        return false;
    return !shared(a) || (a.score == b.score && a.rank == b.rank);
}

MOE_END_ISA
