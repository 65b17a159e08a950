#pragma once

#include "kernels/family/loss/form.h"

MOE_BEGIN_ISA

struct SigmoidD1
{
    static constexpr std::string_view name = "sigmoid.D1";
    static constexpr std::string_view formula =
        "M_over + sum_over(|dw|^2+|deta|^2) + sum_exact(|db|+|dw|+|deta|)";
    static constexpr std::string_view source = "003 eq 6";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::over,
                false,
                3,
                {{Part::bias, power::one, power::zero},
                 {Part::w, power::one, power::two},
                 {Part::expert, power::one, power::two}}};
    }
};

struct SigmoidD2r
{
    static constexpr std::string_view name = "sigmoid.D2r";
    static constexpr std::string_view formula = "M_over + sum_over(|dw|^r+|da|^r+|db_e|^r) + "
                                                "sum_exact(|db|^r+|dw|^r+|da|^r+|db_e|^r)";
    static constexpr std::string_view source = "003 eq 9";
    static constexpr bool has_r = true;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::over,
                false,
                3,
                {{Part::bias, power::r, power::zero},
                 {Part::w, power::r, power::r},
                 {Part::expert_split, power::r, power::r}}};
    }
};

/// Against the projection of the truth on the fitted family, which has as many atoms as the fit.
struct SigmoidD3
{
    static constexpr std::string_view name = "sigmoid.D3";
    static constexpr std::string_view formula = "sum_all(|db|+|dw|+|deta|)";
    static constexpr std::string_view source = "003 eq 12";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::none,
                false,
                3,
                {{Part::bias, power::one, power::one},
                 {Part::w, power::one, power::one},
                 {Part::expert, power::one, power::one}}};
    }
};

MOE_END_ISA
