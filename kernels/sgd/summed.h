#pragma once

/// @file
/// Steps on a CPU thread of models whose maps are theta's numbers, or sums of two, as of A and its
/// transpose: both numbers of a sum stand in the order of the maps and step there, so that nothing
/// is folded between two steps. The same numbers, and bits, as by theta.

#include "kernels/model/maps.h"

MOE_BEGIN_ISA

/// Other lanes step by theta.
template <class Real, class Lanes>
struct SummedMaps
{
    MOE_HD MOE_FLAT SummedMaps(Scratch&, Model const&, Shape const&, Maps<Real> const&) {}
};

template <class Real>
class SummedMaps<Real, SerialLanes>
{
public:
    SummedMaps(Scratch& scratch, Model const& model, Shape const& shape, Maps<Real> const& maps)
        : used_(steps(model, shape)), size_(used_ ? shape.gate_rows * maps.gate_stride : 0),
          first_(scratch.take<Real>(static_cast<std::size_t>(size_))),
          second_(scratch.take<Real>(static_cast<std::size_t>(size_))),
          both_(scratch.take<Real>(static_cast<std::size_t>(size_)))
    {}

    bool used() const { return used_; }

    /// From theta, of which `maps` are.
    MOE_NOINLINE void load(Model const& model, Real const* theta, Maps<Real> const& maps) const
    {
        for (int i = 0; i < size_; ++i)
            first_[i] = second_[i] = both_[i] = Real(0);
        each_entry(model, maps, [&](int at, int first, int second) {
            first_[at] = theta[first];
            if (second >= 0) {
                second_[at] = theta[second];
                both_[at] = Real(1);
            }
        });
    }

    /// To theta, with what the maps hold themselves.
    MOE_NOINLINE void store(Model const& model, Shape const& shape, Maps<Real> const& maps,
                            Real* theta) const
    {
        chain_maps(SerialLanes{}, model, shape, theta, maps, maps, theta); // copies
        each_entry(model, maps, [&](int at, int first, int second) {
            theta[first] = first_[at];
            if (second >= 0)
                theta[second] = second_[at];
        });
    }

    /// stepped(theta, gradient) of each number of the maps.
    template <class Step>
    MOE_NOINLINE void step(Shape const& shape, Maps<Real> const& maps, Maps<Real> const& by,
                           Step const& stepped) const
    {
        MOE_SIMD
        for (int i = 0; i < size_; ++i) {
            Real const first = stepped(first_[i], by.w[i]);
            Real const second = stepped(second_[i], both_[i] * by.w[i]);
            first_[i] = first;
            second_[i] = second;
            maps.w[i] = first + second;
        }
        MOE_SIMD
        for (int i = size_; i < maps.size; ++i)
            maps.w[i] = stepped(maps.w[i], by.w[i]);
        MOE_SIMD
        for (int j = 0; j < shape.gate_rows + shape.k; ++j)
            maps.c[j] = stepped(maps.c[j], by.c[j]);
    }

private:
    /// Whether all but the gate's sums are copies.
    static bool steps(Model const& model, Shape const& shape)
    {
        bool scores = false;
        bool experts = false;
        visit(Scores{}, model.gate.score, [&](auto score) { scores = score.summed_maps; });
        visit(Experts{}, model.expert.form, [&](auto form) { experts = form.copied_maps; });
        return scores && experts && model.groups == 0 && model.gate.learned_temperature == 0 &&
               model.temperature == 1.0 && shape.gate_rows == shape.k;
    }

    /// f(place in the maps, first, second), see each_entry of a score.
    template <class F>
    static void each_entry(Model const& model, Maps<Real> const& maps, F const& f)
    {
        visit(Scores{}, model.gate.score, [&](auto score) {
            if constexpr (decltype(score)::summed_maps)
                score.each_entry(model, [&](int atom, int column, int first, int second) {
                    f(atom * maps.gate_stride + column, first, second);
                });
        });
    }

    bool used_;
    int size_;     ///< of the gate's maps
    Real* first_;  ///< [size] of each sum, or the number itself
    Real* second_; ///< [size], or 0
    Real* both_;   ///< [size] 1 where there are two, else 0
};

MOE_END_ISA
