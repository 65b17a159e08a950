#pragma once

/// @file
/// Where each block of a model's parameters stands in the JSON of a mixing measure, and its shape
/// there. Both follow from the layout, so a new score or expert form needs nothing here.

#include "kernels/model/model.h"

namespace moerate
{

/// Where a block's rows stand in the document.
enum class Part
{
    gate,        ///< atoms[i].gate
    expert,      ///< atoms[i].expert
    shared,      ///< shared
    group,       ///< groups[i]
    temperature, ///< temperature
};

/// Part that holds a block, by its role.
inline Part part_of(Block const& block)
{
    switch (block.role) {
    case Role::location:
    case Role::bias:
        return Part::gate;
    case Role::temperature:
        return Part::temperature;
    case Role::shared:
        return Part::shared;
    case Role::group_location:
    case Role::group_bias:
        return Part::group;
    default:
        return Part::expert;
    }
}

/// Rows and columns of one row of a block as JSON nests it; 0 for a level that is not there.
struct Shape
{
    int rows;    ///< 0: one number
    int columns; ///< 0: a list of numbers
};

/// How one row of a block is nested.
inline Shape shape_of(Model const& model, Block const& block)
{
    switch (block.extent) {
    case Extent::one:
        return {0, 0};
    case Extent::d:
        return {model.d, 0};
    case Extent::r:
        return {model.gate.rank, 0};
    case Extent::d_d:
        return {model.d, model.d};
    case Extent::r_d:
        return {model.gate.rank, model.d};
    }
    return {0, 0};
}

/// Whether a model has blocks of a part.
inline bool has_part(Layout const& layout, Part part)
{
    for (int b = 0; b < layout.blocks; ++b)
        if (part_of(layout.block[b]) == part)
            return true;
    return false;
}

} // namespace moerate
