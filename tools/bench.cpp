/// @file
/// Speed of the engine against the machine's own ceiling, measured in one run (design.md 7).
///
/// The unit is the sample-update: one sample's part in one gradient step, 8 k d flops for a linear
/// score. Ceiling = measured 2048^3 SGEMM flop/s on as many threads / (8 k d). Ceiling and kernel
/// alternate, so that a machine whose clock wanders gives an honest ratio.

#include "tools/bench.h"
#include "host/run/block.h"
#include "kernels/model/layout.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace moerate
{
namespace
{

struct Options
{
    std::string normalizer = "softmax", activation = "relu", simd;
    int threads = 0, d = 32, k = 9, k_true = 8, batch = 32, epochs = 10, fits = 8, rounds = 7;
    std::vector<int> n = {10000, 100000};
    bool json = false, families = false;
};

/// A study of one cell with `fits` replicates, as an experiment file would give it.
Study bench_study(Options const& o, int n, int fits)
{
    return parse_study(
        fmt::format(
            "spec_version = 1\n[study]\nid = \"bench\"\nseed = 1\nreplicates = {}\nn = [{}]\n"
            "[data]\nd = {}\nnoise_variance = 0.01\n[truth]\n"
            "gate = {{ score = \"linear\", normalizer = \"softmax\" }}\n"
            "expert = {{ form = \"ridge\", activation = \"{}\" }}\nexperts = {}\n"
            "draw = {{ gate_variance = {}, expert_variance = {} }}\n"
            "[estimator]\nkind = \"sgd\"\nepochs = {}\nbatch = {}\n[[fit]]\nlabel = \"fit\"\n"
            "gate = {{ score = \"linear\", normalizer = \"{}\" }}\nexperts = {}\nloss = \"{}\"\n",
            fits, n, o.d, o.activation, o.k_true, 0.01 / o.d, 1.0 / o.d, o.epochs, o.batch,
            o.normalizer, o.k, o.normalizer == "sigmoid" ? "sigmoid.D3" : "softmax.L1"),
        "bench", {}, ".");
}

/// Seconds of each part of one pass over all fits.
struct Pass
{
    double sgd = 0;        ///< the kernel alone, data in memory
    double end_to_end = 0; ///< generation, start, fit, MSEs, losses
    double risk = 0;       ///< regression and expert errors of starts and fits
};

/// The kernel alone on data that stand in memory: generation and starts are outside of the time.
double time_sgd(Device& device, Study const& study, Plan const& plan, Truth<float> const& truth)
{
    Curve const& curve = study.curves[0];
    int const n = plan.cells[0].n;
    std::size_t const fits = study.replicates, p = curve.model.layout.size;
    DeviceArray<float> const x(device, fits * n * curve.model.d), y(device, fits * n);
    DeviceArray<float> const theta(device, fits * p);
    DeviceArray<SgdOutcome> const outcome(device, fits);
    std::vector<int> extra(curve.truth.model.k);
    std::iota(extra.begin(), extra.end(), 0);
    DeviceArray<int> const extras(device, extra);
    std::vector<GenerateTask<float>> generate;
    std::vector<StartTask<float>> start;
    std::vector<SgdTask<float>> sgd;
    for (std::size_t r = 0; r < fits; ++r) {
        StreamKey const key = data_key(study, curve, n, static_cast<int>(r));
        float* const x_r = x.data() + r * n * curve.model.d;
        generate.push_back({curve.truth.model, truth.theta.data(), key, Stream::x, n, 0.1, x_r,
                            y.data() + r * n, nullptr, nullptr});
        start.push_back({curve.model,
                         curve.truth.model,
                         truth.theta64.data(),
                         key,
                         {0.003, Split::share},
                         extras.data(),
                         static_cast<int>(extra.size()),
                         theta.data() + r * p});
        sgd.push_back({curve.model, curve.estimator.settings, key, n, x_r, y.data() + r * n,
                       theta.data() + r * p, outcome.data() + r});
    }
    device.run(generate);
    device.run(start);
    double const begin = now();
    device.run(sgd);
    return now() - begin;
}

Pass time_pass(Device& device, Study const& study, Plan const& plan, Truth<float> const& truth)
{
    Pass pass;
    pass.sgd = time_sgd(device, study, plan, truth);
    auto const jobs = missing_jobs(study, plan, nullptr);
    double begin = now();
    JobBlock<float> block(device, study, plan, jobs,
                          [&](Curve const&) -> Truth<float> const& { return truth; });
    block.generate();
    block.start();
    block.fit();
    pass.end_to_end = now() - begin;
    begin = now();
    block.risk();
    pass.risk = now() - begin;
    begin = now();
    block.rows();
    pass.end_to_end += now() - begin;
    return pass;
}

nlohmann::ordered_json bench_n(Device& device, Options const& o, int n)
{
    int const fits = o.fits * device.info().threads;
    Study const study = bench_study(o, n, fits);
    Plan const plan = make_plan(study);
    Truth<float> const truth(device, study, study.curves[0]);
    double const updates = 1.0 * fits * o.epochs * n;
    double const flops = 8.0 * o.k * o.d;
    std::vector<double> ceiling, sgd, whole, ratio, whole_ratio, with_risk;
    time_pass(device, study, plan, truth); // warm: pages, clocks
    for (int round = 0; round < o.rounds; ++round) {
        double const top = sgemm_flops(device.info().threads) / flops;
        Pass const pass = time_pass(device, study, plan, truth);
        ceiling.push_back(top);
        sgd.push_back(updates / pass.sgd);
        whole.push_back(updates / pass.end_to_end);
        ratio.push_back(sgd.back() / top);
        whole_ratio.push_back(whole.back() / top);
        with_risk.push_back(updates / (pass.end_to_end + pass.risk) / top);
    }
    auto const json = [](std::vector<double> const& v) { return to_json(Spread(v)); };
    return {{"n", n},
            {"fits", fits},
            {"ceiling_updates_per_s", json(ceiling)},
            {"sgd_updates_per_s", json(sgd)},
            {"sgd_ratio", json(ratio)},
            {"end_to_end_updates_per_s", json(whole)},
            {"end_to_end_ratio", json(whole_ratio)},
            {"end_to_end_with_regression_error_ratio", json(with_risk)}};
}

void print(Options const& o, DeviceInfo const& info, nlohmann::ordered_json const& row)
{
    if (row["n"] == o.n.front())
        fmt::print("{} ({}), {} thread(s)\nd = {}, k = {}, batch {}, {} epochs, {}/{}, float32, {} "
                   "rounds; median [min, max]\n\n{:>7} {:>5} {:>30} {:>30} {:>24} {:>24} {:>24}\n",
                   info.name, info.simd, info.threads, o.d, o.k, o.batch, o.epochs, o.normalizer,
                   o.activation, o.rounds, "n", "fits", "ceiling, 1e6 updates/s",
                   "SGD, 1e6 updates/s", "SGD / ceiling", "end to end / ceiling",
                   "and regression error");
    auto const cell = [&](char const* key, double unit, int digits) {
        auto const& s = row[key];
        auto const number = [&](char const* name) { return s[name].get<double>() / unit; };
        return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", number("median"), digits, number("min"),
                           digits, number("max"), digits);
    };
    fmt::print("{:>7} {:>5} {:>30} {:>30} {:>24} {:>24} {:>24}\n", row["n"].get<int>(),
               row["fits"].get<int>(), cell("ceiling_updates_per_s", 1e6, 1),
               cell("sgd_updates_per_s", 1e6, 1), cell("sgd_ratio", 1, 3),
               cell("end_to_end_ratio", 1, 3),
               cell("end_to_end_with_regression_error_ratio", 1, 3));
}

int bench(int argc, char** argv)
{
    Options o;
    CLI::App app("Sample-updates per second against the measured SGEMM ceiling of this machine");
    app.add_option("--threads", o.threads, "worker threads, of the ceiling too (default: cores)");
    app.add_option("--simd", o.simd, "x86-64-v3 or x86-64-v4 (default: the best one)");
    app.add_option("--n", o.n, "sample sizes")->delimiter(',');
    app.add_option("--d", o.d, "input dimension");
    app.add_option("--k", o.k, "fitted atoms");
    app.add_option("--true-atoms", o.k_true, "atoms of the truth");
    app.add_option("--batch", o.batch, "minibatch");
    app.add_option("--epochs", o.epochs, "passes over the data");
    app.add_option("--fits", o.fits, "fits a thread")->check(CLI::PositiveNumber);
    app.add_option("--rounds", o.rounds, "alternations of ceiling and kernel")
        ->check(CLI::PositiveNumber);
    app.add_option("--normalizer", o.normalizer, "softmax or sigmoid");
    app.add_option("--activation", o.activation, "activation of the experts");
    app.add_flag("--json", o.json, "one JSON object");
    app.add_option_function<std::string>(
           "--family", [&](std::string const&) { o.families = true; },
           "all: SGD of every family member, each against its own ceiling")
        ->check(CLI::IsMember({"all"}));
    CLI11_PARSE(app, argc, argv);
    auto const device = make_cpu_device(o.threads, o.simd);
    if (o.families) {
        auto const rows =
            bench_families(*device, o.k, o.batch, o.fits * device->info().threads, o.rounds);
        fmt::print("{}\n", o.json ? rows.dump(2) : families_table(rows));
        return 0;
    }
    nlohmann::ordered_json out{{"device", device->info().name},
                               {"simd", device->info().simd},
                               {"threads", device->info().threads},
                               {"rows", nlohmann::ordered_json::array()}};
    for (int n : o.n) {
        out["rows"].push_back(bench_n(*device, o, n));
        if (!o.json)
            print(o, device->info(), out["rows"].back());
    }
    if (o.json)
        fmt::print("{}\n", out.dump(2));
    return 0;
}

} // namespace
} // namespace moerate

int main(int argc, char** argv)
{
    try {
        return moerate::bench(argc, argv);
    } catch (std::exception const& error) {
        fmt::print(stderr, "moerate-bench: error: {}\n", error.what());
        return 1;
    }
}
