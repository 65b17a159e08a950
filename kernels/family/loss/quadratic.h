#pragma once

#include "kernels/family/loss/form.h"

MOE_BEGIN_ISA

struct QuadraticL1
{
    static constexpr std::string_view name = "quadratic.L1";
    static constexpr std::string_view formula =
        "M + sum_exact m_i(|dA|+|dw|+|deta|) + sum_over m_i(|dA|^(R/2)+|dw|^R+|deta|^2), "
        "R = 4, 6, 7 in cells of 2, 3, more atoms";
    static constexpr std::string_view source = "001 eq 17";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                3,
                {{Part::A, power::one, power::half_r_bar},
                 {Part::w, power::one, power::r_bar},
                 {Part::expert, power::one, power::two}}};
    }
};

struct QuadraticL2r
{
    static constexpr std::string_view name = "quadratic.L2r";
    static constexpr std::string_view formula = "M + sum_all m_i(|dA|^r+|dw|^r+|da|^r+|db|^r)";
    static constexpr std::string_view source = "001 eq 27";
    static constexpr bool has_r = true;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                3,
                {{Part::A, power::r, power::r},
                 {Part::w, power::r, power::r},
                 {Part::expert_split, power::r, power::r}}};
    }
};

/// As quadratic.L2r, without w: for polynomial experts under the monomial gate, of which 001 has no
/// theorem of its own.
struct MonomialL2r
{
    static constexpr std::string_view name = "monomial.L2r";
    static constexpr std::string_view formula = "M + sum_all m_i(|dA|^r+|da|^r+|db|^r)";
    static constexpr std::string_view source = "ours; 001 eq 27 without w";
    static constexpr bool has_r = true;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                2,
                {{Part::A, power::r, power::r}, {Part::expert_split, power::r, power::r}}};
    }
};

struct MonomialL3
{
    static constexpr std::string_view name = "monomial.L3";
    static constexpr std::string_view formula =
        "M + sum_exact m_i(|dA|+|deta|) + sum_over m_i(|dA|^2+|deta|^2)";
    static constexpr std::string_view source = "001 eq 25";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                2,
                {{Part::A, power::one, power::two}, {Part::expert, power::one, power::two}}};
    }
};

MOE_END_ISA
