#pragma once

/// @file
/// How long a run may take.

#include "host/run/batch_job.h"

#include <chrono>
#include <optional>
#include <string>

namespace moerate
{

/// Seconds of a duration: "3h50m", "90s", "1d12h", or as batch systems write it "[D-]HH:MM:SS",
/// "D-HH[:MM]" or "MM:SS". None for any other text, a bare number among them: minutes for some,
/// seconds for others.
std::optional<double> duration_of(std::string const& text);

/// The same duration as "D-HH:MM:SS", which Slurm takes; rounded up.
std::string slurm_duration(double seconds);

/// Seconds that the batch system still gives this job; none where it sets no limit or does not say.
/// Slurm alone does.
std::optional<double> job_time_left(Environment const& variable = environment);

/// Of these, what a run may take: all but a minute, in which the job's script ends; of less than
/// two minutes half.
double budget_of_job(double time_left);

/// Counts from its making on, by a clock that nobody sets.
class TimeBudget
{
public:
    /// Of `seconds`, of which a block takes `block` at least.
    TimeBudget(std::optional<double> seconds, double block);
    /// Whether there is no time for another block, which may take 1.25 times as long as what lies
    /// between the last call and this one: asked before each block, that is the block before.
    bool over();

private:
    static constexpr double as_long = 1.25;

    std::optional<double> seconds_;
    double block_;
    std::chrono::steady_clock::time_point begin_;
    double asked_ = 0; ///< seconds after it, at the last call
};

} // namespace moerate
