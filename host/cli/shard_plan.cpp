#include "host/cli/shard_plan.h"

#include "host/cli/output.h"
#include "host/core/text.h"
#include "host/run/block_size.h"
#include "host/run/memory.h"
#include "host/run/progress.h"
#include "host/run/runner.h"
#include "host/study/sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Bytes of a process without work, and what allocators keep beside what is in use: measured.
constexpr double idle_process = 40e6, slack = 1.5;

/// Bytes that rows of the store take with their part of the indices, numbers and texts; measured.
constexpr double fit_row = 330, start_row = 150, point_row = 180, loss_row = 330;

/// Bytes of one stored fit.
double stored_fit(Curve const& curve, std::size_t losses, bool parameters)
{
    int const starts = curve.start.number.count;
    double const points = points_of(starts), theta = 8.0 * curve.model.layout.size;
    return fit_row + (starts > 1 ? starts * start_row : 0) +
           points * (point_row + (parameters ? theta : 0) +
                     static_cast<double>(losses) * (loss_row + 2.0 * curve.model.k));
}

double stored_bytes(Study const& study, Plan const& plan, MissingJobs const& missing,
                    bool parameters)
{
    double bytes = 0;
    for (std::size_t c = 0; c < plan.cells.size(); ++c)
        bytes +=
            (study.replicates - missing.stored(static_cast<int>(c))) *
            stored_fit(study.curves[plan.cells[c].curve], plan.cells[c].losses.size(), parameters);
    return bytes;
}

/// Device memory of the largest block: of jobs of one kind for `seconds`, as a worker takes them.
double block_memory(Study const& study, Plan const& plan, TimeModel const& time, double seconds,
                    double most)
{
    MemoryModel memory(study, plan);
    double largest = 0;
    for (int data = 0; data < static_cast<int>(plan.data.size()); ++data) {
        Job const job{data, 0, plan.data[data].cells};
        MemoryModel::Sum one, two;
        memory.add(one, job);
        memory.add(two, job);
        memory.add(two, job);
        double const first = static_cast<double>(one.bytes()),
                     further = static_cast<double>(two.bytes()) - first;
        double const jobs = std::clamp(
            std::floor(seconds / std::max(1e-9, time.seconds(work_of(study, plan, job)))), 1.0,
            static_cast<double>(study.replicates));
        largest = std::max(largest, std::max(first, std::min(most, first + (jobs - 1) * further)));
    }
    return largest;
}

} // namespace

ShardPlan shard_plan(Study const& study, Plan const& plan, MissingJobs const& missing,
                     TimeModel const& time, Device& device, bool parameters)
{
    double const seconds = time.seconds(missing.work());
    auto const parts = [&](double each) {
        return static_cast<int>(std::clamp(std::ceil(seconds / each), 1.0, 1e6));
    };
    ShardPlan shards;
    shards.n = parts(best_task);
    shards.least = parts(most_task);
    shards.most = std::max(shards.least, static_cast<int>(std::min(seconds / least_task, 1e6)));
    shards.seconds = seconds / shards.n;
    bool const gpu = device.info().kind == "cuda";
    shards.unit = gpu ? "GPU" : "CPU";
    shards.hours = seconds / 3600 * (gpu ? 1 : std::max(1, device.info().threads));
    RunOptions const run;
    double const block = block_memory(study, plan, time, run.block_seconds,
                                      static_cast<double>(std::size_t{1} << 30));
    shards.memory = idle_process + slack * block;
    shards.stored = stored_bytes(study, plan, missing, parameters);
    return shards;
}

std::string shard_plan_text(ShardPlan const& plan)
{
    std::string text =
        fmt::format("shards: {} of about {} each", plan.n, format_duration(plan.seconds));
    if (plan.seconds * plan.n > most_task)
        text += fmt::format(" (10 to 60 minutes a task: {} to {})", plan.most, plan.least);
    return text + fmt::format("\n{:.3g} {} hours; a task needs about {} of memory; all stores "
                              "together take about {}\n",
                              plan.hours, plan.unit,
                              bytes_text(static_cast<std::size_t>(plan.memory)),
                              bytes_text(static_cast<std::size_t>(plan.stored)));
}

nlohmann::ordered_json shard_plan_json(ShardPlan const& plan)
{
    return {{"n", plan.n},
            {"least", plan.least},
            {"most", plan.most},
            {"seconds", plan.seconds},
            {"hours", plan.hours},
            {"unit", plan.unit},
            {"memory_bytes", plan.memory},
            {"stored_bytes", plan.stored}};
}

} // namespace moerate
