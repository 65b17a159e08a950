#include "host/cli/shard_status.h"

#include "host/core/text.h"
#include "host/run/shards.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace moerate
{
namespace
{

std::string outcome_of(StorePart const& part)
{
    return part.last ? moerate::outcome_of(*part.last, part.being_written) : "no run";
}

/// Fits that are missing, by the number of a shard of n.
std::map<int, long long> missing_of(Study const& study, Plan const& plan, Store const& store, int n)
{
    std::map<int, long long> missing;
    for (MissingShard const& one : missing_shards(study, plan, &store, n))
        missing[one.shard.i] = one.fits;
    return missing;
}

} // namespace

std::string outcome_of(RunRow const& run, bool being_written)
{
    return !run.outcome.empty() ? run.outcome : being_written ? "running" : "unfinished";
}

std::vector<ShardStatus> shard_statuses(Study const& study, Plan const& plan, Store const& store)
{
    std::vector<StorePart> const parts = store.parts();
    auto const whole = [](StorePart const& part) { return !part.shard; };
    if (std::all_of(parts.begin(), parts.end(), whole))
        return {};
    std::vector<ShardStatus> shards;
    std::map<int, std::map<int, long long>> missing; // by n and i
    for (StorePart const& part : parts) {
        Shard const shard = part.shard.value_or(Shard{});
        if (missing.count(shard.n) == 0)
            missing[shard.n] = missing_of(study, plan, store, shard.n);
        ShardStatus one{part, 0, 0};
        one.planned = MissingJobs(study, plan, nullptr, {nullptr, shard}).work().fits;
        one.done = one.planned - missing[shard.n][shard.i];
        shards.push_back(std::move(one));
    }
    return shards;
}

std::string shard_table(std::vector<ShardStatus> const& shards)
{
    std::vector<std::vector<std::string>> table{{"shard", "done", "stored here", "failed",
                                                 "last run", "outcome", "host", "job", "restarts"}};
    for (ShardStatus const& one : shards) {
        RunRow const last = one.part.last.value_or(RunRow{});
        table.push_back({one.part.shard ? shard_text(*one.part.shard) : one.part.file,
                         fmt::format("{}/{}", one.done, one.planned),
                         std::to_string(one.part.count.fits), std::to_string(one.part.count.failed),
                         last.started, outcome_of(one.part), last.host,
                         last.job.empty() ? "-" : last.job,
                         last.restart ? std::to_string(*last.restart) : "-"});
    }
    return aligned(table);
}

nlohmann::ordered_json shards_json(std::vector<ShardStatus> const& shards)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (ShardStatus const& one : shards) {
        nlohmann::ordered_json line = {{"file", one.part.file},
                                       {"shard", nullptr},
                                       {"done", one.done},
                                       {"planned", one.planned},
                                       {"stored", one.part.count.fits},
                                       {"failed", one.part.count.failed},
                                       {"running", one.part.being_written}};
        if (one.part.shard)
            line["shard"] = shard_text(*one.part.shard);
        if (one.part.last) {
            line["last_run"] = run_json(*one.part.last);
            line["last_run"]["outcome"] = outcome_of(one.part);
        }
        list.push_back(std::move(line));
    }
    return list;
}

nlohmann::ordered_json run_json(RunRow const& run)
{
    nlohmann::ordered_json document = {
        {"started", run.started}, {"finished", run.finished}, {"outcome", run.outcome},
        {"commit", run.commit},   {"dirty", run.dirty},       {"build", run.build},
        {"device", run.device},   {"simd", run.simd},         {"driver", run.driver},
        {"threads", run.threads}, {"argv", run.argv},         {"host", run.host},
        {"job", run.job},         {"shard", run.shard},       {"restart", nullptr}};
    if (run.restart)
        document["restart"] = *run.restart;
    return document;
}

} // namespace moerate
