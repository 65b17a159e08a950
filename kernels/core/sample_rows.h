#pragma once

/// @file
/// Rows of numbers by atom, a number a sample: how the text between two tile products goes over
/// them.

#include "kernels/core/hd.h"

MOE_BEGIN_ISA

/// Rows of `count` samples in memory, shared by the lanes.
template <int count>
struct PlaneRows
{
    static constexpr int samples = count;
    static constexpr bool own = false;

    /// f(j), j < rows.
    template <class F>
    MOE_HD MOE_FLAT static void each(int rows, F const& f)
    {
        for (int j = 0; j < rows; ++j)
            f(j);
    }
};

/// A lane's one sample, its rows registers: every index is a constant, so each() is unrolled.
struct OwnRows
{
    static constexpr int samples = 1;
    static constexpr bool own = true;
    static constexpr int most = 12; ///< rows; registers for four times as many numbers

    template <class F>
    MOE_HD MOE_FLAT static void each(int rows, F const& f)
    {
        MOE_UNROLLED
        for (int j = 0; j < most; ++j)
            if (j < rows)
                f(j);
    }
};

MOE_END_ISA
