#include "host/run/worker.h"

#include "host/run/runner.h"
#include "host/run/speed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <new>

namespace moerate
{
namespace
{

/// Bytes that a block may use of the free ones. A GPU keeps a quarter for what MemoryModel does not
/// count: kernels' working memory, and cudaMalloc's pages of 2 MiB. The CPU's memory is shared with
/// all else on the machine, and its caches hold no large block anyway.
std::size_t usable(Device& device)
{
    std::size_t const free = device.free_bytes();
    constexpr std::size_t cpu_limit = std::size_t{1} << 30;
    return device.info().kind == "cuda" ? free / 4 * 3 : std::min(cpu_limit, free / 2);
}

/// Fits a block at most, whose rows wait in the host's memory: some hundred MB of parameters.
constexpr long long most_host_fits = 32768;

std::string bytes_text(std::size_t bytes)
{
    return format_si(static_cast<double>(bytes)) + "B";
}

} // namespace

Worker::Worker(Study const& study, Plan const& plan, Device& device, RunOptions const& options,
               JobQueue& queue, Results& results, Log& log)
    : study_(study), plan_(plan), device_(device), options_(options), queue_(queue),
      results_(results), log_(log), single_(device, study, plan), double_(device, study, plan),
      speed_(measure_speed(study, device))
{}

BlockLimits Worker::limits()
{
    long long const least = device_.info().launch_fits;
    return {std::min(usable(device_), most_), speed_ * options_.block_seconds, least,
            std::max(most_host_fits, least), options_.block_jobs};
}

void Worker::run()
{
    using Clock = std::chrono::steady_clock;
    std::vector<Job> block;
    while (!(block = queue_.take(limits())).empty()) {
        auto const begin = Clock::now();
        auto const seconds = [&] {
            return std::chrono::duration<double>(Clock::now() - begin).count();
        };
        std::optional<std::vector<FitRow>> rows = compute(block);
        if (!rows) {
            shrink(block);
            continue;
        }
        Work const work = queue_.work(block);
        results_.save(std::move(*rows), work, device_.info().label, seconds());
        // The first blocks also pay for the evaluation points: follow the speed slowly.
        speed_ = 0.5 * (speed_ + work.flops / std::max(seconds(), 1e-6));
    }
}

/// The fits of a block; nothing if there was too little memory.
std::optional<std::vector<FitRow>> Worker::compute(std::vector<Job> const& block)
{
    try {
        // The points of one precision must not take room from blocks of the other.
        if (in_float64(study_, plan_, block.front())) {
            single_.forget();
            return double_.run(block);
        }
        double_.forget();
        return single_.run(block);
    } catch (DeviceMemoryError const& error) {
        log_.line(error.what());
    } catch (std::bad_alloc const&) {
        log_.line("out of host memory");
    } catch (DeviceError const& error) {
        throw DeviceError(fmt::format("{}; the {} fits of its batch, from {} on, are not stored",
                                      error.what(), queue_.work(block).fits, name(block.front())));
    }
    return std::nullopt;
}

/// After a block had too little memory: gives it back for blocks of half its size.
void Worker::shrink(std::vector<Job> const& block)
{
    single_.forget();
    double_.forget();
    std::size_t const bytes = queue_.bytes(block);
    if (block.size() == 1)
        throw DeviceMemoryError(fmt::format(
            "one replicate of {} does not fit on {} (it needs {} and the working memory of its "
            "kernels, {} are free); leave this n out of study.n, or use a device with more memory",
            name(block.front()), device_.info().label, bytes_text(bytes),
            bytes_text(device_.free_bytes())));
    most_ = std::min(most_, bytes) / 2;
    queue_.give_back(block);
    log_.line(fmt::format("{} fits at once do not fit on {}: {} a block from now on",
                          queue_.work(block).fits, device_.info().label, bytes_text(most_)));
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
