#include "host/core/error.h"
#include "tools/bench.h"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace moerate
{
namespace
{

class CpuCeiling final : public Ceiling
{
public:
    explicit CpuCeiling(int threads)
        : threads_(threads), a_(std::size_t(m) * m, 0.5f), b_(a_.size(), 0.25f), c_(a_.size())
    {}
    std::string text() const override { return fmt::format("{}^3 SGEMM of OpenBLAS", m); }
    std::size_t bytes() const override { return 3 * a_.size() * sizeof(float); }
    double product() override
    {
        openblas_set_num_threads(threads_);
        double const begin = now();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, m, m, 1.0f, a_.data(), m,
                    b_.data(), m, 0.0f, c_.data(), m);
        double const seconds = now() - begin;
        openblas_set_num_threads(1);
        // Its workers spin for some 100 ms after a product; what is timed next shall have the
        // cores.
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return 2.0 * m * m * m / seconds;
    }

private:
    static constexpr int m = 2048;
    int threads_;
    std::vector<float> a_, b_, c_;
};

double gib(std::size_t bytes)
{
    return static_cast<double>(bytes) / (1 << 30);
}

} // namespace

double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::unique_ptr<Ceiling> make_cpu_ceiling(int threads)
{
    return std::make_unique<CpuCeiling>(threads);
}

std::size_t Bench::memory() const
{
    std::size_t const free = device->info().free_bytes / 10 * 9;
    return free > ceiling->bytes() ? free - ceiling->bytes() : 0;
}

int Bench::fits(int asked, std::size_t memory, std::size_t fixed, std::size_t bytes_per_fit,
                std::string const& what) const
{
    constexpr std::size_t filling_gpu = 4096; // 31 blocks for each of the 132 processors of an H200
    constexpr std::size_t filling_thread = 8;
    std::size_t const unit = on_cuda() ? 1 : device->info().threads;
    std::size_t const usual = on_cuda() ? filling_gpu : filling_thread * unit;
    std::size_t const room = memory > fixed ? (memory - fixed) / bytes_per_fit : 0;
    std::size_t const wanted = asked > 0 ? asked * unit : std::min(usual, std::max(room, unit));
    if (wanted <= room)
        return static_cast<int>(wanted);
    throw UsageError(fmt::format(
        "{} fits of {} need {:.1f} GiB (there are {:.1f} GiB for them on {}) {}", wanted, what,
        gib(fixed + wanted * bytes_per_fit), gib(memory), device->info().name,
        room >= unit ? fmt::format("give --fits {} or less", room / unit) : "give a smaller --n"));
}

Spread::Spread(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    median = values[values.size() / 2];
    least = values.front();
    most = values.back();
}

nlohmann::ordered_json to_json(Spread const& spread)
{
    return {{"median", spread.median}, {"min", spread.least}, {"max", spread.most}};
}

} // namespace moerate
