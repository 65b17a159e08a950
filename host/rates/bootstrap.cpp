#include "host/rates/bootstrap.h"

#include "kernels/rng/philox.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace moerate
{
namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Replicates that count: those with a number.
std::vector<double> present(std::vector<double> const& values)
{
    std::vector<double> kept;
    std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
                 [](double value) { return !std::isnan(value); });
    return kept;
}

/// `size` indices in [0, size), drawn with replacement. Multiplying a 32-bit word favours an index
/// by less than size / 2^32.
void draw_indices(StreamKey const& key, std::size_t size, std::vector<std::size_t>& index)
{
    index.resize(size);
    Words words{};
    for (std::size_t at = 0; at < size; ++at) {
        if (at % 4 == 0)
            words = philox(key, Stream::bootstrap, at / 4);
        index[at] = static_cast<std::size_t>((std::uint64_t{words.w[at % 4]} * size) >> 32);
    }
}

/// Resamples of all n, draw by draw.
class Resampler
{
public:
    Resampler(Samples const& samples, Resampling const& resampling)
        : n_(samples.n), key_(resampling.key), nested_(resampling.nested)
    {
        // Without nesting a left-out fit leaves the draw; with it, the replicate is the same data
        // set at all n and stays in the draw wherever any n has it.
        for (auto const& values : samples.values)
            values_.push_back(nested_ ? values : present(values));
    }

    /// Resamples of one draw, [n][replicate].
    std::vector<std::vector<double>> const& draw(int number)
    {
        drawn_.resize(values_.size());
        for (std::size_t i = 0; i < values_.size(); ++i) {
            StreamKey key = key_;
            key.replicate = static_cast<std::uint32_t>(number);
            key.n = nested_ ? 0 : static_cast<std::uint32_t>(n_[i]);
            draw_indices(key, values_[i].size(), index_);
            drawn_[i].clear();
            for (std::size_t const at : index_)
                if (!std::isnan(values_[i][at]))
                    drawn_[i].push_back(values_[i][at]);
        }
        return drawn_;
    }

private:
    std::vector<int> n_;
    StreamKey key_;
    bool nested_;
    std::vector<std::vector<double>> values_, drawn_;
    std::vector<std::size_t> index_;
};

/// Why the values have no slope.
std::string no_slope(Samples const& samples, std::vector<double> const& value, char const* what,
                     Statistic statistic)
{
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (std::isnan(value[i]))
            return fmt::format("no {} at n = {} (no fit that counts)", what, samples.n[i]);
        if (!(value[i] > 0) || std::isinf(value[i]))
            return fmt::format("the {} of the {} at n = {} is {} (no logarithm)",
                               statistic_name(statistic), what, samples.n[i], value[i]);
    }
    return fmt::format("{} n with fits (a slope needs two)", samples.n.size());
}

Slope point_estimate(Samples const& samples, LogLine const& line, Statistic statistic,
                     char const* what)
{
    Slope result{{}, {}, none, none, none, {}};
    for (auto const& values : samples.values) {
        auto kept = present(values);
        if (statistic == Statistic::mean)
            result.sd.push_back(standard_deviation(kept));
        result.value.push_back(statistic_of(statistic, kept));
    }
    result.slope = line.slope(result.value);
    if (std::isnan(result.slope))
        result.reason = no_slope(samples, result.value, what, statistic);
    return result;
}

/// Fills lo and hi from the slopes of all draws.
void set_interval(Slope& result, std::vector<double> drawn, std::size_t replicates)
{
    auto const lost =
        std::count_if(drawn.begin(), drawn.end(), [](double slope) { return std::isnan(slope); });
    if (replicates < 2) {
        result.reason = "one replicate (an interval needs two)";
    } else if (lost > 0) {
        result.reason =
            fmt::format("{} of {} bootstrap draws have no slope (zeros among the values): "
                        "no interval",
                        lost, drawn.size());
    } else {
        auto const count = static_cast<double>(replicates);
        double const widening = std::sqrt(count / (count - 1));
        for (double& slope : drawn)
            slope = result.slope + widening * (slope - result.slope);
        std::sort(drawn.begin(), drawn.end());
        result.lo = quantile(drawn, bootstrap_tail);
        result.hi = quantile(drawn, 1 - bootstrap_tail);
    }
}

} // namespace

std::vector<Slope> slopes(Samples const& samples, Resampling const& resampling,
                          std::vector<Statistic> const& statistics, char const* what)
{
    LogLine const line(samples.n);
    std::vector<Slope> results;
    for (Statistic const statistic : statistics)
        results.push_back(point_estimate(samples, line, statistic, what));

    std::size_t replicates = samples.n.empty() ? 0 : std::numeric_limits<std::size_t>::max();
    for (auto const& values : samples.values)
        replicates = std::min(replicates, present(values).size());

    bool const any = std::any_of(results.begin(), results.end(),
                                 [](Slope const& result) { return !std::isnan(result.slope); });
    std::vector<std::vector<double>> drawn(statistics.size());
    Resampler resampler(samples, resampling);
    std::vector<double> value(samples.n.size());
    for (int number = 0; any && number < bootstrap_draws; ++number) {
        auto resample = resampler.draw(number);
        for (std::size_t s = 0; s < statistics.size(); ++s) {
            if (std::isnan(results[s].slope))
                continue;
            for (std::size_t i = 0; i < resample.size(); ++i)
                value[i] = statistic_of(statistics[s], resample[i]);
            drawn[s].push_back(line.slope(value));
        }
    }
    for (std::size_t s = 0; s < statistics.size(); ++s)
        if (!std::isnan(results[s].slope))
            set_interval(results[s], std::move(drawn[s]), replicates);
    return results;
}

} // namespace moerate
