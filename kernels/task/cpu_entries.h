#pragma once

/// @file
/// The CPU entry points of the level that is compiled for.

#include "kernels/core/typelist.h"
#include "kernels/task/cpu_table.h"

MOE_BEGIN_ISA

/// The table entry of one kind of task: defined by kernels/task/serial_entry.h, instantiated in the
/// *_cpu.cpp next to the algorithm.
template <class Task>
CpuEntry cpu_entry();

/// The table of this level for a list of kinds.
template <class... Task>
CpuTable cpu_table_of(TypeList<Task...>)
{
#if defined(__AVX512F__)
    constexpr char const* level = level_v4;
#else
    constexpr char const* level = level_v3;
#endif
    static CpuEntry const entries[] = {cpu_entry<Task>()...};
    return {level, entries, sizeof...(Task)};
}

MOE_END_ISA
