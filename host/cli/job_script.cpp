#include "host/cli/job_script.h"

#include "host/core/error.h"
#include "host/core/text.h"
#include "host/run/time_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace moerate
{
namespace
{

/// Of a merge: the cache of its indices, and as much again.
constexpr char const* merge_memory = "1G";

/// Runs in a row that may be stopped before they have stored anything.
constexpr int most_stalled_runs = 5;

/// A directive's line; sbatch splits it at spaces and takes quotes off, as a shell does. Throws
/// UsageError for what no such line can hold.
std::string directive(std::string const& option)
{
    if (printable(option) != option)
        throw UsageError(fmt::format("\"{}\" (a directive of sbatch is one line of plain text) "
                                     "leave out what is escaped here",
                                     printable(option)));
    return "#SBATCH " + option + "\n";
}

/// "--name=value" of a user, the value as one word: as it is where it is quoted already.
std::string quoted(std::string const& option)
{
    std::size_t const equal = option.find('=');
    if (option.compare(0, 2, "--") != 0 || equal == std::string::npos ||
        option.find_first_of(" \t'\"", 0) < equal || printable(option) != option)
        return option;
    std::string const value = option.substr(equal + 1);
    bool const done = value.size() > 1 && value.front() == value.back() &&
                      (value.front() == '\'' || value.front() == '"');
    return done || value.find_first_of(" #") == std::string::npos
               ? option
               : option.substr(0, equal + 1) + shell_word(value);
}

/// An option of sbatch that a script has from submit: what the user is to do instead.
struct OwnOption
{
    char const* name;                       ///< long
    char short_name;                        ///< 0: none
    char const* other;                      ///< where the user says it
    std::string ArrayJob::*where = nullptr; ///< what submit writes only if this is not empty
};

constexpr OwnOption own_options[] = {
    {"array", 'a', "give --array to submit"},
    {"time", 't', "give --time to submit"},
    {"mem", 0, "give --mem to submit"},
    {"cpus-per-task", 'c', "give --cpus-per-task to submit"},
    {"partition", 'p', "submit has its own --partition", &ArrayJob::partition},
    {"gres", 0, "submit has its own --gres", &ArrayJob::gres},
    {"output", 'o', "logs go to the results folder, which -o names"},
    {"job-name", 'J', "it is that of study.id"},
    {"dependency", 'd', "the merge waits by it for the array; submit when the other job has ended"},
};

/// Whether sbatch takes the word for the option: long ones may be cut short.
bool names(std::string const& word, OwnOption const& own)
{
    if (word.compare(0, 2, "--") != 0)
        return own.short_name != 0 && word.size() > 1 && word[0] == '-' &&
               word[1] == own.short_name;
    std::string const name = word.substr(2, word.find('=') - 2);
    return !name.empty() && std::string(own.name).compare(0, name.size(), name) == 0;
}

/// Refuses an option of a user that is none, or that submit gives itself: which of two counts is
/// sbatch's to say, and both scripts hold the user's.
void check_option(ArrayJob const& job, std::string const& option)
{
    if (option.compare(0, 1, "-") != 0)
        throw UsageError(fmt::format("--sbatch={} (no option of sbatch begins so) write "
                                     "--sbatch=--name=value",
                                     printable(option)));
    std::string const taken = quoted(option);
    std::istringstream words(taken == option ? option : option.substr(0, option.find('=')));
    for (std::string word; words >> word;)
        for (OwnOption const& own : own_options)
            if (names(word, own) && (own.where == nullptr || !(job.*own.where).empty()))
                throw UsageError(fmt::format("--sbatch={} (submit writes --{} itself) leave it out "
                                             "({})",
                                             printable(option), own.name, own.other));
}

/// How long before its time limit a task is told to stop, should the run not know the limit itself.
int warning_seconds(double limit)
{
    return static_cast<int>(std::clamp(limit / 10, 10.0, 120.0));
}

/// The folder in a pattern of file names, where sbatch takes what follows a "%" for a field.
std::string in_pattern(std::string const& folder)
{
    std::string text;
    for (char const c : folder)
        text += c == '%' ? std::string("%%") : std::string(1, c);
    return text;
}

std::string head(ArrayJob const& job, std::string const& name, std::string const& log)
{
    std::string text =
        "#!/bin/bash\n" + directive("--job-name=" + name) +
        directive(fmt::format("--output={}/log/{}", shell_word(in_pattern(job.folder)), log));
    if (!job.partition.empty())
        text += directive(quoted("--partition=" + job.partition));
    return text;
}

std::string further_options(ArrayJob const& job)
{
    std::string text;
    for (std::string const& option : job.options) {
        check_option(job, option);
        text += directive(quoted(option));
    }
    return text;
}

/// The part of the array's script behind its directives, of program, experiment file, folder, N,
/// runs and further options.
constexpr char const* array_body = R"sh(
# One shard of the study. Whatever stops it, what is finished is stored, and the same job goes on.
{0} run {1} -o {2} --shard "$SLURM_ARRAY_TASK_ID/{3}" --max-stalled {4} -q{5} &
run=$!
# Slurm sends SIGTERM where it preempts or ends a job, and SIGUSR1 (--signal) before the time limit:
# the run saves the block in hand and exits with 75.
trap 'kill -USR1 "$run" 2>/dev/null' USR1 TERM
while kill -0 "$run" 2>/dev/null; do
    wait "$run"
done
wait "$run"
code=$?
trap '' TERM
# A job that Slurm itself ends is COMPLETING by now: preempted, and back in the queue, or cancelled.
if [ "$code" -eq 75 ] &&
    [ "$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T)" = RUNNING ]; then
    scontrol requeue "$SLURM_JOB_ID" || echo "not put back into the queue: submit again" >&2
fi
exit "$code"
)sh";

} // namespace

std::string array_script(ArrayJob const& job)
{
    std::string text = head(job, job.name, "%A_%a.log") + directive("--array=" + job.tasks) +
                       directive("--time=" + slurm_duration(job.seconds)) +
                       directive(fmt::format("--cpus-per-task={}", job.cpus));
    text += directive(quoted("--mem=" + job.memory));
    if (!job.gres.empty())
        text += directive(quoted("--gres=" + job.gres));
    text += directive("--requeue") + directive("--open-mode=append") +
            directive(fmt::format("--signal=B:USR1@{}", warning_seconds(job.seconds))) +
            further_options(job);
    std::string more;
    for (std::string const& word : job.run)
        more += " " + shell_word(word);
    return text + fmt::format(array_body, shell_word(job.program),
                              shell_word(job.folder + "/experiment.toml"), shell_word(job.folder),
                              job.shards, most_stalled_runs, more);
}

std::string merge_script(ArrayJob const& job)
{
    return head(job, job.name + "-merge", "merge_%j.log") + directive("--time=0-01:00:00") +
           directive(fmt::format("--mem={}", merge_memory)) + further_options(job) +
           fmt::format("\n# Lines \"--shard i/N\" name what is missing.\nexec {} merge {}\n",
                       shell_word(job.program), shell_word(job.folder));
}

} // namespace moerate
