#pragma once

/// @file
/// The CPU with a GPU's troubles: little memory, calls that fail, and a record of what was asked.

#include "host/device/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace small
{

/// Holds devices until as many as it is made for have come.
class Meeting
{
public:
    explicit Meeting(int count) : missing_(count) {}

    /// Whether all came within some seconds; a machine may be busy.
    bool come()
    {
        std::unique_lock<std::mutex> lock(mutex_);
        --missing_;
        changed_.notify_all();
        return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return missing_ <= 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int missing_;
};

/// What a device will do.
struct Trouble
{
    std::size_t memory = std::numeric_limits<std::size_t>::max() / 4; ///< bytes that it has
    std::size_t total = 0;   ///< DeviceInfo::memory_bytes; 0: the machine's
    std::size_t claimed = 0; ///< bytes that it says are free; 0: the truth
    std::size_t most_fits = std::numeric_limits<std::size_t>::max(); ///< that one SGD list may have
    std::string kind;           ///< the call that breaks the device: "upload", a task's name, ...
    int call = 0;               ///< which of these calls, from 1; 0: none
    int launch_fits = 1;        ///< DeviceInfo::launch_fits
    int float64_ratio = 2;      ///< DeviceInfo::float64_ratio
    bool cuda = false;          ///< whether DeviceInfo::kind says so
    Meeting* meeting = nullptr; ///< that its first SGD list waits for
};

/// What a device was asked for.
struct Asked
{
    std::size_t held = 0, peak = 0;           ///< bytes, lists of tasks among them
    std::size_t uploaded = 0, downloaded = 0; ///< bytes, without lists of tasks
    std::map<std::string, int> calls;         ///< by kind
    std::map<std::string, double> work;       ///< of tasks, by kind
    std::vector<std::size_t> fits;            ///< of each SGD list that was done
    int too_large = 0;                        ///< failures for lack of memory
    bool met = false;                         ///< whether the meeting took place
};

class FakeDevice final : public moerate::Device
{
public:
    FakeDevice(int number, Trouble const& trouble, Asked& asked,
               std::unique_ptr<moerate::Device> cpu = moerate::make_cpu_device(1))
        : cpu_(std::move(cpu)), info_(cpu_->info()), trouble_(trouble), asked_(asked)
    {
        info_.label = fmt::format("fake:{}", number);
        info_.threads = 0; // as a board: all fits of a block are in one list
        info_.launch_fits = trouble.launch_fits;
        info_.float64_ratio = trouble.float64_ratio;
        if (trouble.cuda)
            info_.kind = "cuda";
        if (trouble.total > 0)
            info_.memory_bytes = trouble.total;
    }

    moerate::DeviceInfo const& info() const override { return info_; }
    std::size_t free_bytes() override
    {
        return trouble_.claimed > 0 ? trouble_.claimed : trouble_.memory - asked_.held;
    }

    void* allocate(std::size_t bytes) override
    {
        count("allocate");
        need(bytes);
        void* const memory = cpu_->allocate(bytes);
        sizes_[memory] = bytes;
        asked_.held += bytes;
        return memory;
    }
    void release(void* memory) noexcept override
    {
        asked_.held -= sizes_.at(memory);
        sizes_.erase(memory);
        cpu_->release(memory);
    }
    void upload(void* to, void const* from, std::size_t bytes) override
    {
        count("upload");
        asked_.uploaded += bytes;
        cpu_->upload(to, from, bytes);
    }
    void download(void* to, void const* from, std::size_t bytes) override
    {
        count("download");
        asked_.downloaded += bytes;
        cpu_->download(to, from, bytes);
    }
    void copy(void* to, void const* from, std::size_t bytes) override
    {
        count("copy");
        cpu_->copy(to, from, bytes);
    }
    std::vector<double> run_list(moerate::TaskView const& list) override
    {
        count(std::string(list.kind.name));
        need(list.bytes());
        if (list.kind.name == "sgd" && calibrated())
            fit(list.size);
        for (std::size_t i = 0; i < list.size; ++i)
            asked_.work[std::string(list.kind.name)] += list.work(i);
        return cpu_->run_list(list);
    }

    static constexpr char const* first_failure = "the board fell off the bus";
    static constexpr char const* later_failure = "still off the bus";

private:
    /// Counts a call. A broken device fails in every one, as CUDA does.
    void count(std::string const& kind)
    {
        if (broken_)
            throw moerate::DeviceError(later_failure);
        if (++asked_.calls[kind] == trouble_.call && kind == trouble_.kind) {
            broken_ = true;
            throw moerate::DeviceError(info_.label + ": " + first_failure);
        }
    }

    void need(std::size_t bytes)
    {
        if (bytes > trouble_.memory - asked_.held) {
            ++asked_.too_large;
            throw moerate::DeviceMemoryError("too little memory");
        }
        asked_.peak = std::max(asked_.peak, asked_.held + bytes);
    }

    /// Whether the work has begun: the lists before, which measure the speed, run on starts of 0.
    bool calibrated() const { return asked_.calls.count("start") != 0; }

    void fit(std::size_t fits)
    {
        if (trouble_.meeting != nullptr && asked_.fits.empty())
            asked_.met = trouble_.meeting->come();
        if (fits > trouble_.most_fits) {
            ++asked_.too_large;
            throw moerate::DeviceMemoryError("too little working memory");
        }
        asked_.fits.push_back(fits);
    }

    std::unique_ptr<moerate::Device> cpu_;
    moerate::DeviceInfo info_;
    Trouble trouble_;
    Asked& asked_;
    std::map<void*, std::size_t> sizes_;
    bool broken_ = false;
};

} // namespace small
