#include "host/estimate/lse_search.h"

#include "kernels/lse/coordinates.h"

#include <algorithm>

namespace moerate
{
namespace
{

/// Samples of a search, for each parameter.
constexpr int samples_a_parameter = 4;

/// Samples that a fit is searched on; all: it is not.
int samples_of(LseItem<double> const& item)
{
    int const wanted = item.settings.search_samples;
    int const least = samples_a_parameter * coordinate_count(item.model);
    return wanted == 0 ? item.n : std::min(item.n, std::max(wanted, least));
}

} // namespace

std::vector<LseResult> search(Device& device, std::vector<LseItem<double>> const& items)
{
    std::vector<LseItem<double>> few;
    std::vector<std::size_t> number;
    for (std::size_t i = 0; i < items.size(); ++i) {
        int const samples = samples_of(items[i]);
        if (samples == items[i].n)
            continue;
        number.push_back(i);
        few.push_back(items[i]);
        few.back().n = samples;
        few.back().settings.search = true;
        few.back().settings.polished = false;
        few.back().gram = nullptr;
        few.back().ended = nullptr;
    }
    std::vector<LseResult> results(items.size());
    std::vector<LseResult> const ends = run_rounds(device, few);
    for (std::size_t f = 0; f < few.size(); ++f)
        results[number[f]] = ends[f];
    return results;
}

void add_search(LseResult const& before, LseResult& after)
{
    if (before.rounds == 0)
        return;
    for (RoundRecord& round : after.trace)
        round.round += before.rounds;
    after.trace.insert(after.trace.begin(), before.trace.begin(), before.trace.end());
    for (std::size_t r = 0; r < before.trace.size(); ++r)
        after.trace[r].search = true;
    after.rounds += before.rounds;
    after.seconds += before.seconds;
    after.start_mse = before.start_mse;
}

} // namespace moerate
