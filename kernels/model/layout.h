#pragma once

/// @file
/// Builds a model's parameter layout from what its score and expert form declare.

#include "kernels/core/expect.h"
#include "kernels/family/experts.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"
#include "kernels/model/limits.h"
#include "kernels/spec/features.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

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

/// Rows of a parameter with this role.
inline int rows_of(Role role, int k, int groups)
{
    bool const grouped = role == Role::group_location || role == Role::group_bias;
    return role == Role::shared ? 1 : grouped ? groups : k;
}

/// Sizes that a model would have, none of which needs the model. d, k and rank are at most
/// largest_size. Host only.
inline std::array<SizeLimit, 4> size_limits(GateSpec const& gate, ExpertSpec const& expert, int d,
                                            int k, int groups)
{
    std::int64_t theta = gate.learned_temperature, widest = 0;
    unsigned gate_set = 0, expert_set = 0;
    auto const count = [&](auto const& parameters) {
        for (Parameter const& p : parameters) {
            std::int64_t const width = extent_of(p.extent, d, gate.rank);
            theta += rows_of(p.role, k, groups) * width;
            widest = std::max(widest, width);
        }
    };
    visit(Scores{}, gate.score, [&](auto score) {
        count(score.parameters);
        gate_set = score.features;
    });
    visit(Normalizers{}, gate.normalizer, [&](auto normalizer) { count(normalizer.parameters); });
    visit(Experts{}, expert.form, [&](auto form) {
        count(form.parameters);
        expert_set = form.features;
    });
    std::int64_t const row = features_size(gate_set, d) + most_padding;
    std::int64_t const expert_row = features_size(expert_set, d) + most_padding;
    std::int64_t const all = lay_out(gate_set, expert_set, d, 0, most_padding).total;
    // The last of 2^16 indices of random streams is of four numbers (start_index.h).
    return {
        {{"parameters", "indices reach", theta, most_indexed, "lower d or use fewer experts"},
         {"numbers an atom in one parameter", "random streams index", widest, 1 << 18, "lower d"},
         {"numbers in its linear maps", "indices reach", (k + groups) * row + k * expert_row,
          most_indexed, "lower d or use fewer experts"},
         {"features of a chunk of samples", "indices reach", chunk * (all + most_padding),
          most_indexed, "lower d"}}};
}

/// A model of k atoms in d dimensions with its layout. `group_of` [k] names the group (0-based) of
/// each atom of a hierarchical model. Host only. Throws std::length_error beyond the model's
/// limits, so that all indices into a model that exists fit in an int.
inline Model make_model(GateSpec const& gate, ExpertSpec const& expert, int d, int k,
                        int const* group_of = nullptr, int groups = 0, double temperature = 1.0)
{
    if (std::max({d, k, gate.rank}) > largest_size)
        throw std::length_error("d, k or the rank of a model is above largest_size");
    for (SizeLimit const& size : size_limits(gate, expert, d, k, groups))
        if (!size.holds())
            throw std::length_error("a model has too many " + std::string(size.name));
    Model model{gate, expert, d, k, groups, temperature, {}, {}};
    if (groups > 0 && k > Model::max_grouped)
        throw std::length_error("a hierarchical model has more atoms than Model::max_grouped");
    for (int i = 0; groups > 0 && i < k; ++i) {
        MOE_EXPECT(0 <= group_of[i] && group_of[i] < groups);
        model.group_of[i] = static_cast<std::uint8_t>(group_of[i]);
    }
    auto const add = [&](char part, auto const& parameters) {
        for (Parameter const& p : parameters)
            append(model.layout, part, p, rows_of(p.role, k, groups),
                   extent_of(p.extent, d, gate.rank));
    };
    visit(Scores{}, gate.score, [&](auto score) { add('g', score.parameters); });
    visit(Normalizers{}, gate.normalizer,
          [&](auto normalizer) { add('p', normalizer.parameters); });
    if (gate.learned_temperature != 0)
        append(model.layout, 't', {"T", Role::temperature, Extent::one}, 1, 1);
    model.layout.expert_begin = model.layout.blocks;
    visit(Experts{}, expert.form, [&](auto form) { add('e', form.parameters); });
    return model;
}

MOE_END_ISA
