#pragma once

/// @file
/// The CPU's entry points, one table an instruction-set level. The host picks a table at run time
/// and calls nothing else of that level.

#include "kernels/data/generate_api.h"
#include "kernels/evaluate/evaluate_api.h"
#include "kernels/loss/loss_api.h"
#include "kernels/rates/resample_api.h"
#include "kernels/rates/summary_api.h"
#include "kernels/risk/risk_api.h"
#include "kernels/sgd/sgd_api.h"
#include "kernels/start/start_api.h"

#include <cstddef>
#include <tuple>

namespace moerate
{

/// One kind of task: bytes of working memory that a task needs (64-byte aligned), and the call.
template <class Task>
struct CpuEntry
{
    std::size_t (*scratch)(Task const& task);
    void (*run)(Task const& task, void* scratch);
};

using CpuEntries = std::tuple<
    CpuEntry<GenerateTask<float>>, CpuEntry<GenerateTask<double>>, CpuEntry<StartTask<float>>,
    CpuEntry<StartTask<double>>, CpuEntry<SgdTask<float>>, CpuEntry<SgdTask<double>>,
    CpuEntry<EvaluateTask<float>>, CpuEntry<EvaluateTask<double>>, CpuEntry<RiskTask<float>>,
    CpuEntry<RiskTask<double>>, CpuEntry<LossTask>, CpuEntry<SummaryTask>, CpuEntry<ResampleTask>>;

/// A level's table.
struct CpuTable
{
    char const* level; ///< "x86-64-v3" or "x86-64-v4", as recorded with a run
    CpuEntries entries;
};

/// The tables of kernels/task/table_cpu.cpp, which is compiled once a level.
CpuTable const& cpu_table_v3();
CpuTable const& cpu_table_v4();

} // namespace moerate
