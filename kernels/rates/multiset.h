#pragma once

/// @file
/// Statistics of a multiset of sorted values: no draw is ever sorted, one pass over the numbers of
/// copies does for all statistics.

#include "kernels/core/math.h"
#include "kernels/core/scratch.h"
#include "kernels/rates/summary_api.h"

MOE_BEGIN_ISA

/// Values of a cell in ascending order, and how often each is in the multiset.
struct Multiset
{
    int size;
    double const* value;
    double const* log;
    int const* copies;
};

/// Members of `total` that the trimmed mean drops at each end: 5 %, rounded down.
MOE_HD constexpr int trimmed(int total)
{
    return static_cast<int>(0.05 * total);
}

/// Stretches of ranks with their partial sums. They depend on the size alone, so that sums have the
/// same order on any number of lanes; most_stretches keeps a block busy, least_ranks keeps small
/// cells in one.
struct Stretches
{
    static constexpr int most_stretches = 128;
    static constexpr int least_ranks = 32;

    int length; ///< ranks of a stretch
    int count;
    int* before;        ///< [count + 1] members in front of a stretch
    double* sum;        ///< [count] of values
    double* log_sum;    ///< [count]
    double* inner;      ///< [count] sum of the values that the trimmed mean keeps
    double* middle;     ///< [2] the two middle members, the same one twice for an odd number
    Statistics* result; ///< [1]

    MOE_HD Stretches(Scratch& scratch, int size)
        : length((size + most_stretches - 1) / most_stretches)
    {
        length = length < least_ranks ? least_ranks : length;
        count = (size + length - 1) / length;
        auto const stretches = static_cast<std::size_t>(count);
        before = scratch.take<int>(stretches + 1);
        sum = scratch.take<double>(stretches);
        log_sum = scratch.take<double>(stretches);
        inner = scratch.take<double>(stretches);
        middle = scratch.take<double>(2);
        result = scratch.take<Statistics>(1);
    }

    /// Calls f(s, begin, end) for this lane's stretches s of ranks begin .. end - 1.
    template <class Lanes, class F>
    MOE_HD void each(Lanes lanes, int size, F const& f) const
    {
        for (int s = lanes.rank(); s < count; s += lanes.size())
            f(s, s * length, (s + 1) * length < size ? (s + 1) * length : size);
    }
};

/// sum copies[r] number[r] over ranks begin .. end - 1. What is not in the multiset does not count,
/// even where it is infinite.
MOE_HD inline double weighted_sum(int const* copies, double const* number, int begin, int end)
{
    double sum = 0;
    MOE_SIMD_SUM(sum)
    for (int r = begin; r < end; ++r)
        sum += copies[r] == 0 ? 0.0 : copies[r] * number[r];
    return sum;
}

/// Sum of the members first .. last - 1 of the multiset that are in ranks begin .. end - 1, in
/// front of which it has `before` members.
MOE_HD inline double sum_between(Multiset const& set, int begin, int end, int before, int first,
                                 int last)
{
    double sum = 0;
    for (int r = begin; r < end; ++r) {
        int const after = before + set.copies[r];
        int const from = before > first ? before : first;
        int const to = after < last ? after : last;
        if (to > from)
            sum += (to - from) * set.value[r];
        before = after;
    }
    return sum;
}

/// Member number `at` of the multiset, which is at or after rank r, in front of which it has
/// `before` members.
MOE_HD inline double member_at(Multiset const& set, int r, int before, int at)
{
    while (before + set.copies[r] <= at)
        before += set.copies[r++];
    return set.value[r];
}

/// Fills before, sum and log_sum; complete on return for all lanes.
template <class Lanes>
MOE_HD void add_up(Lanes lanes, Multiset const& set, Stretches const& stretches)
{
    stretches.each(lanes, set.size, [&](int s, int begin, int end) {
        int members = 0;
        MOE_SIMD_SUM(members)
        for (int r = begin; r < end; ++r)
            members += set.copies[r];
        stretches.before[s + 1] = members;
        stretches.sum[s] = weighted_sum(set.copies, set.value, begin, end);
        stretches.log_sum[s] = weighted_sum(set.copies, set.log, begin, end);
    });
    lanes.sync();
    if (lanes.rank() == 0) {
        stretches.before[0] = 0;
        for (int s = 0; s < stretches.count; ++s)
            stretches.before[s + 1] += stretches.before[s];
    }
    lanes.sync();
}

/// Fills inner and middle from before and sum; complete on return for all lanes. `drop` members go
/// at each end of `total`.
template <class Lanes>
MOE_HD void find_inner(Lanes lanes, Multiset const& set, Stretches const& stretches, int total,
                       int drop)
{
    stretches.each(lanes, set.size, [&](int s, int begin, int end) {
        int const before = stretches.before[s];
        int const after = stretches.before[s + 1];
        bool const whole = before >= drop && after <= total - drop;
        stretches.inner[s] =
            whole ? stretches.sum[s] : sum_between(set, begin, end, before, drop, total - drop);
        for (int half = 0; half < 2; ++half) {
            int const at = (total - 1 + half) / 2;
            if (before <= at && at < after)
                stretches.middle[half] = member_at(set, begin, before, at);
        }
    });
    lanes.sync();
}

/// All statistics of a multiset; every lane gets them.
template <class Lanes>
MOE_HD Statistics statistics_of(Lanes lanes, Multiset const& set, Stretches const& stretches)
{
    add_up(lanes, set, stretches);
    int const total = stretches.before[stretches.count];
    int const drop = trimmed(total);
    find_inner(lanes, set, stretches, total, drop);
    if (lanes.rank() == 0) {
        double sum = 0, log_sum = 0, inner = 0;
        for (int s = 0; s < stretches.count; ++s) {
            sum += stretches.sum[s];
            log_sum += stretches.log_sum[s];
            inner += stretches.inner[s];
        }
        double const members = total; // 0 / 0 is not a number, as it should
        double const mean = sum / members;
        *stretches.result = {{mean,
                              total == 0 ? mean : 0.5 * (stretches.middle[0] + stretches.middle[1]),
                              inner / (members - 2 * drop), math::exp(log_sum / members)}};
    }
    lanes.sync();
    return *stretches.result;
}

MOE_END_ISA
