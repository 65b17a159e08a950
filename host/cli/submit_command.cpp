#include "host/cli/commands.h"

#include "host/cli/device_choice.h"
#include "host/cli/job_script.h"
#include "host/cli/output.h"
#include "host/cli/parse_errors.h"
#include "host/cli/shard_plan.h"
#include "host/cli/study_to_run.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/run/shards.h"
#include "host/run/targets.h"
#include "host/run/time_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>

namespace moerate
{
namespace
{

namespace fs = std::filesystem;

/// Of the time that a task takes here: nodes differ, and what is left goes on after the limit.
constexpr double spare_time = 2, spare_memory = 1.5, least_limit = 900;

double limit_of(std::string const& text)
{
    auto const seconds = duration_of(text);
    if (!seconds || *seconds < 60)
        throw UsageError(fmt::format("--time {} is no limit of a minute at least (known: 3h50m, "
                                     "HH:MM:SS, D-HH:MM:SS)",
                                     text));
    return *seconds;
}

/// The words of the name that Slurm shows.
std::string job_name(Study const& study)
{
    std::string name = "moerate-" + study.id;
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.')
            c = '_';
    return name;
}

/// What `sbatch --parsable` prints: the job's number. Throws Error where it fails.
std::string submitted(std::string const& options, std::string const& script)
{
    std::string const command = fmt::format("sbatch --parsable {} {}", options, shell_word(script));
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    std::string text;
    for (int c; pipe != nullptr && (c = std::fgetc(pipe)) != EOF;)
        text += static_cast<char>(c);
    int const code = pipe == nullptr ? -1 : ::pclose(pipe);
    std::size_t const end = text.find_first_not_of("0123456789");
    if (code != 0 || end == 0 || text.empty())
        throw Error(Exit::failure,
                    fmt::format("sbatch did not take {} (its message is above; --print shows the "
                                "script) give what your cluster wants with --sbatch",
                                script));
    return text.substr(0, end);
}

/// Tasks and limits, from what is asked for and, where nothing is, from the measured speed.
ArrayJob array_job(SubmitOptions const& options, Study const& asked, std::string const& folder)
{
    Study const study = with_unknown_targets(asked);
    Plan plan = make_plan(study);
    std::optional<Store> const store = Store::open_if_any(folder);
    ArrayJob job;
    job.shards = options.array;
    job.cpus = options.cpus;
    job.seconds = options.time.empty() ? 0 : limit_of(options.time);
    if (options.array == 0 || options.time.empty() || options.memory.empty()) {
        Devices const devices =
            open_devices(options.gres.empty() ? "cpu" : "auto", options.cpus, options.simd);
        TimeModel const time = measure_time(study, plan, *devices.front());
        ShardPlan const shards =
            shard_plan(study, plan, MissingJobs(study, plan, store ? &*store : nullptr), time,
                       *devices.front());
        if (options.array == 0)
            job.shards = shards.n;
        if (options.time.empty())
            job.seconds =
                std::max(least_limit, spare_time * shards.seconds * shards.n / job.shards);
        job.memory = fmt::format(
            "{}M", static_cast<long long>(std::ceil(spare_memory * shards.memory / 1048576)));
    }
    std::vector<MissingShard> const missing =
        missing_shards(study, plan, store ? &*store : nullptr, job.shards);
    job.tasks = array_text(missing);
    return job;
}

} // namespace

int submit_command(SubmitOptions const& options, CommonOptions const& common)
{
    Study const study = read_study(options.study.file, options.study.settings);
    if (!options.simd.empty() && !options.gres.empty())
        throw UsageError(fmt::format("--simd {} is a level of the CPU (--gres {} asks for other "
                                     "devices) leave out one of them",
                                     options.simd, options.gres));
    std::vector<std::string> run = options.run;
    if (!options.simd.empty())
        run.insert(run.begin(), {"--simd", options.simd});
    check_run_words(run);
    std::string const given = options.folder.empty() ? "results/" + study.id : options.folder;
    std::string const folder = fs::absolute(given).lexically_normal().string();
    Store::check_study(given, study); // as every task would
    ArrayJob job = array_job(options, study, folder);
    if (job.tasks.empty()) {
        note(common.quiet, fmt::format("nothing is missing in {}", given));
        return 0;
    }
    job.name = job_name(study);
    job.program = fs::read_symlink("/proc/self/exe").string();
    job.folder = folder;
    job.partition = options.partition;
    job.gres = options.gres;
    job.options = options.sbatch;
    if (!options.memory.empty())
        job.memory = options.memory;
    job.run = run;
    std::string const array_text = array_script(job), merge_text = merge_script(job);
    if (options.print) {
        print("{}\n{}", array_text, merge_text);
        return 0;
    }
    std::error_code none;
    if (fs::equivalent(options.study.file, folder + "/experiment.toml", none))
        throw UsageError(fmt::format("{} is where the study goes as it is submitted (yours would "
                                     "be lost) rename it, or name another folder with -o",
                                     options.study.file));
    for (char const* name : {"/experiment.toml", "/array.sh", "/merge.sh"})
        spare_inputs(folder + name, input_files(options.study, study));
    fs::create_directories(folder + "/log");
    write_whole(folder + "/experiment.toml", true, study.resolved);
    write_whole(folder + "/array.sh", true, array_text);
    write_whole(folder + "/merge.sh", true, merge_text);
    std::string const array = submitted("", folder + "/array.sh");
    std::string const merge = submitted("--dependency=afterany:" + array, folder + "/merge.sh");
    if (common.json)
        print_json({{"array", array},
                    {"tasks", job.tasks},
                    {"shards", job.shards},
                    {"merge", merge},
                    {"folder", folder}});
    else
        print("array job {}: shards {} of {}; job {} merges them; logs in {}/log\n", array,
              job.tasks, job.shards, merge, given);
    return 0;
}

} // namespace moerate
