#pragma once

/// @file
/// The replicates of all n on a device: sorted, summarized and resampled there.

#include "host/device/device.h"
#include "host/rates/bootstrap.h"

#include <vector>

namespace moerate
{

/// The replicates that count: those with a number.
std::vector<double> present(std::vector<double> values);

/// How many these are.
std::size_t counted(std::vector<double> const& values);

class Resampler
{
public:
    /// Copies the replicates that count to the device and summarizes each n.
    Resampler(Device& device, Samples const& samples, Resampling const& resampling);

    /// One an n.
    std::vector<Summary> const& summaries() const { return summaries_; }

    /// Statistics of draws 0 .. draws - 1, [n][draw].
    std::vector<Statistics> draw(int draws) const;

private:
    void summarize();
    std::size_t cells() const { return n_.size(); }

    Device& device_;
    std::vector<int> n_;
    Resampling resampling_;
    std::vector<int> size_;                       ///< replicates that count, by n
    std::vector<int> population_;                 ///< replicates that indices are drawn from
    std::vector<std::size_t> value_at_, rank_at_; ///< where the arrays of an n begin
    DeviceArray<double> value_, log_;
    DeviceArray<int> index_, rank_;
    std::vector<Summary> summaries_;
};

} // namespace moerate
