#pragma once

/// @file
/// Tasks without their types, so that a device (host/device/device.h) is one call for all kinds and
/// knows none of them.

#include "kernels/core/hd.h"
#include "kernels/model/shape.h"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

namespace moerate
{

/// What all tasks of a kind have in common.
struct TaskKind
{
    std::type_info const* type;       ///< of a task: what tables of kernels are searched for
    std::string_view name;            ///< the same for both precisions
    std::size_t bytes;                ///< of a task
    double (*work)(void const* task); ///< flops of a task
};

/// Tasks of one kind, one after the other.
struct TaskView
{
    TaskKind kind;
    void const* tasks;
    std::size_t size; ///< how many

    void const* at(std::size_t i) const { return static_cast<char const*>(tasks) + i * kind.bytes; }
    double work(std::size_t i) const { return kind.work(at(i)); }
    std::size_t bytes() const { return size * kind.bytes; }
};

} // namespace moerate

MOE_BEGIN_ISA

/// The kind of a task, which has its name, its launch (kernels/core/task_launch.h) and a function
/// work(task).
template <class Task>
TaskKind task_kind()
{
    static_assert(std::is_trivially_copyable_v<Task>, "tasks are copied byte by byte");
    return {&typeid(Task), Task::name, sizeof(Task),
            [](void const* task) { return work(*static_cast<Task const*>(task)); }};
}

/// The entry of a kind in a table of `size` entries. Throws std::logic_error where there is none.
template <class Entry>
Entry const& entry_of(Entry const* table, std::size_t size, TaskKind const& kind)
{
    for (std::size_t i = 0; i < size; ++i) {
        if (*table[i].type == *kind.type)
            return table[i];
    }
    throw std::logic_error("no kernel for tasks of kind " + std::string(kind.name) +
                           " (it is not in the list) add it to kernels/task/tasks.h");
}

/// Whether a task goes to its kind's narrow instance, in lanes whose copied_maps is true.
template <class Task>
MOE_HD bool takes_narrow([[maybe_unused]] Task const& task)
{
    if constexpr (Task::launch.narrow) {
        Shape const shape = shape_of(task.model, 1);
        return shape.copied && shape.own;
    } else {
        return false;
    }
}

MOE_END_ISA
