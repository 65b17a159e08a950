#include "host/run/block_size.h"

#include "host/core/words.h"
#include "host/run/results.h"
#include "host/run/runner.h"

#include <fmt/format.h>

#include <algorithm>
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

/// Fits a block at most, whose rows wait in the host's memory: some hundred MB of parameters. A CPU
/// has fewer, for their data to stand in its caches, and for the last block's saving, beside which
/// there is nothing to do, to be short.
long long most_host_fits(DeviceInfo const& device)
{
    return device.kind == "cuda" ? 32768 : 8192;
}

/// Starts that a block has at least. Each of a CPU's workers has some, as one is done long before
/// another; with one worker there is no reason to wait with saving.
long long least_starts(DeviceInfo const& device)
{
    return device.threads > 1 ? 2LL * device.threads : device.launch_fits;
}

} // namespace

bool BlockLimits::reached(int count, Work const& before, std::size_t bytes_after,
                          Work const& after) const
{
    return bytes_after > bytes || after.fits > most_fits ||
           (after.flops > flops && before.starts >= least_starts) || (jobs > 0 && count >= jobs);
}

BlockSize::BlockSize(Device& device, RunOptions const& options, double speed)
    : device_(device), options_(options), speed_(speed)
{}

BlockLimits BlockSize::limits()
{
    long long const least = least_starts(device_.info());
    return {std::min(usable(device_), most_), speed_ * options_.block_seconds, least,
            std::max(most_host_fits(device_.info()), least), options_.block_jobs};
}

void BlockSize::took(Work const& work, double seconds)
{
    // The first blocks also pay for the evaluation points: follow the speed slowly.
    speed_ = 0.5 * (speed_ + work.flops / std::max(seconds, 1e-6));
}

std::size_t BlockSize::halve(std::size_t bytes)
{
    return most_ = std::min(most_, bytes) / 2;
}

void BlockSize::halve(std::size_t fits, std::size_t bytes, std::string const& what)
{
    if (fits == 1)
        throw DeviceMemoryError(fmt::format(
            "{} do not fit on {} (they need {}, {} are free) end what else uses it, or "
            "use a device with more memory",
            what, device_.info().label, bytes_text(bytes), bytes_text(device_.free_bytes())));
    halve(bytes);
}

bool with_memory(Log& log, std::function<void()> const& work)
{
    try {
        work();
        return true;
    } catch (DeviceMemoryError const& error) {
        log.line(error.what());
    } catch (std::bad_alloc const&) {
        log.line("out of host memory");
    }
    return false;
}

} // namespace moerate
