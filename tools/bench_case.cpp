/// @file
/// The main case of tools/bench (design.md 7).
///
/// The unit is the sample-update: one sample's part in one gradient step, 8 k d flops for a linear
/// score. Ceiling = measured SGEMM flop/s / (8 k d). Ceiling and kernel alternate, so that a
/// machine whose clock wanders gives an honest ratio.

#include "host/measure/measure_json.h"
#include "host/run/block.h"
#include "host/run/memory.h"
#include "kernels/model/layout.h"
#include "tools/bench_stages.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

namespace moerate
{
namespace
{

/// A study of one cell with `fits` replicates, as an experiment file would give it.
Study case_study(Case const& c, int n, int fits)
{
    return parse_study(
        fmt::format(
            "spec_version = 1\n[study]\nid = \"bench\"\nseed = 1\nreplicates = {}\nn = [{}]\n"
            "[data]\nd = {}\nnoise_variance = 0.01\n[truth]\n"
            "gate = {{ score = \"linear\", normalizer = \"softmax\" }}\n"
            "expert = {{ form = \"ridge\", activation = \"{}\" }}\nexperts = {}\n"
            "draw = {{ gate_variance = {}, expert_variance = {} }}\n"
            "[estimator]\nkind = \"sgd\"\nepochs = {}\nbatch = {}\nlearning_rate = {}\n"
            "[[fit]]\nlabel = \"fit\"\n"
            "gate = {{ score = \"linear\", normalizer = \"{}\" }}\nexperts = {}\nloss = \"{}\"\n",
            fits, n, c.d, c.activation, c.k_true, 0.01 / c.d, 1.0 / c.d, c.epochs, c.batch,
            c.learning_rate, c.normalizer, c.k,
            c.normalizer == "sigmoid" ? "sigmoid.D3" : "softmax.L1"),
        "bench", {}, ".");
}

/// Seconds of each part of one pass over all fits, and its results.
struct Pass
{
    double sgd = 0;        ///< the kernel alone, data in memory
    double end_to_end = 0; ///< generation, start, fit, MSEs, losses
    double risk = 0;       ///< regression and expert errors of starts and fits
    Stages stages;         ///< of both
    std::vector<FitRow> rows;
};

/// The kernel alone on data that stand in memory: generation and starts are outside of the time.
double time_sgd(Device& device, Study const& study, Plan const& plan, Reference<float> const& truth)
{
    Curve const& curve = study.curves[0];
    int const n = plan.cells[0].n;
    std::size_t const fits = study.replicates, p = curve.model.layout.size;
    DeviceArray<float> const x(device, fits * n * curve.model.d), y(device, fits * n);
    DeviceArray<float> const theta(device, fits * p);
    std::vector<int> extra(curve.truth.model.k);
    std::iota(extra.begin(), extra.end(), 0);
    DeviceArray<int> const extras(device, extra);
    std::vector<GenerateTask<float>> generate;
    std::vector<StartTask<float>> start;
    std::vector<FitRequest<float>> sgd;
    for (std::size_t r = 0; r < fits; ++r) {
        StreamKey const key = data_key(study, curve, n, static_cast<int>(r));
        float* const x_r = x.data() + r * n * curve.model.d;
        generate.push_back({curve.truth.model, truth.theta.data(), key, Stream::x, n,
                            std::sqrt(curve.noise_variance), x_r, y.data() + r * n, nullptr,
                            nullptr});
        start.push_back({curve.model,
                         curve.truth.model,
                         truth.theta64.data(),
                         key,
                         {0.003, Split::share},
                         extras.data(),
                         static_cast<int>(extra.size()),
                         theta.data() + r * p});
        sgd.push_back({curve.estimator.get(),
                       {curve.model, key, n, x_r, y.data() + r * n, theta.data() + r * p}});
    }
    device.run(generate);
    device.run(start);
    double const begin = now();
    fit(device, sgd);
    return now() - begin;
}

Pass time_pass(Device& device, Study const& study, Plan const& plan, Reference<float> const& truth)
{
    Pass pass;
    pass.sgd = time_sgd(device, study, plan, truth);
    auto const jobs = missing_jobs(study, plan, nullptr);
    ClockedDevice clocked(device);
    double begin = now();
    JobBlock<float> block(
        clocked, study, plan, jobs,
        [&](Curve const&, int, Target) -> Reference<float> const& { return truth; });
    block.fit();
    pass.end_to_end = now() - begin;
    begin = now();
    block.risk();
    pass.risk = now() - begin;
    begin = now();
    pass.rows = block.rows();
    pass.end_to_end += now() - begin;
    pass.stages = clocked.stages;
    return pass;
}

/// Mean over the fits of value(row), with its standard error.
template <class F>
nlohmann::ordered_json mean_of(std::vector<FitRow> const& rows, F const& value)
{
    double sum = 0, squares = 0;
    double const count = static_cast<double>(rows.size());
    for (FitRow const& row : rows)
        sum += value(row);
    double const mean = sum / count;
    for (FitRow const& row : rows)
        squares += (value(row) - mean) * (value(row) - mean);
    return {{"mean", mean}, {"standard_error", std::sqrt(squares / (count - 1) / count)}};
}

/// The study of one row, with as many fits as it shall have.
Study sized_study(Bench const& bench, Case const& setting, int n)
{
    Study const one = case_study(setting, n, 1);
    Plan const plan = make_plan(one);
    MemoryModel memory(one, plan);
    auto const need = memory.of(missing_jobs(one, plan, nullptr)[0]);
    return case_study(
        setting, n,
        bench.fits(setting.fits, bench.memory(), need.points, need.job, fmt::format("n = {}", n)));
}

} // namespace

nlohmann::ordered_json bench_case(Bench const& bench, Case const& setting, int n)
{
    Study const study = sized_study(bench, setting, n);
    Curve const& curve = study.curves[0];
    Plan const plan = make_plan(study);
    Reference<float> const truth =
        reference_of<float>(*bench.device, study, curve, n, Target::truth);
    double const updates = 1.0 * study.replicates * setting.epochs * n;
    double const flops = 8.0 * setting.k * setting.d;
    std::vector<double> ceiling, copy, sgd, whole, ratio, whole_ratio, with_risk;
    PipelineRatio pipeline;
    Pass pass = time_pass(*bench.device, study, plan, truth); // warm: pages, clocks
    for (int round = 0; round < setting.rounds; ++round) {
        double const top = bench.ceiling->product() / flops;
        copy.push_back(bench.ceiling->copy());
        pass = time_pass(*bench.device, study, plan, truth);
        ceiling.push_back(top);
        sgd.push_back(updates / pass.sgd);
        whole.push_back(updates / pass.end_to_end);
        ratio.push_back(sgd.back() / top);
        whole_ratio.push_back(whole.back() / top);
        with_risk.push_back(updates / (pass.end_to_end + pass.risk) / top);
        pipeline.add(pass.stages, pass.end_to_end + pass.risk, top * flops);
    }
    auto const json = [](std::vector<double> const& v) { return to_json(Spread(v)); };
    nlohmann::ordered_json row{
        {"n", n},
        {"fits", study.replicates},
        {"ceiling_updates_per_s", json(ceiling)},
        {"sgd_updates_per_s", json(sgd)},
        {"sgd_ratio", json(ratio)},
        {"end_to_end_updates_per_s", json(whole)},
        {"end_to_end_ratio", json(whole_ratio)},
        {"end_to_end_with_regression_error_ratio", json(with_risk)},
        {"mse", mean_of(pass.rows, [](FitRow const& r) { return r.at(at_fit).mse; })},
        {"descent", mean_of(pass.rows, [](FitRow const& r) {
             return r.at(at_start).mse - r.at(at_fit).mse;
         })}};
    row.update(pipeline.json());
    if (Spread(copy).most > 0)
        row["copy_bytes_per_s"] = json(copy);
    if (setting.with_truth) {
        row["truth"] = measure_to_json(truth.measure);
        row["start"] = {{"scale", curve.start.scale}, {"exponent", curve.start.exponent}};
        row["noise_variance"] = curve.noise_variance;
    }
    return row;
}

} // namespace moerate
