#pragma once

/// @file
/// Where each block of a model's parameters stands in the JSON of a mixing measure, and its shape
/// there. Both follow from the layout, so a new score or expert form needs nothing here.

#include "kernels/spec/model.h"

namespace moerate
{

/// Where a block's rows stand in the document.
enum class Section
{
    gate,        ///< atoms[i].gate
    expert,      ///< atoms[i].expert
    shared,      ///< shared
    group,       ///< groups[i]
    temperature, ///< temperature
};

/// Part that holds a block, by its role.
inline Section section_of(Block const& block)
{
    switch (block.role) {
    case Role::location:
    case Role::bias:
        return Section::gate;
    case Role::temperature:
        return Section::temperature;
    case Role::shared:
        return Section::shared;
    case Role::group_location:
    case Role::group_bias:
        return Section::group;
    default:
        return Section::expert;
    }
}

/// Rows and columns of one row of a block as JSON nests it; 0 for a level that is not there.
struct Nesting
{
    int rows;    ///< 0: one number
    int columns; ///< 0: a list of numbers
};

/// How one row of a block is nested.
inline Nesting nesting_of(Model const& model, Block const& block)
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
inline bool has_section(Layout const& layout, Section section)
{
    for (int b = 0; b < layout.blocks; ++b)
        if (section_of(layout.block[b]) == section)
            return true;
    return false;
}

} // namespace moerate
