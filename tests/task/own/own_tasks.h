#pragma once

/// @file
/// The list of tasks with one kind more, and its tables.

#include "kernels/task/cpu_table.h"
#include "kernels/task/tasks.h"
#include "tests/task/own/own_api.h"

MOE_BEGIN_ISA

template <class... Task>
TypeList<Task..., DotTask<float>, DotTask<double>> with_own(TypeList<Task...>);

using OwnTasks = decltype(with_own(Tasks{}));

MOE_END_ISA

namespace moerate
{

/// From own_table_cpu.cpp, which is compiled once a level.
CpuTable own_table_v3();
CpuTable own_table_v4();

} // namespace moerate
