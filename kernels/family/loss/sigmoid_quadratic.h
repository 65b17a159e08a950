#pragma once

#include "kernels/family/loss/form.h"

MOE_BEGIN_ISA

struct SigmoidQuadraticL1
{
    static constexpr std::string_view name = "sigmoid-quadratic.L1";
    static constexpr std::string_view formula =
        "M_over + sum_over(|dA|^2+|dw|^2+|deta|^2) + sum_exact(|dA|+|dw|+|db|+|deta|)";
    static constexpr std::string_view source = "000 after eq 9";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::over,
                false,
                4,
                {{Part::A, power::one, power::two},
                 {Part::w, power::one, power::two},
                 {Part::bias, power::one, power::zero},
                 {Part::expert, power::one, power::two}}};
    }
};

struct SigmoidQuadraticL2r
{
    static constexpr std::string_view name = "sigmoid-quadratic.L2r";
    static constexpr std::string_view formula =
        "M_over + sum_over(|dA|^r+|dw|^r+|da|^r+|db_e|^r) + "
        "sum_exact(|dA|^r+|dw|^r+|db|^r+|da|^r+|db_e|^r)";
    static constexpr std::string_view source = "000 eq 11";
    static constexpr bool has_r = true;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::over,
                false,
                4,
                {{Part::A, power::r, power::r},
                 {Part::w, power::r, power::r},
                 {Part::bias, power::r, power::zero},
                 {Part::expert_split, power::r, power::r}}};
    }
};

/// Against the projection of the truth on the fitted family, which has as many atoms as the fit.
struct SigmoidQuadraticL3
{
    static constexpr std::string_view name = "sigmoid-quadratic.L3";
    static constexpr std::string_view formula = "sum_all(|dA|+|dw|+|db|+|deta|)";
    static constexpr std::string_view source = "000 section 4.2";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::none,
                false,
                4,
                {{Part::A, power::one, power::one},
                 {Part::w, power::one, power::one},
                 {Part::bias, power::one, power::one},
                 {Part::expert, power::one, power::one}}};
    }
};

struct SigmoidMonomialL4
{
    static constexpr std::string_view name = "sigmoid-monomial.L4";
    static constexpr std::string_view formula =
        "M_over + sum_over(|dA|^2+|deta|^2) + sum_exact(|dA|+|db|+|deta|)";
    static constexpr std::string_view source = "000 eq 52";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::over,
                false,
                3,
                {{Part::A, power::one, power::two},
                 {Part::bias, power::one, power::zero},
                 {Part::expert, power::one, power::two}}};
    }
};

/// As sigmoid-quadratic.L3, without w.
struct SigmoidMonomialL5
{
    static constexpr std::string_view name = "sigmoid-monomial.L5";
    static constexpr std::string_view formula = "sum_all(|dA|+|db|+|deta|)";
    static constexpr std::string_view source = "000 eq 53";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::none,
                false,
                3,
                {{Part::A, power::one, power::one},
                 {Part::bias, power::one, power::one},
                 {Part::expert, power::one, power::one}}};
    }
};

MOE_END_ISA
