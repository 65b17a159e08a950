#pragma once

/// @file
/// Derivatives of a mixture by its parameters as functions of x: the families whose linear
/// independence the papers' theorems ask for.

#include "host/core/matrix.h"
#include "host/measure/measure_json.h"

#include <string>
#include <vector>

namespace moerate
{

class Device;

/// A family of functions at samples, a column a function.
struct FunctionFamily
{
    std::vector<std::string> names; ///< "F_1", "dF_1/dw[1]", "d2F_1/dw[1]db_e"
    std::vector<int> order;         ///< [columns] 0, 1, 2
    std::vector<int> atom;          ///< [columns] whose function it is, -1: of all
    DenseMatrix values;             ///< [samples][columns]
    int dropped = 0; ///< samples left out: a kink or a change of experts lies next to them
};

/// df/dz by all coordinates at the measure, with the mixture's own normalisation: what exact
/// specification needs. `x` [n][d].
FunctionFamily first_derivatives(Device& device, Measure const& measure,
                                 std::vector<double> const& x);

/// F_i, dF_i and d2F_i by the gate's location and the expert's parameters of every atom: what
/// over-specified fits need (002, 003, 004: Definition 1). F_i is what atom i adds to the numerator
/// of f, in units of the mixture's denominator at the measure: exp(s_i) h_i / sum_j exp(s*_j) for
/// softmax, topk (0 where i is not among the K) and the members of a group; g_i h_i for sigmoid.
/// Throws UsageError where an atom has nothing to compete with (softmax of one).
FunctionFamily second_derivatives(Device& device, Measure const& measure,
                                  std::vector<double> const& x);

/// What a coordinate is called: w[1], A[1,2], b, a[2], b_e, lambda, T; with `atom` also of which
/// atom, w_1[2].
std::string coordinate_name(Model const& model, int coordinate, bool atom);

} // namespace moerate
