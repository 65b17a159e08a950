#pragma once

/// @file
/// A small study, made-up fits and a folder that goes away, for the tests of store and rates.

#include "host/store/store.h"
#include "host/study/study.h"
#include "tests/support/temp_folder.h"

#include <cmath>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <stdlib.h>
#include <string>

namespace moerate_test
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

using moerate::TempFolder;

/// Two fits on softmax data: "softmax" with k = 3, "sigmoid" with k = 3; d = 2, k* = 2.
inline std::string study_text()
{
    return R"(spec_version = 1
[study]
id = "tiny"
title = "A tiny study"
seed = 7
replicates = 4
n = [100, 1000]
[data]
d = 2
noise_variance = 0.01
[truth]
gate = { score = "linear", normalizer = "softmax" }
expert = { form = "ridge", activation = "relu" }
experts = 2
draw = { gate_variance = 0.1, expert_variance = 1.0 }
[estimator]
kind = "sgd"
epochs = 2
[[fit]]
label = "softmax"
gate = { score = "linear", normalizer = "softmax" }
experts = 3
loss = ["softmax.L1", { name = "softmax.L2r", r = 1 }]
reported_slope = -0.2
theory = -0.5
[[fit]]
label = "sigmoid"
gate = { score = "linear", normalizer = "sigmoid" }
experts = 3
loss = "sigmoid.D3"
)";
}

/// The study with `settings` as of --set.
inline moerate::Study tiny_study(std::vector<std::string> const& settings = {})
{
    return moerate::parse_study(study_text(), "tiny.toml", settings);
}

/// A loss as the study asks for it, with value v at the fit and twice that at the start.
inline moerate::LossRow loss_row(moerate::LossSpec const& spec, std::string const& at, double v)
{
    moerate::LossRow row;
    row.key = moerate::loss_key(spec, at);
    row.record.value = at == "start" ? 2 * v : v;
    row.record.mass = 0.25 * row.record.value;
    row.record.over = 0.5 * row.record.value;
    row.record.exact = 0.25 * row.record.value;
    row.record.missed = 0;
    row.record.exact_gate = none;
    row.record.empty = 0;
    row.cell = {0, 1, 1};
    return row;
}

/// A fit of `curve` whose losses are all v.
inline moerate::FitRow fit_row(moerate::Study const& study, moerate::Curve const& curve, int n,
                               int replicate, double v)
{
    moerate::FitRow fit;
    fit.cell = moerate::cell_row(study, curve, n).id;
    fit.replicate = replicate;
    fit.mse_truth = 0.01;
    moerate::Point &start = fit.at(moerate::at_start), &end = fit.at(moerate::at_fit);
    start.mse = 0.5;
    end.mse = 0.01 + v;
    bool const reference = curve.label != "sigmoid";
    fit.admissible = moerate::admissible(fit, reference);
    fit.excess = reference ? n * v / 0.01 : none;
    start.risk = {0.3, 0.2, none, 0.1, 0.25, 0.15, 0.003};
    end.risk = {v / 3, v / 2, none, v / 4, v / 5, v / 6, v / 300};
    fit.moved = 0.7;
    fit.facts.iterations = 2;
    fit.facts.seconds = 0.125;
    for (int i = 0; i < curve.model.layout.size; ++i) {
        start.theta.push_back(1.0 / (i + 1));
        end.theta.push_back(-1.0 / (i + 3));
    }
    for (moerate::LossSpec const& loss : curve.losses)
        for (moerate::Point& point : fit.points)
            point.losses.push_back(loss_row(loss, point.at, v));
    return fit;
}

/// Registers all cells of a study.
inline void add_cells(moerate::Store& store, moerate::Study const& study)
{
    std::vector<moerate::CellRow> cells;
    for (moerate::Curve const& curve : study.curves)
        for (int const n : study.n)
            cells.push_back(moerate::cell_row(study, curve, n));
    store.add_cells(cells);
}

} // namespace moerate_test
