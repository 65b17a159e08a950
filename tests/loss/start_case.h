#pragma once

/// @file
/// A starting point as a test asks for it.

#include "kernels/rng/draws.h"
#include "kernels/rng/philox.h"
#include "kernels/rng/start_index.h"
#include "kernels/start/start_api.h"
#include "tests/loss/measure_case.h"

namespace moerate
{

/// Softmax and the like over linear scores, ridge experts.
inline Model model_of(char const* normalizer, int d, int k)
{
    GateSpec gate;
    gate.normalizer = find<Normalizers>(normalizer);
    return make_model(gate, {}, d, k);
}

/// Atoms of masses 1 and 4.
inline std::vector<Atom> const two = {{{1}, 0, {3}, 5}, {{2}, 2 * ln2, {4}, 6}};

/// A start as a test asks for it.
struct Wish
{
    std::vector<int> extra;
    StartSettings settings;
    StreamKey key = {12, 34, 0, 1000};
};

/// The starting point on `lanes` of a Backend. Real: float, double.
template <class Real = double>
std::vector<Real> start(Model const& model, Measure const& target, Wish const& wish, int lanes = 0);

/// The parameters of (part, name), [rows][width].
template <class Real>
std::vector<Real> block_of(Model const& model, std::vector<Real> const& theta, char part,
                           char const* name)
{
    Block const* const block = find_block(model.layout, parameter_id(part, name));
    REQUIRE(block != nullptr);
    auto const begin = theta.begin() + block->offset;
    return {begin, begin + block->rows * block->width};
}

} // namespace moerate
