#pragma once

/// @file
/// The box that least squares keeps parameters in.

#include "host/measure/reader.h"
#include "kernels/spec/model.h"

#include <map>
#include <string>
#include <vector>

namespace moerate
{

/// |theta| <= B for each parameter, with a B of its own for each block (named alike in gate and
/// expert, or of one of them: { b = 2, gate = { b = 1 } }); 1 / B <= T <= B for a
/// learned temperature.
class Box
{
public:
    /// |theta| <= 10, 1/10 <= T <= 10.
    Box() = default;
    /// Reads box, a number or a table of numbers by the blocks' names, box_temperature and
    /// box_lambda. Throws UsageError.
    explicit Box(Reader& reader);

    /// Words for `moerate check`: "|theta| <= 10, w 5, T in [1/10, 10]".
    std::string text() const;
    /// All bounds by the keys of the experiment file.
    nlohmann::json settings() const;

    /// Bounds by coordinate (kernels/lse/coordinates.h).
    struct Bounds
    {
        std::vector<double> lower, upper; ///< [p]
    };
    Bounds bounds(Model const& model) const;

    /// The coordinate of theta [layout.size] that is furthest out of the box, as a share of its
    /// bound and where what f does not depend on is centred: "|b| = 2.4 of atom 1 where the box
    /// ends at 2". Empty: no coordinate is.
    std::string outside(Model const& model, std::vector<double> const& theta) const;

private:
    /// Reads the bounds that a table names: of all blocks, or those of a part ("gate", "expert").
    void read_blocks(Reader& table, char const* part);
    double most(Block const& block) const;

    double most_ = 10;                     ///< of blocks that have none of their own
    std::map<std::string, double> blocks_; ///< by name, "b" or "gate.b", which goes before
    double temperature_ = 10;
    double lambda_ = 10;
};

} // namespace moerate
