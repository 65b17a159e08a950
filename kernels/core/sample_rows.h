#pragma once

/// @file
/// Rows of numbers by atom, a number a sample: how the text between two tile products goes over
/// them.

#include "kernels/core/hd.h"

#include <type_traits>

MOE_BEGIN_ISA

/// Rows of `count` samples in memory, shared by the lanes.
template <int count>
struct PlaneRows
{
    static constexpr int samples = count;
    static constexpr bool own = false;
    static constexpr bool across = false;

    /// f(j), j < rows.
    template <class F>
    MOE_HD MOE_FLAT static void each(int rows, F const& f)
    {
        for (int j = 0; j < rows; ++j)
            f(j);
    }
};

/// A lane's one sample, its rows registers: `count` of them, a constant, so that every index is
/// one.
template <int count>
struct OwnRows
{
    static constexpr int samples = 1;
    static constexpr bool own = true;
    static constexpr bool across = false;

    template <class F>
    MOE_HD MOE_FLAT static void each(int /*rows*/, F const& f)
    {
        MOE_UNROLLED
        for (int j = 0; j < count; ++j)
            f(j);
    }
};

/// One sample's rows side by side in memory, one CPU thread's: `across` the rows go `wide` at a
/// time, and what stands behind their end up to a multiple of that may be written, too.
template <int wide>
struct AcrossRows : PlaneRows<1>
{
    static constexpr bool across = true;

    static constexpr int padded(int rows) { return (rows + wide - 1) / wide * wide; }

    /// f(j), j < padded(rows).
    template <class F>
    static void all(int rows, F const& f)
    {
        for (int first = 0; first < rows; first += wide) {
            MOE_SIMD
            for (int i = 0; i < wide; ++i)
                f(first + i);
        }
    }
};

/// Rows that a lane can have in registers: most of OwnRows.
constexpr int most_own_rows = 10;

/// f(std::integral_constant of size), 1 <= size <= most; else nothing.
template <int most, class F>
MOE_HD MOE_FLAT void with_size(int size, F const& f)
{
    if constexpr (most > 0) {
        if (size == most)
            f(std::integral_constant<int, most>{});
        else
            with_size<most - 1>(size, f);
    }
}

MOE_END_ISA
