#pragma once

/// @file
/// What the parts of tools/bench share.

#include "host/device/device.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace moerate
{

/// Seconds of a steady clock.
double now();

/// Flop/s of one 2048^3 single-precision matrix product by OpenBLAS on `threads` threads.
double sgemm_flops(int threads);

/// Median and extremes.
struct Spread
{
    double median, least, most;
    explicit Spread(std::vector<double> values);
};

/// {"median", "min", "max"}.
nlohmann::ordered_json to_json(Spread const& spread);

/// SGD alone of one model for each member of the families, each against the ceiling of its own
/// flops, 4 k (|phi_gate| + |phi_expert|) a sample-update (design.md 7).
nlohmann::ordered_json bench_families(Device& device, int k, int batch, int fits, int rounds);

/// The rows of bench_families for people.
std::string families_table(nlohmann::ordered_json const& rows);

} // namespace moerate
