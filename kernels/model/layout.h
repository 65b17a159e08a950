#pragma once

/// @file
/// Builds a model's parameter layout from what its score and expert form declare.

#include "kernels/family/experts.h"
#include "kernels/family/scores.h"

#include <stdexcept>

MOE_BEGIN_ISA

/// Numbers a parameter of the given extent has for one atom.
constexpr int extent_of(Extent extent, int d, int rank)
{
    switch (extent) {
    case Extent::one:
        return 1;
    case Extent::d:
        return d;
    case Extent::d_d:
        return d * d;
    case Extent::r:
        return rank;
    case Extent::r_d:
        return rank * d;
    }
    return 0;
}

/// FNV-1a of part and name; the identity of a parameter in the random streams.
MOE_HD constexpr std::uint32_t parameter_id(char part, char const* name)
{
    std::uint32_t hash = (2166136261u ^ static_cast<std::uint32_t>(part)) * 16777619u;
    for (; *name != 0; ++name)
        hash = (hash ^ static_cast<std::uint32_t>(*name)) * 16777619u;
    return hash;
}

/// Appends one block to the layout. `part` is 'g' for the gate, 'e' for the expert.
inline void append(Layout& layout, char part, Parameter const& p, int rows, int width)
{
    if (layout.blocks == Layout::max_blocks)
        throw std::length_error("a model has more parameter blocks than Layout::max_blocks");
    Block& block = layout.block[layout.blocks++];
    for (int i = 0; i < 8; ++i)
        block.name[i] = p.name[i];
    block.id = parameter_id(part, p.name);
    block.role = p.role;
    block.offset = layout.size;
    block.rows = rows;
    block.width = width;
    block.extent = p.extent;
    layout.size += rows * width;
}

/// A model of k atoms in d dimensions with its layout. Host only.
inline Model make_model(GateSpec const& gate, ExpertSpec const& expert, int d, int k,
                        int groups = 0, double temperature = 1.0)
{
    Model model{gate, expert, d, k, groups, temperature, {}};
    auto const add = [&](char part, auto const& parameters) {
        for (Parameter const& p : parameters)
            append(model.layout, part, p, p.role == Role::shared ? 1 : k,
                   extent_of(p.extent, d, gate.rank));
    };
    visit(Scores{}, gate.score, [&](auto score) { add('g', score.parameters); });
    if (gate.learned_temperature != 0)
        append(model.layout, 't', {"T", Role::temperature, Extent::one}, 1, 1);
    model.layout.expert_begin = model.layout.blocks;
    visit(Experts{}, expert.form, [&](auto form) { add('e', form.parameters); });
    return model;
}

MOE_END_ISA
