#pragma once

#include "kernels/family/loss/form.h"

MOE_BEGIN_ISA

struct HierarchicalL5
{
    static constexpr std::string_view name = "hierarchical.L5";
    static constexpr std::string_view formula =
        "sum_j1 |sum_i1 e^beta - e^beta*| + sum_i1 e^beta [|domega| + sum_j2 |sum_i2 e^nu - e^nu*| "
        "+ "
        "sum_exact e^nu(|dkappa|+|deta|) + sum_over e^nu(|dkappa|^2+|deta|^2)]";
    static constexpr std::string_view source = "002 eq 25";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                2,
                {{Part::w, power::one, power::two}, {Part::expert, power::one, power::two}},
                power::one};
    }
};

/// The power of |domega| is illegible in the paper; r as for all other terms (golden N11).
struct HierarchicalL6r
{
    static constexpr std::string_view name = "hierarchical.L6r";
    static constexpr std::string_view formula = "sum_j1 |sum_i1 e^beta - e^beta*| + sum_i1 e^beta "
                                                "[|domega|^r + sum_j2 |sum_i2 e^nu - e^nu*| + "
                                                "sum_all e^nu(|dkappa|^r+|da|^r+|db|^r)]";
    static constexpr std::string_view source = "002 eq 29";
    static constexpr bool has_r = true;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                2,
                {{Part::w, power::r, power::r}, {Part::expert_split, power::r, power::r}},
                power::r};
    }
};

MOE_END_ISA
