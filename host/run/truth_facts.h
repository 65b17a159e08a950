#pragma once

/// @file
/// What a drawn truth is like: facts that decide how hard its atoms are to find, and that no
/// experiment file states.

#include "host/device/device.h"
#include "host/study/study.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace moerate
{

/// One true atom. Means are over x ~ Uniform([-1, 1]^d).
struct AtomFacts
{
    double response;   ///< |g_j h_j| in L2, in units of y
    double weight;     ///< mean of g_j
    double active;     ///< share of x where g_j h_j is not 0: below 1 for kinked experts and topk
    double separation; ///< to the nearest other atom, in what Voronoi cells are made of: gate
                       ///< locations (forms by their symmetric part) and expert parameters
};

struct TruthFacts
{
    std::vector<std::string> labels; ///< curves whose data come from it
    int number = 1;                  ///< which of the study's truths
    std::vector<AtomFacts> atoms;
    /// What the gates' dependence on x carries, ||sum_j (g_j - mean g_j) h_j|| in L2, in units of y:
    /// at n samples gates show where n times its square is well above sigma^2 times their number of
    /// parameters.
    double gates = 0;
    int parameters = 0; ///< of the truth's own family and size
    int rank = 0;       ///< of E[J^T J], J = df*/dz at the truth, z theta without the antisymmetric
                        ///< parts of forms; the rest are flat directions
    /// The rank-th largest eigenvalue of E[J^T J]: exact least squares of n samples has a standard
    /// deviation of about sigma / sqrt(n eigenvalue) along its direction.
    double smallest_eigenvalue = 0;
};

/// Samples that the facts are means over; relative errors of means are some 1/100.
constexpr int truth_samples = 10000;

/// The largest truths that have facts: a spectrum takes p^3 flops, a second or so at this p.
constexpr int most_fact_parameters = 1000;

/// One for each different truth of a study, in the order of its curves, without those of more than
/// most_fact_parameters. Throws DeviceError.
std::vector<TruthFacts> truth_facts(Device& device, Study const& study);

/// The facts as tables.
std::string facts_text(std::vector<TruthFacts> const& truths);
/// The facts as `plan --json` has them.
nlohmann::ordered_json facts_json(std::vector<TruthFacts> const& truths);

} // namespace moerate
