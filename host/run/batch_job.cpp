#include "host/run/batch_job.h"

#include "host/core/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <unistd.h>
#include <vector>

namespace moerate
{
namespace
{

/// Names of a batch system's variables; null where it has none.
struct BatchSystem
{
    char const *name, *job, *task;           ///< numbers of the job and of its task
    char const *first, *last, *step, *count; ///< of the array's tasks
};

/// A job of several has the variables of the first. PBS: PBS Pro, and Torque's name of the task.
constexpr BatchSystem systems[] = {
    {"slurm", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN",
     "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP", "SLURM_ARRAY_TASK_COUNT"},
    {"slurm", "SLURM_JOB_ID", nullptr, nullptr, nullptr, nullptr, nullptr},
    {"sge", "JOB_ID", "SGE_TASK_ID", "SGE_TASK_FIRST", "SGE_TASK_LAST", "SGE_TASK_STEPSIZE",
     nullptr},
    {"lsf", "LSB_JOBID", "LSB_JOBINDEX", nullptr, "LSB_JOBINDEX_END", "LSB_JOBINDEX_STEP", nullptr},
    {"pbs", "PBS_JOBID", "PBS_ARRAY_INDEX", nullptr, nullptr, nullptr, nullptr},
    {"pbs", "PBS_JOBID", "PBS_ARRAYID", nullptr, nullptr, nullptr, nullptr},
};

std::string value(Environment const& variable, char const* name)
{
    return name == nullptr ? std::string{} : variable(name);
}

/// The whole number that a variable holds; none for anything else ("undefined", outside an array).
std::optional<long long> whole(Environment const& variable, char const* name)
{
    std::string const text = value(variable, name);
    if (text.empty() || text.size() > 9 ||
        text.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    return std::stoll(text);
}

/// An array's task; LSF gives jobs outside of an array the number 0.
struct Task
{
    BatchSystem const* system;
    long long number;
};

std::optional<Task> task_of(Environment const& variable)
{
    for (BatchSystem const& system : systems)
        if (auto const number = whole(variable, system.task))
            if (std::string(system.name) != "lsf" || *number > 0)
                return Task{&system, *number};
    return std::nullopt;
}

Shard checked(long long i, long long n, Task const& task)
{
    if (i < 1 || i > n)
        throw UsageError(fmt::format("{}={} is no task of {} (the tasks are 1 to N) number the "
                                     "array from 1, or name --shard i/N",
                                     task.system->task, task.number, n));
    return {static_cast<int>(i), static_cast<int>(n)};
}

/// The shard of a task among all tasks of its array.
Shard shard_of_task(Task const& task, Environment const& variable)
{
    BatchSystem const& system = *task.system;
    auto const last = whole(variable, system.last);
    if (!last)
        throw UsageError(fmt::format("--shard auto: {} does not say how many tasks there are (only "
                                     "{}={}) give --shard auto/N",
                                     system.name, system.task, task.number));
    long long const first = whole(variable, system.first).value_or(1);
    long long const step = std::max(1LL, whole(variable, system.step).value_or(1));
    long long const tasks = (*last - first) / step + 1;
    auto const count = whole(variable, system.count);
    if (count && *count != tasks)
        throw UsageError(fmt::format("--shard auto: the array has gaps ({} tasks from {} to {}) "
                                     "give --shard auto/N, where N is that of the whole array",
                                     *count, first, *last));
    return checked((task.number - first) / step + 1, tasks, task);
}

} // namespace

std::string environment(std::string const& name)
{
    char const* const text = std::getenv(name.c_str());
    return text == nullptr ? std::string{} : text;
}

BatchJob batch_job(Environment const& variable)
{
    BatchJob job;
    for (BatchSystem const& system : systems) {
        std::string const number = value(variable, system.job);
        if (number.empty())
            continue;
        auto const task = whole(variable, system.task);
        job.name = fmt::format("{} {}{}", system.name, number,
                               task ? fmt::format("_{}", *task) : std::string{});
        if (std::string(system.name) == "slurm")
            job.restart = static_cast<int>(whole(variable, "SLURM_RESTART_COUNT").value_or(0));
        break;
    }
    return job;
}

Shard chosen_shard(std::string const& text, Environment const& variable)
{
    std::string const head = "auto";
    if (text.rfind(head, 0) == 0 && (text == head || text[head.size()] == '/')) {
        auto const task = task_of(variable);
        if (!task)
            throw UsageError("--shard auto: this is no task of a job array (none of the variables "
                             "of Slurm, Grid Engine, LSF and PBS is set) give --shard i/N");
        if (text == head)
            return shard_of_task(*task, variable);
        int const n = plain_number(text.substr(head.size() + 1));
        if (n > 0)
            return checked(task->number, n, *task);
    } else if (auto const shard = shard_of(text)) {
        return *shard;
    }
    throw UsageError(
        fmt::format("--shard {} is none (known: i/N with i from 1 to N, auto, auto/N)", text));
}

std::string host_name()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

} // namespace moerate
