#include "host/core/error.h"
#include "tools/bench.h"

#include <cblas.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace moerate
{
namespace
{

/// OpenBLAS, loaded when it is wanted: a machine that measures its GPU need not have it, and at 35
/// MiB it would be most of the GPU bundle. It stays loaded, as its threads do.
class OpenBlas
{
public:
    /// Its kernels of the level `simd`, unless OPENBLAS_CORETYPE names others: it takes those of
    /// SSE3 on processors that it does not know, and AVX-512 is no measure of AVX2's text.
    explicit OpenBlas(std::string const& simd)
    {
        setenv("OPENBLAS_CORETYPE", simd == "x86-64-v4" ? "SkylakeX" : "Haswell", 0);
        handle_ = dlopen(name, RTLD_NOW | RTLD_LOCAL);
        if (handle_ == nullptr)
            throw Error(Exit::failure, fmt::format("{} cannot be loaded ({}) install libopenblas0",
                                                   name, dlerror()));
        find(sgemm, "cblas_sgemm");
        find(dsyrk, "cblas_dsyrk");
        find(set_num_threads, "openblas_set_num_threads");
        find(core, "openblas_get_corename");
    }

    decltype(&cblas_sgemm) sgemm = nullptr;
    decltype(&cblas_dsyrk) dsyrk = nullptr;
    decltype(&openblas_set_num_threads) set_num_threads = nullptr;
    decltype(&openblas_get_corename) core = nullptr; ///< whose kernels it took

private:
    static constexpr char const* name = "libopenblas.so.0";

    template <class Function>
    void find(Function& function, char const* symbol)
    {
        function = reinterpret_cast<Function>(dlsym(handle_, symbol));
        if (function == nullptr)
            throw Error(Exit::failure, fmt::format("{} has no {} (another library of that name?) "
                                                   "install libopenblas0",
                                                   name, symbol));
    }

    void* handle_ = nullptr;
};

class CpuCeiling final : public Ceiling
{
public:
    CpuCeiling(int threads, std::string const& simd)
        : blas_(simd), threads_(threads), a_(std::size_t(m) * m, 0.5f), b_(a_.size(), 0.25f),
          c_(a_.size())
    {}
    std::string text() const override
    {
        return fmt::format("{}^3 SGEMM of OpenBLAS ({})", m, blas_.core());
    }
    std::size_t bytes() const override { return 3 * a_.size() * sizeof(float); }
    double product() override
    {
        double const seconds = time([&] {
            blas_.sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, m, m, 1.0f, a_.data(), m,
                        b_.data(), m, 0.0f, c_.data(), m);
        });
        return 2.0 * m * m * m / seconds;
    }
    double gram(int n, int p) override
    {
        std::size_t const rows = n, columns = p;
        if (j_.size() != rows * columns) {
            j_.assign(rows * columns, 0.5);
            h_.assign(columns * columns, 0.0);
        }
        double const seconds = time([&] {
            blas_.dsyrk(CblasRowMajor, CblasLower, CblasTrans, p, n, 1.0, j_.data(), p, 0.0,
                        h_.data(), p);
        });
        return 1.0 * n * p * p / seconds;
    }

private:
    /// Seconds of a call with all threads.
    template <class F>
    double time(F const& call)
    {
        blas_.set_num_threads(threads_);
        double const begin = now();
        call();
        double const seconds = now() - begin;
        blas_.set_num_threads(1);
        // Its workers spin for some 100 ms after a product; what is timed next shall have the
        // cores.
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return seconds;
    }

    static constexpr int m = 2048;
    OpenBlas blas_;
    int threads_;
    std::vector<float> a_, b_, c_;
    std::vector<double> j_, h_; ///< of gram
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

std::unique_ptr<Ceiling> make_cpu_ceiling(int threads, std::string const& simd)
{
    return std::make_unique<CpuCeiling>(threads, simd);
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

std::string spread_text(nlohmann::ordered_json const& spread, double unit, int digits)
{
    auto const number = [&](char const* name) { return spread[name].get<double>() / unit; };
    return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", number("median"), digits, number("min"),
                       digits, number("max"), digits);
}

} // namespace moerate
