#pragma once

/// @file
/// The CPU entry points of the level that is compiled for: cpu_entry<Task>() is specialised in the
/// *_cpu.cpp next to the algorithm.

#include "kernels/core/hd.h"
#include "kernels/task/cpu_table.h"

MOE_BEGIN_ISA

/// The table entry of one kind of task.
template <class Task>
CpuEntry<Task> cpu_entry();

MOE_END_ISA
