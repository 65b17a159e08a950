#include "host/cli/command_line.h"

namespace moerate
{

void CommandLine::add_cluster_commands()
{
    CLI::App* one =
        add("merge", "Make one store.sqlite of the stores of several shards or folders",
            {"moerate merge results/003-1a", "moerate merge results/003-1a -o results/all"},
            [this] { return merge_command(merge, common); });
    valued(one->add_option("folders", merge.folders, "Results folders"), Takes::results)
        ->required();
    add_folder(one, "-o,--output", merge.folder, "Folder of the merged store [the first one]");
    one->add_option("--shards", merge.shards,
                    "N of the lines --shard i/N that name what is missing [of the last run]")
        ->check(in_range(1, 1000000));
    CLI::App* job =
        add("submit", "Submit a job array to Slurm that runs a study, and a job that merges",
            {"moerate submit experiments/003-1a.toml -o results/003-1a --print",
             "moerate submit experiments/003-1a.toml -o results/003-1a --array 64 --time "
             "1h --partition gpu --gres gpu:1 --sbatch=--account=stats"},
            [this] {
                submit.study = study;
                return submit_command(submit, common);
            });
    add_study(job);
    add_folder(job, "-o,--output", submit.folder, "Results folder [results/<study id>]");
    job->add_flag("--print", submit.print, "Print the scripts and submit nothing");
    job->add_option("--array", submit.array, "Shards [of half an hour each, by the speed here]")
        ->check(in_range(1, 1000000));
    job->add_option("--time", submit.time,
                    "Limit of a task: 1h, D-HH:MM:SS [twice what it takes here]");
    job->add_option("--partition", submit.partition, "Partition [the cluster's]");
    job->add_option("--gres", submit.gres, "Devices of a task, gpu:1 [none]");
    job->add_option("--cpus-per-task", submit.cpus, "CPU threads of a task")
        ->check(in_range(1, 4096))
        ->capture_default_str();
    add_simd(job, submit.simd);
    job->add_option("--mem", submit.memory, "Memory of a task as Slurm has it, 2G [by the study]");
    job->add_option("--sbatch", submit.sbatch, "A further option of sbatch: --sbatch=--qos=long")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    job->add_option("--run", submit.run, "A further option of `moerate run`: --run=--no-params")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    CLI::App* whole =
        add("recover", "Save what can be read of a results folder's damaged stores",
            {"moerate recover results/003-1a"}, [this] { return recover_command(folder, common); });
    add_folder(whole, "folder", folder, "Results folder")->required();
}

} // namespace moerate
