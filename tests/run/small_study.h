#pragma once

/// @file
/// A study of a second or less, and what tests of runs share.

#include "host/device/device.h"
#include "host/store/store.h"
#include "host/study/study.h"
#include "tests/support/temp_folder.h"

#include <cstring>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

namespace small
{

inline char const* text = R"(
spec_version = 1
[study]
id = "small"
title = "A study of the tests"
seed = 7
replicates = 4
n = [64, 100, 256]
regression_samples = 300
[data]
d = 3
noise_variance = 0.01
[truth]
gate = { score = "linear", normalizer = "softmax" }
expert = { form = "ridge", activation = "relu" }
experts = 2
draw = { gate_variance = 1.0, expert_variance = 1.0, zero_gate = [2], zero = "location" }
[estimator]
kind = "sgd"
epochs = 3
learning_rate = 0.1
batch = 32
[[fit]]
label = "softmax"
gate = { score = "linear", normalizer = "softmax" }
experts = 3
loss = "softmax.L1"
[[fit]]
label = "sigmoid"
gate = { score = "linear", normalizer = "sigmoid" }
experts = 3
loss = "sigmoid.D3"
)";

inline moerate::Study study(std::vector<std::string> const& settings = {})
{
    return moerate::parse_study(text, "small.toml", settings);
}

using Folder = moerate::TempFolder;

inline bool same(double a, double b)
{
    return std::memcmp(&a, &b, sizeof a) == 0;
}

inline bool same(std::vector<double> const& a, std::vector<double> const& b)
{
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

inline bool same(moerate::RiskRecord const& a, moerate::RiskRecord const& b)
{
    return std::memcmp(&a, &b, sizeof a) == 0;
}

inline bool same(moerate::LossRow const& a, moerate::LossRow const& b)
{
    return !(a.key < b.key) && !(b.key < a.key) && a.cell == b.cell &&
           same(a.record.value, b.record.value) && same(a.record.mass, b.record.mass) &&
           same(a.record.over, b.record.over) && same(a.record.exact, b.record.exact) &&
           same(a.record.missed, b.record.missed) && a.record.empty == b.record.empty;
}

inline bool same(moerate::Point const& a, moerate::Point const& b)
{
    return a.at == b.at && same(a.theta, b.theta) && same(a.mse, b.mse) && same(a.risk, b.risk) &&
           std::equal(a.losses.begin(), a.losses.end(), b.losses.begin(), b.losses.end(),
                      [](auto const& p, auto const& q) { return same(p, q); });
}

/// Whether two fits are the same to the last bit, apart from the time they took.
inline bool same(moerate::FitRow const& a, moerate::FitRow const& b)
{
    return a.cell == b.cell && a.replicate == b.replicate && a.status == b.status &&
           same(a.mse_truth, b.mse_truth) && same(a.excess, b.excess) && same(a.moved, b.moved) &&
           a.admissible == b.admissible && a.certified == b.certified &&
           a.empty == b.empty && a.facts.iterations == b.facts.iterations &&
           std::equal(a.points.begin(), a.points.end(), b.points.begin(), b.points.end(),
                      [](auto const& p, auto const& q) { return same(p, q); });
}

/// All fits of a store in the order of its cells.
inline std::vector<moerate::FitRow> all_fits(moerate::Store const& store)
{
    std::vector<moerate::FitRow> rows;
    for (moerate::CellRow const& cell : store.cells()) {
        std::vector<moerate::FitRow> const fits = store.fits(cell.id, true);
        rows.insert(rows.end(), fits.begin(), fits.end());
    }
    return rows;
}

} // namespace small
