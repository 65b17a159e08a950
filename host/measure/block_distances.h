#pragma once

/// @file
/// How far the fitted atoms lie from their true ones, block by block of their parameters: what the
/// theorems' rates by block speak of (001 Table 1). docs/losses.md has the formula.

#include "host/measure/measure_json.h"
#include "kernels/loss/loss_api.h"

#include <optional>
#include <string>
#include <vector>

namespace moerate
{

/// A block of parameters, and with which powers the loss has it: where the loss falls as n^-s, the
/// block's distance in a cell falls as n^(-s / power).
struct LossBlock
{
    std::string name; ///< its path in the JSON of a measure: "gate.w", "expert.a"; "mass"
    double over = 0;  ///< in the largest over cell that k - k* extra atoms can make; 0: no term, or
                      ///< no extra atom
    double exact = 0;
};

/// The blocks of a loss, groups of a hierarchical model first, masses last at each level; none for
/// losses against a set of measures (Against::set), which have no true atom each.
std::vector<LossBlock> loss_blocks(Model const& fitted, Model const& truth,
                                   LossChoice const& choice);

/// The distance of one block; none where the measure has no such cell.
struct BlockDistance
{
    std::optional<double> over;  ///< cells of several atoms
    std::optional<double> exact; ///< cells of one atom
};

/// One of each of loss_blocks, of the atoms as the gauge has moved them and in the loss's cells:
///
///   max_j sum_{i in A_j} v_i |Delta_ij B| / sum_{i in A_j} v_i,
///
/// j over the over, the exact cells, v_i = m_i where the loss weighs its terms by masses, else 1;
/// of a mass |sum_{i in A_j} m_i - m*_j|. Members of a hierarchical model: over the cells inside of
/// every fitted group.
std::vector<BlockDistance> block_distances(Measure const& fitted, Measure const& reference,
                                           LossChoice const& choice);

} // namespace moerate
