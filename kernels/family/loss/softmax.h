#pragma once

#include "kernels/family/loss/form.h"

MOE_BEGIN_ISA

struct SoftmaxL1
{
    static constexpr std::string_view name = "softmax.L1";
    static constexpr std::string_view formula =
        "M + sum_exact m_i(|dw|+|deta|) + sum_over m_i(|dw|^2+|deta|^2)";
    static constexpr std::string_view source = "002 eq 6";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                2,
                {{Part::w, power::one, power::two}, {Part::expert, power::one, power::two}}};
    }
};

struct SoftmaxL2r
{
    static constexpr std::string_view name = "softmax.L2r";
    static constexpr std::string_view formula = "M + sum_all m_i(|dw|^r+|da|^r+|db|^r)";
    static constexpr std::string_view source = "002 eq 10";
    static constexpr bool has_r = true;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                2,
                {{Part::w, power::r, power::r}, {Part::expert_split, power::r, power::r}}};
    }
};

struct TemperatureL3r
{
    static constexpr std::string_view name = "temperature.L3r";
    static constexpr std::string_view formula = "M + sum_all m_i(|dw|^r+|dT|^r+|deta|^r)";
    static constexpr std::string_view source = "002 eq 16";
    static constexpr bool has_r = true;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                3,
                {{Part::w, power::r, power::r},
                 {Part::T, power::r, power::r},
                 {Part::expert, power::r, power::r}}};
    }
};

struct TemperatureL4
{
    static constexpr std::string_view name = "temperature.L4";
    static constexpr std::string_view formula =
        "M + sum_exact m_i(|dw|+|dT|+|deta|) + sum_over m_i(|dw|^2+|dT|^2+|deta|^2)";
    static constexpr std::string_view source = "002 eq 18";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                3,
                {{Part::w, power::one, power::two},
                 {Part::T, power::one, power::two},
                 {Part::expert, power::one, power::two}}};
    }
};

MOE_END_ISA
