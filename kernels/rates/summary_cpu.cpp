#include "kernels/rates/summary_one.h"

#include "kernels/task/serial_entry.h"

#include <algorithm>

MOE_BEGIN_ISA

namespace
{

/// A value and its place in the population.
struct Placed
{
    double value;
    int index;
};

/// Makes the values ascending; equal ones keep their order, that of their places.
void sort_values(SummaryTask const& task, Placed* placed)
{
    for (int r = 0; r < task.size; ++r)
        placed[r] = {task.value[r], task.index[r]};
    std::sort(placed, placed + task.size, [](Placed const& a, Placed const& b) {
        return a.value < b.value || (!(b.value < a.value) && a.index < b.index);
    });
    for (int r = 0; r < task.size; ++r) {
        task.value[r] = placed[r].value;
        task.index[r] = placed[r].index;
    }
}

} // namespace

template <>
CpuEntry cpu_entry<SummaryTask>()
{
    return {&typeid(SummaryTask),
            [](void const* memory) {
                auto const& task = *static_cast<SummaryTask const*>(memory);
                return std::max(sizeof(Placed) * static_cast<std::size_t>(task.size),
                                scratch_bytes(SerialLanes{}, task));
            },
            [](void const* memory, void* scratch) {
                auto const& task = *static_cast<SummaryTask const*>(memory);
                sort_values(task, static_cast<Placed*>(scratch));
                run_one(SerialLanes{}, task, scratch);
            }};
}

MOE_END_ISA
