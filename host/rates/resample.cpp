#include "host/rates/resample.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Draws of one task: few enough that a single row of a table gives every multiprocessor of a GPU
/// some blocks, and enough that setting up a task costs nothing beside it.
constexpr int draws_a_task = 16;

} // namespace

std::vector<double> present(std::vector<double> values)
{
    values.erase(std::remove_if(values.begin(), values.end(),
                                [](double value) { return std::isnan(value); }),
                 values.end());
    return values;
}

std::size_t counted(std::vector<double> const& values)
{
    return static_cast<std::size_t>(std::count_if(values.begin(), values.end(),
                                                  [](double value) { return !std::isnan(value); }));
}

Resampler::Resampler(Device& device, Samples const& samples, Resampling const& resampling)
    : device_(device), n_(samples.n), resampling_(resampling)
{
    std::vector<double> value;
    std::vector<int> index, rank;
    for (auto const& values : samples.values) {
        value_at_.push_back(value.size());
        rank_at_.push_back(rank.size());
        // Without nesting a left-out fit leaves the draw; with it, the replicate is the same data
        // set at all n and stays in the draw wherever any n has it.
        int population = 0;
        for (double const number : values) {
            bool const left_out = std::isnan(number);
            if (!left_out) {
                value.push_back(number);
                index.push_back(population);
            }
            population += resampling.nested || !left_out ? 1 : 0;
        }
        size_.push_back(static_cast<int>(value.size() - value_at_.back()));
        population_.push_back(population);
        rank.insert(rank.end(), static_cast<std::size_t>(population), size_.back());
    }
    value_ = DeviceArray<double>(device, value);
    log_ = DeviceArray<double>(device, value.size());
    index_ = DeviceArray<int>(device, index);
    rank_ = DeviceArray<int>(device, rank);
    summarize();
}

void Resampler::summarize()
{
    DeviceArray<Summary> const summary(device_, cells());
    std::vector<SummaryTask> tasks;
    for (std::size_t i = 0; i < cells(); ++i)
        tasks.push_back({size_[i], value_.data() + value_at_[i], index_.data() + value_at_[i],
                         log_.data() + value_at_[i], rank_.data() + rank_at_[i],
                         summary.data() + i});
    device_.run(tasks);
    summaries_ = summary.download();
}

std::vector<Statistics> Resampler::draw(int draws) const
{
    auto const count = static_cast<std::size_t>(draws);
    DeviceArray<Statistics> const drawn(device_, cells() * count);
    std::vector<ResampleTask> tasks;
    for (std::size_t i = 0; i < cells(); ++i) {
        StreamKey key = resampling_.key;
        key.n = resampling_.nested ? 0 : static_cast<std::uint32_t>(n_[i]);
        for (int first = 0; first < draws; first += draws_a_task)
            tasks.push_back({key, first, std::min(draws_a_task, draws - first), population_[i],
                             size_[i], value_.data() + value_at_[i], log_.data() + value_at_[i],
                             rank_.data() + rank_at_[i], drawn.data() + i * count + first});
    }
    device_.run(tasks);
    return drawn.download();
}

} // namespace moerate
