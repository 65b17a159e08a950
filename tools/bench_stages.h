#pragma once

/// @file
/// Which stage of the pipeline the time goes to.

#include "tools/bench.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace moerate
{

/// What tasks of one kind took.
struct Stage
{
    double seconds = 0; ///< elapsed
    double flops = 0;   ///< of their matrix products (`work` of a task)
};

/// Stages by the names of their tasks.
using Stages = std::map<std::string, Stage>;

/// A device that keeps a clock and a count of flops for each kind of task; all else is that of
/// another device, which must outlive it. Of jobs that go side by side each second counts for the
/// part of one worker.
class ClockedDevice final : public Device
{
public:
    explicit ClockedDevice(Device& device) : device_(device) {}

    Stages stages; ///< of all calls so far

    DeviceInfo const& info() const override { return device_.info(); }
    std::size_t free_bytes() override { return device_.free_bytes(); }
    void* allocate(std::size_t bytes) override { return device_.allocate(bytes); }
    void release(void* memory) noexcept override { device_.release(memory); }
    void upload(void* to, void const* from, std::size_t bytes) override
    {
        device_.upload(to, from, bytes);
    }
    void download(void* to, void const* from, std::size_t bytes) override
    {
        device_.download(to, from, bytes);
    }
    void copy(void* to, void const* from, std::size_t bytes) override
    {
        device_.copy(to, from, bytes);
    }
    std::vector<double> run_list(TaskView const& list) override;
    void for_each(std::size_t count, std::size_t at_once, Job const& job) override;
    int workers() const override { return device_.workers(); }

private:
    Device& device_;
    std::mutex adding_;
    double side_by_side_ = 1; ///< lists that run at a time
};

/// Passes of the pipeline against the ceiling of their rounds: all flops over flop/s x time.
class PipelineRatio
{
public:
    /// A pass that took `seconds` in all, in a round whose product ran at `top` flop/s.
    void add(Stages const& stages, double seconds, double top);

    /// {"pipeline_ratio", "pipeline_without_regression_error_ratio", "stages": [{"stage",
    /// "share", "ratio"}...]}; the stage "host" is the time in none of the others, its ratio null.
    nlohmann::ordered_json json() const;

private:
    std::vector<double> whole_, without_risk_;
    std::map<std::string, std::vector<double>> share_, ratio_;
};

/// The members of PipelineRatio::json() in a row, for people.
std::string pipeline_text(nlohmann::ordered_json const& row);

} // namespace moerate
