#pragma once

/// @file
/// The true parameters of a study's curve.

#include "host/measure/measure_json.h"
#include "host/study/study.h"

#include <string>
#include <vector>

namespace moerate
{

/// Parameters of the curve's truth at n, float64: those of its file, or drawn as N(0, v_g) for the
/// gate and N(0, v_e) for the experts from the stream `truth`. Every number has its own place in
/// the stream, keyed by parameter name, atom and component, so that a further atom or parameter
/// leaves the others as they are. Zeroed atoms get gate parameters 0 (the bias only if
/// draw.zero_bias). Where the truth has a path, these are its base, and the point of it at n is
/// returned.
std::vector<double> true_parameters(Study const& study, Curve const& curve, int n);

/// The same with its model.
Measure true_measure(Study const& study, Curve const& curve, int n);

/// Parameter i of the point of a path at n, where its base has `base`.
double on_path(TruthPath const& path, int n, std::size_t i, double base);

/// The files that a truth is given by.
std::vector<std::string> files_of(TruthSpec const& truth);

/// Adds the curves of the second truth and further ones after those of the first, where
/// study.truths asks for some. Throws UsageError, which begins with `place`, where a truth is
/// given.
void repeat_over_truths(Study& study, std::string const& place);

} // namespace moerate
