#pragma once

/// @file
/// Summarizes one cell, the algorithm of all backends but for the sorting: CPU and CUDA each have
/// theirs (summary_cpu.cpp, summary_cuda.cu), and there is only one ascending order.

#include "kernels/rates/multiset.h"
#include "kernels/rates/quantile.h"

MOE_BEGIN_ISA

/// Working memory of a summary.
struct SummaryMemory
{
    int* ones; ///< [size] every value once
    Stretches stretches;

    MOE_HD SummaryMemory(Scratch& scratch, int size)
        : ones(scratch.take<int>(static_cast<std::size_t>(size))), stretches(scratch, size)
    {}
};

/// Bytes of working memory of run_one.
template <class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes /*lanes*/, SummaryTask const& task)
{
    Scratch measure(nullptr);
    SummaryMemory const memory(measure, task.size);
    return measure.used();
}

/// Sum of (v - mean)^2; what lane 0 gets.
template <class Lanes>
MOE_HD double squared_deviations(Lanes lanes, SummaryTask const& task, double mean,
                                 Stretches const& stretches)
{
    stretches.each(lanes, task.size, [&](int s, int begin, int end) {
        double sum = 0;
        MOE_SIMD_SUM(sum)
        for (int r = begin; r < end; ++r)
            sum += (task.value[r] - mean) * (task.value[r] - mean);
        stretches.inner[s] = sum;
    });
    lanes.sync();
    double sum = 0;
    for (int s = 0; lanes.rank() == 0 && s < stretches.count; ++s)
        sum += stretches.inner[s];
    return sum;
}

/// Summarizes values that are ascending already.
template <class Lanes>
MOE_HD void run_one(Lanes lanes, SummaryTask const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    SummaryMemory const m(scratch, task.size);
    MOE_SIMD
    for (int r = lanes.rank(); r < task.size; r += lanes.size()) {
        task.log[r] = math::log(task.value[r]);
        m.ones[r] = 1;
    }
    for (int r = lanes.rank(); r < task.size; r += lanes.size())
        task.rank[task.index[r]] = r;
    lanes.sync();
    Statistics const statistics =
        statistics_of(lanes, {task.size, task.value, task.log, m.ones}, m.stretches);
    double const mean = statistics.of[static_cast<int>(Statistic::mean)];
    double const square = squared_deviations(lanes, task, mean, m.stretches);
    if (lanes.rank() == 0) {
        double const free = task.size > 1 ? task.size - 1 : 0; // 0 / 0 is not a number
        *task.summary = {statistics, math::sqrt(square / free), {}};
        for (int q = 0; q < summary_quantiles; ++q)
            task.summary->quantile[q] =
                task.size == 0 ? mean : quantile(task.value, task.size, summary_share(q));
    }
    lanes.sync();
}

MOE_END_ISA
