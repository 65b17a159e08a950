#include "host/run/shards.h"

#include <fmt/format.h>

namespace moerate
{

std::vector<MissingShard> missing_shards(Study const& study, Plan const& plan, Store const* store,
                                         int n)
{
    JobNumbers const numbers(study, plan);
    std::vector<long long> fits(n);
    MissingJobs missing(study, plan, store);
    while (std::optional<Job> const job = missing.next())
        fits[numbers.of(job->data, job->replicate) % n] +=
            static_cast<long long>(job->cells.size());
    std::vector<MissingShard> shards;
    for (int i = 0; i < n; ++i)
        if (fits[i] > 0)
            shards.push_back({{i + 1, n}, fits[i]});
    return shards;
}

std::string array_text(std::vector<MissingShard> const& shards)
{
    std::string text;
    for (std::size_t first = 0, end; first < shards.size(); first = end) {
        end = first + 1;
        while (end < shards.size() && shards[end].shard.i == shards[end - 1].shard.i + 1)
            ++end;
        if (!text.empty())
            text += ',';
        text += std::to_string(shards[first].shard.i);
        if (end - first > 1)
            text += fmt::format("-{}", shards[end - 1].shard.i);
    }
    return text;
}

} // namespace moerate
