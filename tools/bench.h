#pragma once

/// @file
/// What the parts of tools/bench share.

#include "host/device/device.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace moerate
{

/// Seconds of a steady clock.
double now();

/// What the machine itself reaches, measured between the passes of the kernel.
class Ceiling
{
public:
    virtual ~Ceiling() = default;
    /// What product() multiplies with what, for the table.
    virtual std::string text() const = 0;
    /// Device memory that this object holds.
    virtual std::size_t bytes() const = 0;
    /// Flop/s of a single-precision product of two square matrices (2 m^3 flops).
    virtual double product() = 0;
    /// Flop/s of a double-precision symmetric product A^T A of A [n][p], which counts n p^2.
    virtual double gram(int n, int p) = 0;
    /// Bytes read and written a second by a copy within the device's memory; 0: not measured.
    virtual double copy() { return 0; }
};

/// OpenBLAS on `threads` threads, with its kernels of the level `simd` ("x86-64-v3" or
/// "x86-64-v4") unless the environment's OPENBLAS_CORETYPE names others.
std::unique_ptr<Ceiling> make_cpu_ceiling(int threads, std::string const& simd);

/// cuBLAS on the CUDA device that this thread has selected; making a Device selects its own. Throws
/// DeviceError, and so do its members.
std::unique_ptr<Ceiling> make_cuda_ceiling();

/// Device under test, with what it is measured against.
struct Bench
{
    std::unique_ptr<Device> device;
    std::unique_ptr<Ceiling> ceiling;

    bool on_cuda() const { return device->info().kind == "cuda"; }
    /// Bytes that the fits may take: nine tenths of what was free less the ceiling's.
    std::size_t memory() const;
    /// Fits of one launch: `asked` (a thread on the CPU, in all on CUDA), or where that is 0 enough
    /// to fill the device, as far as `memory` holds them beside `fixed` bytes. Throws UsageError,
    /// which calls the work `what`, if they do not fit.
    int fits(int asked, std::size_t memory, std::size_t fixed, std::size_t bytes_per_fit,
             std::string const& what) const;
};

/// Median and extremes.
struct Spread
{
    double median, least, most;
    explicit Spread(std::vector<double> values);
};

/// {"median", "min", "max"}.
nlohmann::ordered_json to_json(Spread const& spread);

/// "median [min, max]" of a Spread as JSON, over `unit`.
std::string spread_text(nlohmann::ordered_json const& spread, double unit, int digits);

/// The main case: one model, data and training as in the papers' experiments.
struct Case
{
    std::string normalizer = "softmax", activation = "relu";
    int d = 32, k = 9, k_true = 8, batch = 32, epochs = 10;
    double learning_rate = 0.1;
    int fits = 0;            ///< see Bench::fits
    int rounds = 0;          ///< alternations of ceiling and kernel
    bool with_truth = false; ///< puts the truth into the row
    bool cublas = false;     ///< least squares: products of J^T J by cuBLAS
};

/// Speeds of the main case at sample size n, as one row: of SGD alone, of all of a fit, and both
/// over the ceiling; with the training MSE of the fits and its descent from their starts' (mean and
/// standard error).
nlohmann::ordered_json bench_case(Bench const& bench, Case const& setting, int n);

/// SGD alone of one model for each member of the families, each against the ceiling of its own
/// flops, 4 k (|phi_gate| + |phi_expert|) a sample-update (design.md 7). Takes k, batch, fits and
/// rounds of `setting`.
nlohmann::ordered_json bench_families(Bench const& bench, Case const& setting);

/// Least squares: rounds a second of all fits at sample size n against n p^2 flops of the ceiling's
/// gram a round, a row for each of two models. Takes k, fits and rounds of `setting`.
nlohmann::ordered_json bench_least_squares(Bench const& bench, Case const& setting, int n);

/// Least squares on the problems in a file in the box |theta| <= bound, from their starts, all at
/// once: processor and elapsed seconds in all, the latter also over what the fits' own tasks took
/// (1: no worker ever waited, and the host cost nothing), how many ended on the box, and the MSE
/// and rounds of each. Throws UsageError.
nlohmann::ordered_json bench_problems(Device& device, std::string const& file, double bound);

/// The rows of bench_families for people.
std::string families_table(nlohmann::ordered_json const& rows);

} // namespace moerate
