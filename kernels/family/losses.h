#pragma once

/// @file
/// Voronoi losses (spec.md 2.2), each as data: what the mass term covers, what weighs the parameter
/// terms, and the norms with their powers. One evaluator (kernels/loss/loss_one.h) reads them all:
///
///   loss = sum_{j in mass_cells} | sum_{i in A_j} m_i - m*_j |
///        + sum_j sum_{i in A_j} weight_i sum_terms |Delta_ij part|^power(|A_j|).

#include "kernels/core/typelist.h"
#include "kernels/family/mass.h"

MOE_BEGIN_ISA

/// The difference that a term takes the norm of, fitted atom minus true atom.
enum class Part : int
{
    w,        ///< gate location w
    bias,     ///< gate bias b
    expert,   ///< the whole expert-parameter vector eta
    expert_a, ///< expert direction a
    expert_b, ///< expert bias b_e
};
constexpr int part_count = 5; ///< members of Part

/// Which cells the mass term covers.
enum class MassCells : int
{
    none,
    all,
    over, ///< cells of more than one atom
};

/// The power of a norm: a number, or the loss's exponent r.
struct Power
{
    double value;
    bool is_r;
    MOE_HD constexpr double at(double r) const { return is_r ? r : value; }
};

/// One norm of a loss. A power of 0 leaves the term out.
struct Term
{
    Part part;
    Power exact; ///< in cells of one atom
    Power over;  ///< in cells of more than one atom
};

/// A loss as data.
struct LossForm
{
    static constexpr int max_terms = 5;
    Mass mass;
    MassCells mass_cells;
    bool weighted; ///< parameter terms weighted by m_i (else by 1)
    int terms;
    Term term[max_terms];
};

namespace power
{
constexpr Power zero{0, false};
constexpr Power one{1, false};
constexpr Power two{2, false};
constexpr Power r{0, true};
} // namespace power

struct SoftmaxL1
{
    static constexpr std::string_view name = "softmax.L1";
    static constexpr std::string_view formula =
        "M + sum_exact m_i(|dw|+|deta|) + sum_over m_i(|dw|^2+|deta|^2)";
    static constexpr std::string_view source = "002 eq 6";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::exponential, MassCells::all, true, 2,
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
        return {Mass::exponential, MassCells::all, true, 3,
                {{Part::w, power::r, power::r},
                 {Part::expert_a, power::r, power::r},
                 {Part::expert_b, power::r, power::r}}};
    }
};

struct SigmoidD1
{
    static constexpr std::string_view name = "sigmoid.D1";
    static constexpr std::string_view formula =
        "M_over + sum_over(|dw|^2+|deta|^2) + sum_exact(|db|+|dw|+|deta|)";
    static constexpr std::string_view source = "003 eq 6";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic, MassCells::over, false, 3,
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
        return {Mass::logistic, MassCells::over, false, 4,
                {{Part::bias, power::r, power::zero},
                 {Part::w, power::r, power::r},
                 {Part::expert_a, power::r, power::r},
                 {Part::expert_b, power::r, power::r}}};
    }
};

struct SigmoidD3
{
    static constexpr std::string_view name = "sigmoid.D3";
    static constexpr std::string_view formula = "sum_all(|db|+|dw|+|deta|)";
    static constexpr std::string_view source = "003 eq 12";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic, MassCells::none, false, 3,
                {{Part::bias, power::one, power::one},
                 {Part::w, power::one, power::one},
                 {Part::expert, power::one, power::one}}};
    }
};

using Losses = TypeList<SoftmaxL1, SoftmaxL2r, SigmoidD1, SigmoidD2r, SigmoidD3>;

MOE_END_ISA
