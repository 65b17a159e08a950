#pragma once

/// @file
/// What a Voronoi loss is made of, as data.

#include "kernels/core/typelist.h"
#include "kernels/family/mass.h"

MOE_BEGIN_ISA

/// The difference that a term takes the norm of, fitted atom minus true atom.
enum class Part : int
{
    A,      ///< quadratic form of the gate, its symmetric part in the Frobenius norm (golden N7)
    w,      ///< all other locations of the gate (attention: K and kappa together)
    T,      ///< temperature
    bias,   ///< gate bias b
    expert, ///< the whole expert-parameter vector eta
    expert_split, ///< each named parameter of the expert on its own: |da|^p + |db|^p (+
                  ///< |dlambda|^p)
};
constexpr int part_count = 6; ///< members of Part

/// Which cells the mass term covers.
enum class MassCells : int
{
    none,
    all,
    over, ///< cells of more than one atom
};

/// r-bar(m) of a cell of m > 1 atoms (001 eq 17 and golden N9: 7 from m = 4 on).
MOE_HD constexpr int r_bar(int size)
{
    return size == 2 ? 4 : size == 3 ? 6 : 7;
}

/// The power of a norm: a number, a multiple of the loss's exponent r, or a multiple of
/// r-bar(|A_j|).
struct Power
{
    double number;
    double of_r;
    double of_r_bar;

    MOE_HD constexpr double at(double r, int size) const
    {
        return number + of_r * r + of_r_bar * r_bar(size);
    }
    MOE_HD constexpr bool any() const { return number != 0 || of_r != 0 || of_r_bar != 0; }
};

namespace power
{
constexpr Power zero{0, 0, 0}; ///< leaves the term out
constexpr Power one{1, 0, 0};
constexpr Power two{2, 0, 0};
constexpr Power r{0, 1, 0};
constexpr Power r_bar{0, 0, 1};
constexpr Power half_r_bar{0, 0, 0.5};
} // namespace power

/// One norm of a loss.
struct Term
{
    Part part;
    Power exact; ///< in cells of one atom
    Power over;  ///< in cells of more than one atom
};

/// A loss as data. Hierarchical losses have `group`, the power of |d omega| of a group; the rest is
/// then about the members of a group.
struct LossForm
{
    static constexpr int max_terms = 5;
    Mass mass;
    MassCells mass_cells;
    bool weighted; ///< parameter terms weighted by m_i (else by 1)
    int terms;
    Term term[max_terms];
    Power group = power::zero;

    MOE_HD constexpr bool grouped() const { return group.any(); }

    /// Whether the loss has a term for this part.
    MOE_HD constexpr bool reads(Part part) const
    {
        bool has = false;
        for (int t = 0; t < terms; ++t)
            has = has || term[t].part == part;
        return has;
    }
};

MOE_END_ISA
