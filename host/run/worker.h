#pragma once

/// @file
/// One device at work on a run.

#include "host/run/block_size.h"
#include "host/run/pipeline.h"
#include "host/run/queue.h"
#include "host/run/results.h"

#include <optional>

namespace moerate
{

/// Takes blocks from the queue, does them on its device and leaves the fits with the results. A
/// block that the device has no memory for is given back, and at most half of it taken again.
class Worker
{
public:
    /// Measures the device's speed. Throws DeviceError.
    Worker(Study const& study, Plan const& plan, Device& device, RunOptions const& options,
           JobQueue& queue, Results& results, Log& log);

    /// Works until the queue is empty. Throws StoreError, and DeviceError naming the batch if the
    /// device fails or has too little memory for one job.
    void run();

    /// Flops (of Work) per second, of the blocks so far.
    double speed() const { return size_.speed(); }

private:
    std::optional<std::vector<FitRow>> compute(std::vector<Job> const& block);
    void shrink(std::vector<Job> const& block);
    std::string name(Job const& job) const;

    Study const& study_;
    Plan const& plan_;
    Device& device_;
    JobQueue& queue_;
    Results& results_;
    Log& log_;
    Pipeline pipeline_;
    BlockSize size_;
};

} // namespace moerate
