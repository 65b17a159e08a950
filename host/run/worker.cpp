#include "host/run/worker.h"

#include "host/run/runner.h"
#include "host/run/speed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

namespace moerate
{

Worker::Worker(Study const& study, Plan const& plan, Device& device, RunOptions const& options,
               JobQueue& queue, Results& results, Log& log)
    : study_(study), plan_(plan), device_(device), queue_(queue), results_(results), log_(log),
      pipeline_(device, study, plan, results.trace()),
      size_(device, options, first_speed(study, device))
{}

void Worker::run()
{
    using Clock = std::chrono::steady_clock;
    std::vector<Job> block;
    while (!(block = queue_.take(size_.limits())).empty()) {
        results_.working_on(name(block.back()));
        auto const begin = Clock::now();
        std::optional<std::vector<FitRow>> rows = compute(block);
        if (!rows) {
            shrink(block);
            continue;
        }
        // Before save: it waits for the block before, and a slow disk is no slow device.
        double const seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        Work const work = queue_.work(block);
        results_.save(std::move(*rows), work, device_.info().label, seconds);
        size_.took(work, seconds);
    }
}

/// The fits of a block; nothing if there was too little memory.
std::optional<std::vector<FitRow>> Worker::compute(std::vector<Job> const& block)
{
    // A system that overcommits its memory would end this process instead of saying no.
    std::size_t const all = device_.info().memory_bytes;
    if (all > 0 && queue_.bytes(block) > all)
        return std::nullopt;
    std::optional<std::vector<FitRow>> rows;
    with_memory(log_, [&] {
        try {
            rows = pipeline_.run(block);
        } catch (DeviceMemoryError const&) {
            throw;
        } catch (DeviceError const& error) {
            throw DeviceError(
                fmt::format("{}; the {} fits of its batch, from {} on, are not stored",
                            error.what(), queue_.work(block).fits, name(block.front())));
        }
    });
    return rows;
}

/// After a block had too little memory: gives it back for blocks of half its size.
void Worker::shrink(std::vector<Job> const& block)
{
    pipeline_.forget();
    std::size_t const bytes = queue_.bytes(block);
    if (block.size() == 1)
        throw DeviceMemoryError(fmt::format(
            "one replicate of {} does not fit on {} (it needs {} and the working memory of its "
            "kernels, {} are free); leave this n out of study.n, or use a device with more memory",
            name(block.front()), device_.info().label, bytes_text(bytes),
            bytes_text(device_.free_bytes())));
    std::size_t const most = size_.halve(bytes);
    queue_.give_back(block);
    log_.line(fmt::format("{} fits at once do not fit on {}: {} a block from now on",
                          queue_.work(block).fits, device_.info().label, bytes_text(most)));
}

/// "softmax" n=1000, or several labels where the job's data are shared.
std::string Worker::name(Job const& job) const
{
    std::vector<std::string> labels;
    for (int const cell : job.cells)
        labels.push_back('"' + study_.curves[plan_.cells[cell].curve].label + '"');
    return fmt::format("{} n={}", fmt::join(labels, ", "), plan_.data[job.data].n);
}

} // namespace moerate
