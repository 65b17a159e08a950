#pragma once

#include "kernels/family/loss/softmax.h"

MOE_BEGIN_ISA

struct CosineL1r
{
    static constexpr std::string_view name = "cosine.L1r";
    static constexpr std::string_view formula = "M + sum_all m_i(|dw|^r+|deta|^r)";
    static constexpr std::string_view source = "004 after eq 5";
    static constexpr bool has_r = true;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                2,
                {{Part::w, power::r, power::r}, {Part::expert, power::r, power::r}}};
    }
};

struct CosineL2
{
    static constexpr std::string_view name = "cosine.L2";
    static constexpr std::string_view formula = SoftmaxL1::formula;
    static constexpr std::string_view source = "004 eq 11";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form() { return SoftmaxL1::form(); }
};

/// For fits with as many atoms as the truth.
struct CosineL3
{
    static constexpr std::string_view name = "cosine.L3";
    static constexpr std::string_view formula = "M + sum_all m_i(|dw|+|deta|)";
    static constexpr std::string_view source = "004 eq 12";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential,
                MassCells::all,
                true,
                2,
                {{Part::w, power::one, power::one}, {Part::expert, power::one, power::one}}};
    }
};

MOE_END_ISA
