#include "host/run/queue.h"

#include <algorithm>

namespace moerate
{

JobQueue::JobQueue(Study const& study, Plan const& plan, MissingJobs jobs, std::size_t workers,
                   std::function<bool()> stop)
    : study_(study), plan_(plan), workers_(workers), stop_(std::move(stop)), total_(jobs.work()),
      memory_(study, plan), missing_(std::move(jobs))
{}

Work JobQueue::work(std::vector<Job> const& jobs) const
{
    Work sum;
    for (Job const& job : jobs)
        sum += work_of(study_, plan_, job);
    return sum;
}

/// The next job, null where none is left.
Job const* JobQueue::front()
{
    if (jobs_.empty()) {
        if (std::optional<Job> next = missing_.next())
            jobs_.push_back(std::move(*next));
    }
    return jobs_.empty() ? nullptr : &jobs_.front();
}

/// Whether there is nothing to hand out.
bool JobQueue::ended()
{
    if (front() == nullptr || closed_)
        return true;
    if (!stopped_ && stop_)
        stopped_ = stop_();
    return stopped_;
}

std::vector<Job> JobQueue::take(BlockLimits const& limits)
{
    std::lock_guard<std::mutex> const lock(mutex_);
    if (ended())
        return {};
    // No more than one worker's part, so that none is left without work; the rounding of sums
    // aside.
    double const part = total_.flops / static_cast<double>(workers_) * (1 + 1e-9);
    std::vector<Job> block;
    Work sum;
    MemoryModel::Sum memory;
    for (Job const* job; (job = front()) != nullptr; jobs_.pop_front()) {
        Work const before = sum;
        sum += work_of(study_, plan_, *job);
        memory_.add(memory, *job);
        bool const full = sum.flops > part || limits.reached(static_cast<int>(block.size()), before,
                                                             memory.bytes(), sum);
        if (full && !block.empty())
            break;
        block.push_back(*job);
    }
    return block;
}

void JobQueue::give_back(std::vector<Job> const& block)
{
    std::lock_guard<std::mutex> const lock(mutex_);
    jobs_.insert(jobs_.begin(), block.begin(), block.end());
}

std::size_t JobQueue::bytes(std::vector<Job> const& block)
{
    std::lock_guard<std::mutex> const lock(mutex_);
    return memory_.bytes(block);
}

void JobQueue::close()
{
    std::lock_guard<std::mutex> const lock(mutex_);
    closed_ = true;
}

bool JobQueue::stopped() const
{
    std::lock_guard<std::mutex> const lock(mutex_);
    return stopped_;
}

} // namespace moerate
