#include "host/core/error.h"
#include "host/device/cpu_info.h"
#include "host/run/batch_job.h"
#include "host/run/shards.h"
#include "host/run/time_budget.h"
#include "host/store/merge.h"
#include "tests/run/runs.h"
#include "tests/support/sanitized.h"

#include <map>
#include <thread>

using namespace moerate;
using Catch::Matchers::Contains;
using small::check_same_stores;
using small::run;

namespace
{

RunOptions of_shard(int i, int n)
{
    RunOptions options;
    options.shard = Shard{i, n};
    return options;
}

/// Does all shards of n; the fits done.
long long run_all(Study const& study, std::string const& folder, int n)
{
    long long fits = 0;
    for (int i = 1; i <= n; ++i)
        fits += run(study, folder, of_shard(i, n)).fits;
    return fits;
}

Environment variables(std::map<std::string, std::string> const& values)
{
    return [values](std::string const& name) {
        auto const at = values.find(name);
        return at == values.end() ? std::string{} : at->second;
    };
}

std::string refusal_of(std::string const& text, Environment const& variable)
{
    try {
        return "nothing was refused: " + shard_text(chosen_shard(text, variable));
    } catch (UsageError const& error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("shards of any number are together what one process does, to the last bit", "[shards]")
{
    small::Folder whole;
    Study const study = small::study();
    run(study, whole.path());
    std::string const rates = small::rates_text(whole.path());
    for (int const n : sanitized ? std::vector{2, 16} : std::vector{1, 2, 7, 64}) {
        small::Folder shared, merged;
        CHECK(run_all(study, shared.path(), n) == 24);
        check_same_stores(whole.path(), rates, shared.path());
        CHECK(merge_stores({shared.path()}, merged.path()).fits == 24);
        check_same_stores(whole.path(), rates, merged.path());
    }
}

TEST_CASE("what any store holds is not done again, with whatever N", "[shards]")
{
    small::Folder folder, whole;
    Study const study = small::study();
    run(study, whole.path());
    long long const first = run(study, folder.path(), of_shard(2, 3)).fits;
    long long const more = run(study, folder.path(), of_shard(1, 2)).fits;
    CHECK(first == 8);
    CHECK(more > 0);
    CHECK(more < 12);
    RunReport const rest = run(study, folder.path()); // into store.sqlite
    CHECK(rest.fits == 24 - first - more);
    CHECK(rest.reused == first + more);
    check_same_stores(whole.path(), folder.path());
    RunReport const none = run(study, folder.path(), of_shard(3, 5));
    CHECK(none.fits == 0);
    CHECK(none.reused == 4); // the third of twelve jobs to five shards
}

TEST_CASE("jobs are numbered by falling cost, so that shards have equal work", "[shards]")
{
    Study const study = small::study({"study.replicates=30"});
    Plan const plan = make_plan(study);
    JobNumbers const numbers(study, plan);
    CHECK(plan.data[0].n == 64);
    CHECK(numbers.of(2, 0) == 0); // n = 256
    CHECK(numbers.of(1, 0) == 30);
    CHECK(numbers.of(0, 29) == 89);
    double least = 1e300, most = 0, all = 0;
    for (int i = 1; i <= 7; ++i) {
        MissingJobs missing(study, plan, nullptr, {nullptr, Shard{i, 7}});
        Work const counted = missing.work();
        Work walked;
        while (std::optional<Job> const job = missing.next())
            walked += work_of(study, plan, *job);
        CHECK(counted.fits == walked.fits);
        CHECK(counted.flops == Approx(walked.flops));
        least = std::min(least, counted.flops);
        most = std::max(most, counted.flops);
        all += counted.flops;
    }
    CHECK(all == Approx(MissingJobs(study, plan, nullptr).work().flops));
    CHECK(most - least <= work_of(study, plan, {2, 0, plan.data[2].cells}).flops * (1 + 1e-12));
}

TEST_CASE("what is missing is named by the shards that would do it", "[shards]")
{
    small::Folder folder;
    Study const study = small::study();
    Plan const plan = make_plan(study);
    for (int const i : {1, 3, 4, 5})
        run(study, folder.path(), of_shard(i, 7));
    Store const store = Store::open(folder.path());
    auto const missing = missing_shards(study, plan, &store, 7);
    REQUIRE(missing.size() == 3);
    CHECK(missing[0].shard == Shard{2, 7});
    CHECK(missing[0].fits == 4);
    CHECK(array_text(missing) == "2,6-7");
    CHECK(array_text(missing_shards(study, plan, nullptr, 12)) == "1-12");
    long long left = 0;
    for (MissingShard const& one : missing)
        left += run(study, folder.path(), of_shard(one.shard.i, 7)).fits;
    CHECK(left == 8);
    Store const done = Store::open(folder.path());
    CHECK(missing_shards(study, plan, &done, 7).empty());
}

TEST_CASE("a run on another level than those of its folder is warned of", "[shards]")
{
    small::Folder folder;
    std::vector<std::string> warnings;
    auto const shard = [&](int i, std::string const& level) {
        Devices devices;
        devices.push_back(make_cpu_device(1, level));
        RunOptions options = of_shard(i, 3);
        options.warn = [&](std::string const& text) { warnings.push_back(text); };
        run_study(small::study(), folder.path(), devices, options);
    };
    shard(1, "x86-64-v3");
    shard(2, "x86-64-v3");
    CHECK(warnings.empty());
    if (simd_levels().size() < 2)
        return; // this processor has no other
    shard(3, "x86-64-v4");
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0], Contains("shard 1/3 on ") && Contains("was made at x86-64-v3") &&
                                Contains("this run is at x86-64-v4") && Contains("--simd"));
    shard(3, "x86-64-v3"); // its own file has another, too
    CHECK(warnings.size() == 2);
}

TEST_CASE("a run without fits on another level makes no results, and is not warned of", "[shards]")
{
    if (simd_levels().size() < 2)
        return; // this processor has no other
    small::Folder folder;
    std::vector<std::string> warnings;
    auto const run_at = [&](std::string const& level) {
        Devices devices;
        devices.push_back(make_cpu_device(1, level));
        RunOptions options;
        options.warn = [&](std::string const& text) { warnings.push_back(text); };
        run_study(small::study(), folder.path(), devices, options);
    };
    run_at("x86-64-v4");
    run_at("x86-64-v3"); // finds all fits done
    CHECK(warnings.size() == 1);
    run_at("x86-64-v4");
    CHECK(warnings.size() == 1);
    Store const store = Store::open(folder.path());
    CHECK(store.runs().size() == 3);
    REQUIRE(store.runs_with_fits().size() == 1);
    CHECK(store.runs_with_fits()[0].simd == store.runs()[0].simd);
}

TEST_CASE("runs in a row that store nothing come to an end", "[shards]")
{
    small::Folder folder;
    Study const study = small::study();
    RunOptions options = of_shard(1, 2);
    options.most_stalled = 3;
    options.stop = [] { return true; };
    for (int i = 0; i < 3; ++i)
        CHECK(run(study, folder.path(), options).interrupted);
    CHECK_THROWS_WITH(run(study, folder.path(), options), Contains("last 3 runs stored nothing"));
    options.most_stalled = 4;
    options.stop = nullptr;
    CHECK(run(study, folder.path(), options).fits == 12);
    options.most_stalled = 1;
    CHECK(run(study, folder.path(), options).fits == 0); // done is no stall
    CHECK(run(study, folder.path(), options).fits == 0);
}

TEST_CASE("a shard is that of a job array's task", "[batch]")
{
    auto const slurm = [](char const* id, char const* min, char const* max, char const* count) {
        return variables({{"SLURM_ARRAY_TASK_ID", id},
                          {"SLURM_ARRAY_TASK_MIN", min},
                          {"SLURM_ARRAY_TASK_MAX", max},
                          {"SLURM_ARRAY_TASK_COUNT", count},
                          {"SLURM_ARRAY_JOB_ID", "12"},
                          {"SLURM_JOB_ID", "13"},
                          {"SLURM_RESTART_COUNT", "2"}});
    };
    CHECK(chosen_shard("3/7", variables({})) == Shard{3, 7});
    CHECK(chosen_shard("auto", slurm("0", "0", "6", "7")) == Shard{1, 7});
    CHECK(chosen_shard("auto", slurm("7", "1", "7", "7")) == Shard{7, 7});
    CHECK(chosen_shard("auto/9", slurm("5", "3", "5", "2")) == Shard{5, 9});
    CHECK_THAT(refusal_of("auto", slurm("5", "3", "5", "2")), Contains("gaps"));
    CHECK_THAT(refusal_of("auto/4", slurm("5", "3", "5", "2")), Contains("no task of 4"));
    CHECK_THAT(refusal_of("auto", variables({})), Contains("no task of a job array"));
    for (char const* text : {"8/7", "0/7", "auto/0", "automatic", "3", ""})
        CHECK_THAT(refusal_of(text, slurm("1", "1", "7", "7")), Contains("known: i/N"));
    CHECK(chosen_shard("auto", variables({{"JOB_ID", "4"},
                                          {"SGE_TASK_ID", "6"},
                                          {"SGE_TASK_FIRST", "2"},
                                          {"SGE_TASK_LAST", "10"},
                                          {"SGE_TASK_STEPSIZE", "2"}})) == Shard{3, 5});
    CHECK_THAT(refusal_of("auto", variables({{"JOB_ID", "4"}, {"SGE_TASK_ID", "undefined"}})),
               Contains("no task"));
    CHECK(chosen_shard("auto", variables({{"LSB_JOBID", "4"},
                                          {"LSB_JOBINDEX", "6"},
                                          {"LSB_JOBINDEX_END", "8"},
                                          {"LSB_JOBINDEX_STEP", "1"}})) == Shard{6, 8});
    Environment const pbs = variables({{"PBS_JOBID", "4[6]"}, {"PBS_ARRAY_INDEX", "6"}});
    CHECK_THAT(refusal_of("auto", pbs), Contains("auto/N"));
    CHECK(chosen_shard("auto/8", pbs) == Shard{6, 8});

    BatchJob const job = batch_job(slurm("5", "3", "5", "3"));
    CHECK(job.name == "slurm 12_5");
    CHECK(job.restart == 2);
    CHECK(batch_job(variables({{"SLURM_JOB_ID", "13"}})).name == "slurm 13");
    CHECK(batch_job(variables({})).name.empty());
    CHECK(batch_job(pbs).name == "pbs 4[6]_6");
    CHECK_FALSE(batch_job(pbs).restart);
}

TEST_CASE("durations are what people and batch systems write", "[batch]")
{
    CHECK(duration_of("3h50m") == 13800);
    CHECK(duration_of("90s") == 90);
    CHECK(duration_of("1d12h") == 129600);
    CHECK(duration_of("1-02:03:04") == 93784);
    CHECK(duration_of("1-02") == 93600);
    CHECK(duration_of("1-02:30") == 95400);
    CHECK(duration_of("02:03:04") == 7384);
    CHECK(duration_of("5:00") == 300);
    for (char const* text : {"", "90", "h", "3m2h", "3h50", "1:60", "1:2:3:4", "-5:00", "UNLIMITED",
                             "INVALID", "1h ", "1234567s"})
        CHECK_FALSE(duration_of(text));
    CHECK(slurm_duration(93783.2) == "1-02:03:04");
    CHECK(budget_of_job(3600) == 3540);
    CHECK(budget_of_job(80) == 40);
    CHECK_FALSE(job_time_left(variables({})));
    CHECK(*job_time_left(
              variables({{"SLURM_JOB_ID", "1"},
                         {"SLURM_JOB_END_TIME", std::to_string(std::time(nullptr) + 100)}})) ==
          Approx(100).margin(2));
}

TEST_CASE("a budget ends a run before it is over, by a block", "[batch]")
{
    CHECK_FALSE(TimeBudget(std::nullopt, 1).over());
    CHECK_FALSE(TimeBudget(100, 1).over());
    CHECK(TimeBudget(1, 1.5).over());
    TimeBudget short_one(0.3, 0.1);
    CHECK_FALSE(short_one.over());
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    CHECK(short_one.over());
    TimeBudget one_more(0.5, 0.01); // a block as long as the one before does not fit in
    CHECK_FALSE(one_more.over());
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    CHECK(one_more.over());
}
