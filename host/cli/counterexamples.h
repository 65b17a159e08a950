#pragma once

/// @file
/// Measures that have a truth's f and a loss that is not 0, written for `eval` and `loss`.

#include "host/device/device.h"
#include "host/measure/measure_json.h"
#include "kernels/loss/loss_api.h"

#include <string>
#include <vector>

namespace moerate
{

struct Counterexample
{
    Measure measure, truth;
    std::string loss;
    double r;
    Gauge gauge;
};

/// Makes the folder before counterexamples are looked for, and refuses one that has such files,
/// unless `force`, and always where one of them is of `inputs`, the files that the command reads;
/// nothing for an empty name. Throws UsageError.
void check_counterexamples(std::string const& folder, bool force,
                           std::vector<std::string> const& inputs);

/// Writes into the folder: counterexample-1.json, ..., each a measure; eval.json
/// and loss.json, the cases of both commands, with inputs and the truth's f, that confirm them.
/// Throws UsageError where a file exists, unless `force`.
void write_counterexamples(std::string const& folder, bool force, Device& device,
                           std::vector<Counterexample> const& found);

} // namespace moerate
