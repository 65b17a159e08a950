#pragma once

/// @file
/// The CPU's entry points, one table an instruction-set level. The host picks a table at run time
/// and calls nothing else of that level.

#include <cstddef>
#include <typeinfo>
#include <vector>

namespace moerate
{

/// The levels' names, as they stand in stores.
constexpr char const* level_v3 = "x86-64-v3";
constexpr char const* level_v4 = "x86-64-v4";

/// One kind of task: bytes of working memory that a task needs (64-byte aligned), and the call.
struct CpuEntry
{
    std::type_info const* type; ///< of the tasks
    std::size_t (*scratch)(void const* task);
    void (*run)(void const* task, void* scratch);
};

/// A level's table.
struct CpuTable
{
    char const* level; ///< its name, as recorded with a run
    CpuEntry const* entries;
    std::size_t size; ///< how many
};

/// The tables of the list Tasks, from kernels/task/table_cpu.cpp, which is compiled once a level. A
/// build may lack one (MOE_LEVELS in CMakeLists.txt): ask cpu_levels().
CpuTable cpu_table_v3();
CpuTable cpu_table_v4();

/// A level as it is known before code of it runs.
struct CpuLevel
{
    char const* name;
    CpuTable (*table)(); ///< nullptr: this build lacks it
};

/// All levels, the best one first.
std::vector<CpuLevel> const& cpu_levels();

} // namespace moerate
