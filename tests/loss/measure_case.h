#pragma once

/// @file
/// Small measures written down by hand or drawn, and one loss of a pair of them, on one lane or
/// many.

#include "host/measure/measure_json.h"
#include "kernels/family/losses.h"
#include "kernels/loss/loss_api.h"
#include "kernels/model/layout.h"
#include "kernels/spec/lookup.h"
#include "tests/support/backend.h"

#include <catch2/catch.hpp>

#include <cstddef>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace moerate
{

constexpr double ln2 = 0.69314718055994530942, ln3 = 1.09861228866810969140;

/// To some roundings of numbers that are written down.
inline Catch::Detail::Approx near(double value)
{
    return Catch::Detail::Approx(value).epsilon(1e-14).margin(1e-15);
}

/// An atom of linear score and ridge expert.
struct Atom
{
    std::vector<double> w;
    double b;
    std::vector<double> a;
    double b_expert;
};

/// The measure of these atoms; `normalizer` by name.
Measure measure_of(std::string_view normalizer, std::vector<Atom> const& atoms,
                   double temperature = 1.0);

/// k atoms in d dimensions, every parameter N(0, sd^2) around the atom's place in `around`
/// (atom i at i mod its size), or around 0.
std::vector<Atom> drawn_atoms(std::mt19937_64& random, int d, int k, double sd,
                              std::vector<Atom> const& around = {});

/// A gate by names.
GateSpec gate_of(std::string_view score, std::string_view normalizer, bool learned = false);

/// An expert by name; a loss against one measure does not read its activation.
ExpertSpec expert_of(std::string_view form);

/// A measure with its parameters in layout order, block by block, and in a block atom by atom.
Measure measure_with(Model const& model, std::vector<double> theta);

/// A hierarchical measure of linear scores and ridge experts, one input. Layout order: kappa, nu
/// (by atom), omega, beta (by group), a, b.
Model grouped_model(std::vector<int> const& group_of, int groups, int d = 1,
                    double temperature = 1.0);

/// Every parameter N(0, sd^2) around `around` (around 0 where empty); a temperature 1 + that.
Measure drawn_around(std::mt19937_64& random, Model const& model, double sd,
                     std::vector<double> const& around = {});

/// A loss with its cells.
struct Measured
{
    LossRecord record;
    std::vector<int> cell;
};

/// The loss called `name` on `lanes` of a Backend, of parameters in float64, or in float32 whose
/// numbers are then rounded first.
template <class Real = double>
Measured measure_loss(Measure const& fitted, Measure const& truth, std::string_view name,
                      Gauge gauge = Gauge::none, double r = 1.0, int lanes = 0,
                      Against against = Against::measure);

} // namespace moerate
