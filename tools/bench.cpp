/// @file
/// Speed of the engine against the machine's own ceiling, measured in one run (design.md 7).

#include "tools/bench.h"
#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/cli/program.h"
#include "host/core/build.h"
#include "host/core/error.h"
#include "tools/bench_stages.h"
#include "tools/options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <limits>

namespace moerate
{
namespace
{

struct Options
{
    std::string device = "cpu", simd;
    int threads = 0;
    std::vector<int> n;
    Case setting;
    std::string estimator = "sgd", problems;
    double box = 1e8; ///< of the problems: far enough out that no fit meets it
    bool json = false, families = false;
};

/// Adds the options of the command line to `app`.
void add_options(CLI::App& app, Options& o)
{
    Case& c = o.setting;
    CLI::Range const positive(1, std::numeric_limits<int>::max());
    app.add_option("--device", o.device, "cpu, cuda or cuda:I")->capture_default_str();
    app.add_option("--threads", o.threads, "CPU: worker threads, of the ceiling too [cores]")
        ->check(CLI::Range(0, 4096));
    app.add_option("--simd", o.simd, "CPU: x86-64-v3 or x86-64-v4 [the best one]");
    app.add_option("--n", o.n, "sample sizes [CPU 10000,100000; CUDA 10000]")
        ->delimiter(',')
        ->check(positive);
    app.add_option("--d", c.d, "input dimension")->capture_default_str()->check(positive);
    app.add_option("--k", c.k, "fitted atoms")->capture_default_str()->check(positive);
    app.add_option("--true-atoms", c.k_true, "atoms of the truth")
        ->capture_default_str()
        ->check(positive);
    app.add_option("--batch", c.batch, "minibatch")->capture_default_str()->check(positive);
    app.add_option("--epochs", c.epochs, "passes over the data")
        ->capture_default_str()
        ->check(positive);
    app.add_option("--learning-rate", c.learning_rate, "constant rate")->capture_default_str();
    app.add_option("--fits", c.fits,
                   "CPU: fits a thread [8]; CUDA: fits in all [4096, fewer if memory is short]")
        ->check(positive);
    app.add_option("--rounds", c.rounds, "alternations of ceiling and kernel [CPU 7, CUDA 5]")
        ->check(positive);
    app.add_option("--normalizer", c.normalizer, "softmax or sigmoid")->capture_default_str();
    app.add_option("--activation", c.activation, "activation of the experts")
        ->capture_default_str();
    app.add_option("--estimator", o.estimator, "sgd, or lse: its rounds against DSYRK")
        ->capture_default_str()
        ->check(CLI::IsMember({"sgd", "lse"}));
    app.add_option_function<std::string>(
           "--gram", [&](std::string const& by) { c.cublas = by == "cublas"; },
           "lse: products of J^T J by our own kernel, or on CUDA by cublas [own]")
        ->check(CLI::IsMember({"own", "cublas"}));
    app.add_option("--problems", o.problems,
                   "lse: only fit the problems in this file, as tools/compare-lse does");
    app.add_option("--box", o.box, "of these: largest size of a parameter [next to none]")
        ->check(CLI::PositiveNumber);
    app.add_flag("--json", o.json, "one JSON object");
    app.add_flag("--truth", c.with_truth, "put the truth into the JSON object");
    app.add_option_function<std::string>(
           "--family", [&](std::string const&) { o.families = true; },
           "all: SGD of every family member, each against its own ceiling")
        ->check(CLI::IsMember({"all"}));
}

/// Opens the device and its ceiling. Throws UsageError, DeviceError.
Bench open_bench(Options const& o)
{
    Bench bench;
    if (o.setting.cublas && (o.device == "cpu" || o.estimator != "lse"))
        throw UsageError("--gram cublas multiplies J^T J on a GPU (this is another bench) say "
                         "--device cuda --estimator lse, or leave it out");
    if (o.device == "cpu") {
        bench.device = make_cpu_device(o.threads, o.simd);
        bench.ceiling = make_cpu_ceiling(bench.device->info().threads, bench.device->info().simd);
        return bench;
    }
    if (o.device.rfind("cuda", 0) != 0)
        throw UsageError(
            fmt::format("--device {} is unknown (known: cpu, cuda, cuda:I)", o.device));
    if (o.threads != 0 || !o.simd.empty())
        throw UsageError(fmt::format("--threads and --simd with --device {} (they belong to the "
                                     "CPU) leave them out",
                                     o.device));
    bench.device = open_device(o.device, 0);
    bench.ceiling = make_cuda_ceiling();
    return bench;
}

void fill_in_defaults(Options& o, bool cuda)
{
    if (o.n.empty() && o.estimator == "lse")
        o.n = {10000};
    if (o.n.empty())
        o.n = cuda ? std::vector<int>{10000} : std::vector<int>{10000, 100000};
    if (o.setting.rounds == 0)
        o.setting.rounds = cuda ? 5 : 7;
}

void print_head(Options const& o, Bench const& bench)
{
    Case const& c = o.setting;
    print("{}\nd = {}, k = {}, batch {}, {} epochs, {}/{}, float32; ceiling {}; {} rounds; "
          "median [min, max]\n\n{:>7} {:>5} {:>30} {:>30} {:>24} {:>24} {:>24}\n",
          device_text(bench.device->info()), c.d, c.k, c.batch, c.epochs, c.normalizer,
          c.activation, bench.ceiling->text(), c.rounds, "n", "fits", "ceiling, 1e6 updates/s",
          "SGD, 1e6 updates/s", "SGD / ceiling", "end to end / ceiling", "and regression error");
}

void print_row(Options const& o, nlohmann::ordered_json const& row)
{
    print("{:>7} {:>5} {:>30} {:>30} {:>24} {:>24} {:>24}\n", row["n"].get<int>(),
          row["fits"].get<int>(), spread_text(row["ceiling_updates_per_s"], 1e6, 1),
          spread_text(row["sgd_updates_per_s"], 1e6, 1), spread_text(row["sgd_ratio"], 1, 3),
          spread_text(row["end_to_end_ratio"], 1, 3),
          spread_text(row["end_to_end_with_regression_error_ratio"], 1, 3));
    print("{}", pipeline_text(row));
    if (!row.contains("copy_bytes_per_s"))
        return;
    double const bytes = sizeof(float) * (o.setting.d + 1.0);
    double const copy = row["copy_bytes_per_s"]["median"];
    print("{:>7} copy in device memory {} TB/s, read and written: reading {:.0f} bytes a "
          "sample-update it allows {:.0f}e6 updates/s\n",
          "", spread_text(row["copy_bytes_per_s"], 1e12, 2), bytes, copy / bytes / 1e6);
}

void print_least_squares(Options const& o, Bench const& bench, nlohmann::ordered_json const& rows)
{
    print("{}\nleast squares, softmax/gelu, float64{}; ceiling DSYRK over n p^2; median [min, "
          "max]\n\n{:>18} {:>7} {:>4} {:>5} {:>26} {:>26} {:>22}\n",
          device_text(bench.device->info()), o.setting.cublas ? ", products by cuBLAS" : "",
          "model", "n", "p", "fits", "ceiling, rounds/s", "rounds/s", "ratio");
    for (nlohmann::ordered_json const& row : rows)
        print("{:>18} {:>7} {:>4} {:>5} {:>26} {:>26} {:>22}\n", row["model"].get<std::string>(),
              row["n"].get<int>(), row["p"].get<int>(), row["fits"].get<int>(),
              spread_text(row["ceiling_rounds_per_s"], 1, 2),
              spread_text(row["rounds_per_s"], 1, 2), spread_text(row["ratio"], 1, 3));
}

nlohmann::ordered_json head(Options const& o, Bench const& bench)
{
    DeviceInfo const& info = bench.device->info();
    Case const& c = o.setting;
    return {{"version", this_build().version},
            {"commit", this_build().commit},
            {"dirty", this_build().dirty},
            {"kind", info.kind},
            {"device", info.name},
            {"simd", info.simd},
            {"driver", info.driver},
            {"threads", info.threads},
            {"free_bytes", info.free_bytes},
            {"ceiling", bench.ceiling->text()},
            {"d", c.d},
            {"k", c.k},
            {"true_atoms", c.k_true},
            {"batch", c.batch},
            {"epochs", c.epochs},
            {"learning_rate", c.learning_rate},
            {"normalizer", c.normalizer},
            {"activation", c.activation},
            {"rounds", c.rounds}};
}

int bench(int argc, char** argv)
{
    Options o;
    CLI::App app("Sample-updates per second against the measured SGEMM ceiling of this machine");
    add_options(app, o);
    if (std::optional<int> const done = parse_options(app, argc, argv, "moerate-bench"))
        return *done;
    Bench const bench = open_bench(o);
    fill_in_defaults(o, bench.on_cuda());
    nlohmann::ordered_json out = head(o, bench);
    if (!o.problems.empty()) {
        out["problems"] = bench_problems(*bench.device, o.problems, o.box);
        print_json(out);
        return 0;
    }
    out["rows"] = nlohmann::ordered_json::array();
    if (o.families) {
        out["rows"] = bench_families(bench, o.setting);
        if (!o.json)
            print("{}\n{}", device_text(bench.device->info()), families_table(out["rows"]));
    } else if (o.estimator == "lse") {
        for (int n : o.n) {
            nlohmann::ordered_json const rows = bench_least_squares(bench, o.setting, n);
            out["rows"].insert(out["rows"].end(), rows.begin(), rows.end());
        }
        if (!o.json)
            print_least_squares(o, bench, out["rows"]);
    } else {
        if (!o.json)
            print_head(o, bench);
        for (int n : o.n) {
            out["rows"].push_back(bench_case(bench, o.setting, n));
            if (!o.json)
                print_row(o, out["rows"].back());
        }
    }
    if (o.json)
        print_json(out);
    return 0;
}

} // namespace
} // namespace moerate

int main(int argc, char** argv)
{
    return moerate::run_program("moerate-bench", [&] { return moerate::bench(argc, argv); });
}
