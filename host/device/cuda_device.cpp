#include "host/device/tables.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

namespace moerate
{
namespace
{

/// "13.0" for the number that CUDA writes as 13000.
std::string version_text(int version)
{
    return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// The driver's own version ("580.65.06"), empty where the system does not say.
std::string kernel_driver()
{
    std::ifstream in("/proc/driver/nvidia/version");
    std::string line;
    std::getline(in, line);
    std::istringstream words(line);
    for (std::string word; words >> word;) {
        if (std::isdigit(static_cast<unsigned char>(word.front())) != 0 &&
            word.find('.') != std::string::npos)
            return word;
    }
    return {};
}

/// " (CUDA_VISIBLE_DEVICES=...)" where that is set: it may hide the devices.
std::string visible_note()
{
    char const* const visible = std::getenv("CUDA_VISIBLE_DEVICES");
    return visible == nullptr ? std::string() : fmt::format(" (CUDA_VISIBLE_DEVICES={})", visible);
}

/// Why device `index` is not usable, empty if it is.
std::string unusable(int index)
{
    try {
        if (cuda_driver() == 0)
            return fmt::format("no CUDA driver (this build needs one for CUDA {} or newer)",
                               version_text(cuda_runtime()));
        int const count = cuda_count();
        if (count == 0)
            return "no CUDA device" + visible_note();
        if (index < 0 || index >= count)
            return fmt::format("no CUDA device {} (there are {}, counted from 0){}", index, count,
                               visible_note());
        CudaBoard const board = cuda_board(index);
        if (board.major < cuda_oldest_major)
            return fmt::format("{} is too old (compute capability {}.{}, this build needs {}.0)",
                               board.name, board.major, board.minor, cuda_oldest_major);
        cuda_select(index);
        cuda_probe();
        return {};
    } catch (CudaError const& error) {
        return error.what();
    }
}

/// Two rounds of the fits that a multiprocessor holds at once, a warp each: the second round evens
/// out what the first leaves idle.
constexpr int fits_per_processor = 2 * resident_warps;

/// The time of a list, shared out over its tasks by their work.
std::vector<double> shared_out(double seconds, TaskView const& list)
{
    std::vector<double> shares(list.size);
    double total = 0;
    for (std::size_t i = 0; i < list.size; ++i)
        total += shares[i] = list.work(i);
    for (double& share : shares)
        share = total > 0 ? seconds * (share / total) : 0;
    return shares;
}

class CudaDevice final : public Device
{
public:
    CudaDevice(CudaTable table, int index) : table_(std::move(table)), index_(index)
    {
        on_device([&] {
            CudaBoard const board = cuda_board(index);
            std::string const driver = kernel_driver();
            info_.kind = "cuda";
            info_.label = fmt::format("cuda:{}", index);
            info_.name = board.name;
            info_.simd = fmt::format("sm_{}{}", board.major, board.minor);
            info_.driver = fmt::format("{}{}CUDA {}", driver, driver.empty() ? "" : ", ",
                                       version_text(cuda_driver()));
            info_.float64_ratio = board.float64_ratio;
            info_.launch_fits = fits_per_processor * board.processors;
            info_.memory_bytes = board.bytes;
            info_.free_bytes = cuda_free_bytes();
        });
    }

    DeviceInfo const& info() const override { return info_; }
    std::size_t free_bytes() override
    {
        std::size_t bytes = 0;
        on_device([&] { bytes = cuda_free_bytes(); });
        return bytes;
    }

    void* allocate(std::size_t bytes) override
    {
        void* memory = nullptr;
        on_device([&] { memory = cuda_allocate(bytes); });
        return memory;
    }
    void release(void* memory) noexcept override
    {
        try {
            cuda_select(index_);
        } catch (CudaError const&) {
            // A lost device: what matters has shown in the call that failed first.
        }
        cuda_release(memory);
    }
    void upload(void* to, void const* from, std::size_t bytes) override
    {
        on_device([&] { cuda_upload(to, from, bytes); });
    }
    void download(void* to, void const* from, std::size_t bytes) override
    {
        on_device([&] { cuda_download(to, from, bytes); });
    }
    void copy(void* to, void const* from, std::size_t bytes) override
    {
        on_device([&] { cuda_copy(to, from, bytes); });
    }

    std::vector<double> run_list(TaskView const& list) override
    {
        CudaEntry const& entry = entry_of(table_.data(), table_.size(), list.kind);
        double seconds = 0;
        on_device([&] { seconds = entry.run(list.tasks, list.size); });
        return shared_out(seconds, list);
    }

private:
    /// Calls f with this device selected: the selection belongs to the thread, not to the object.
    template <class F>
    void on_device(F const& f)
    {
        try {
            cuda_select(index_);
            f();
        } catch (CudaMemoryError const& error) {
            throw DeviceMemoryError(
                fmt::format("CUDA device {}{} has too little free memory ({}); end what else uses "
                            "it, use a smaller n, or --device cpu",
                            index_, visible_note(), error.what()));
        } catch (CudaLibraryError const& error) {
            throw DeviceError(fmt::format("a library of CUDA is missing: {}; install it (cuBLAS is "
                                          "in the CUDA toolkit), or leave out what asks for it",
                                          error.what()));
        } catch (CudaError const& error) {
            throw DeviceError(
                fmt::format("CUDA device {}{} failed ({}); run again, or use --device cpu", index_,
                            visible_note(), error.what()));
        }
    }

    CudaTable table_;
    int index_;
    DeviceInfo info_;
};

} // namespace

std::string cuda_unusable()
{
    return unusable(0);
}

int cuda_devices()
{
    try {
        return cuda_driver() == 0 ? 0 : cuda_count();
    } catch (CudaError const&) {
        return 0; // cuda_unusable() says why
    }
}

std::unique_ptr<Device> make_cuda_device(CudaTable const& table, int index)
{
    std::string const reason = unusable(index);
    if (!reason.empty())
        throw DeviceError(fmt::format(
            "CUDA is not usable: {}; use --device cpu, or see `moerate doctor`", reason));
    return std::make_unique<CudaDevice>(table, index);
}

std::unique_ptr<Device> make_cuda_device(int index)
{
    return make_cuda_device(cuda_table_of(Tasks{}), index);
}

} // namespace moerate
