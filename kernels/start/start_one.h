#pragma once

/// @file
/// One starting point near a target measure, the algorithm of all backends (spec.md 3).
/// Random numbers: stream `start`, key of the data, indices of kernels/rng/start_index.h.

#include "kernels/core/expect.h"
#include "kernels/family/normalizers.h"
#include "kernels/rng/draws.h"
#include "kernels/rng/philox.h"
#include "kernels/rng/start_index.h"
#include "kernels/spec/lookup.h"
#include "kernels/start/start_api.h"

MOE_BEGIN_ISA

/// Whether atoms start group by group: both sides are hierarchical.
template <class Real>
MOE_HD bool start_by_group(StartTask<Real> const& task)
{
    return task.model.groups > 0 && task.target.groups > 0;
}

/// True group that a fitted group starts at: itself, for one more than the target has, group mod
/// groups*.
template <class Real>
MOE_HD int source_group(StartTask<Real> const& task, int group)
{
    return group % task.target.groups;
}

/// Atoms with a smaller index than i in i's group.
MOE_HD inline int place_in_group(Model const& model, int i)
{
    int place = 0;
    for (int other = 0; other < i; ++other)
        place += model.group_of[other] == model.group_of[i] ? 1 : 0;
    return place;
}

/// Where a fitted atom starts.
struct StartSource
{
    int atom;   ///< true atom
    bool extra; ///< beside another fitted atom that starts there
};

/// Member of `extra` (of the wanted group, if `by_group`) that the draw of fitted atom i points at,
/// floor(word * members / 2^32); -1 if there is none.
template <class Real>
MOE_HD int drawn_source(StartTask<Real> const& task, int i, bool by_group, int group)
{
    auto const wanted = [&](int e) {
        return !by_group || task.target.group_of[task.extra[e]] == group;
    };
    std::uint64_t members = 0;
    for (int e = 0; e < task.extras; ++e)
        members += wanted(e) ? 1 : 0;
    if (members == 0)
        return -1;
    Words const words = philox(task.key, Stream::start, start_place_index(i));
    std::uint64_t left = words.w[0] * members >> 32;
    for (int e = 0; e < task.extras; ++e) {
        MOE_EXPECT(0 <= task.extra[e] && task.extra[e] < task.target.k);
        if (wanted(e) && left-- == 0)
            return task.extra[e];
    }
    return -1;
}

/// True atom that fitted atom i starts at: i itself, for an extra one a uniform member of
/// task.extra. With no such list nothing is drawn: i mod k*. In hierarchical models i counts within
/// its group, and an extra atom takes a member of the list, or else an atom of the true group in
/// turn.
template <class Real>
MOE_HD StartSource start_source(StartTask<Real> const& task, int i)
{
    if (!start_by_group(task)) {
        if (i < task.target.k)
            return {i, false};
        int const drawn = drawn_source(task, i, false, 0);
        return {drawn >= 0 ? drawn : i % task.target.k, true};
    }
    int const group = source_group(task, task.model.group_of[i]);
    int const place = place_in_group(task.model, i);
    int members = 0;
    for (int j = 0; j < task.target.k; ++j)
        members += task.target.group_of[j] == group ? 1 : 0;
    if (place >= members) {
        int const drawn = drawn_source(task, i, true, group);
        if (drawn >= 0)
            return {drawn, true};
    }
    int left = place % (members > 0 ? members : 1);
    for (int j = 0; j < task.target.k; ++j) {
        if (task.target.group_of[j] == group && left-- == 0)
            return {j, place >= members};
    }
    return {0, true}; // the true group is empty
}

/// Fitted atoms that share the mass of true atom j with fitted atom i: all that start there, in i's
/// group.
template <class Real>
MOE_HD int atoms_at(StartTask<Real> const& task, int i, int j)
{
    int count = 0;
    for (int other = 0; other < task.model.k; ++other) {
        bool const together =
            !start_by_group(task) || task.model.group_of[other] == task.model.group_of[i];
        count += together && start_source(task, other).atom == j ? 1 : 0;
    }
    return count;
}

/// Fitted groups that start at the same true group as `group`.
template <class Real>
MOE_HD int groups_at(StartTask<Real> const& task, int group)
{
    int count = 0;
    for (int other = 0; other < task.model.groups; ++other)
        count += source_group(task, other) == source_group(task, group) ? 1 : 0;
    return count;
}

/// T that the fitted model starts with: the target's where both learn it, 1 where only the fit
/// does, else the fit's fixed one.
template <class Real>
MOE_HD double start_temperature(StartTask<Real> const& task)
{
    if (task.model.gate.learned_temperature == 0)
        return task.model.temperature;
    return trained_temperature(task.target.layout, task.theta_target, 1.0);
}

/// Bias b of one of `count` atoms that share the mass of an atom with bias b_j: m = m_j / count
/// with m of the fitted normalizer.
template <class Real>
MOE_HD double start_bias(StartTask<Real> const& task, double bias, int count)
{
    if (count == 1)
        return bias;
    double shared = bias;
    visit(Normalizers{}, task.model.gate.normalizer, [&](auto normalizer) {
        shared = shared_bias(decltype(normalizer)::mass, bias, count, start_temperature(task));
    });
    return shared;
}

/// What a parameter that the target lacks starts from: T and lambda from 1, all else from 0.
MOE_HD inline double start_default(Role role)
{
    return role == Role::temperature || role == Role::expert_scale ? 1.0 : 0.0;
}

/// Whether a parameter has one row an atom (else it is shared or has one a group).
MOE_HD inline bool of_atom(Role role)
{
    return of_expert(role) || role == Role::location || role == Role::bias;
}

/// Whether a parameter has one row a group.
MOE_HD inline bool of_group(Role role)
{
    return role == Role::group_location || role == Role::group_bias;
}

/// Component `at` of row `row` of a fitted block, before the noise; `source` is the target's block
/// of the same id or null. What the target lacks starts from its default, and shares mass as the
/// rest does.
template <class Real>
MOE_HD double start_value(StartTask<Real> const& task, Block const& block, Block const* source,
                          int row, int at)
{
    StartSource from{row, false};
    if (of_atom(block.role))
        from = start_source(task, row);
    else if (of_group(block.role) && start_by_group(task))
        from = {source_group(task, row), row >= task.target.groups};
    if (from.extra && of_expert(block.role) && task.settings.split == Split::null)
        return 0;
    bool const known = source != nullptr && at < source->width;
    double const value = known ? task.theta_target[source->offset + from.atom * source->width + at]
                               : start_default(block.role);
    if (task.settings.split != Split::share)
        return value;
    if (block.role == Role::bias)
        return start_bias(task, value, atoms_at(task, row, from.atom));
    if (block.role == Role::group_bias && start_by_group(task))
        return start_bias(task, value, groups_at(task, row));
    return value;
}

/// A start value with its noise. A temperature stays positive: noise leaves at least a tenth of it.
template <class Real>
MOE_HD double noisy(StartTask<Real> const& task, Role role, double value, double z)
{
    constexpr double least_share = 0.1;
    double const moved = value + task.settings.noise_sd * z;
    return role == Role::temperature && !(moved > least_share * value) ? least_share * value
                                                                       : moved;
}

/// Writes task.theta. Needs no working memory; every number is made by one lane on its own.
template <class Real, class Lanes>
MOE_HD void start_one(Lanes lanes, StartTask<Real> const& task)
{
    for (int b = 0; b < task.model.layout.blocks; ++b) {
        Block const& block = task.model.layout.block[b];
        Block const* const source = find_block(task.target.layout, block.id);
        int const quads = (block.width + 3) / 4;
        for (int item = lanes.rank(); item < block.rows * quads; item += lanes.size()) {
            int const row = item / quads;
            int const quad = item % quads;
            Normals noise{};
            if (task.settings.noise_sd > 0)
                noise = normals(
                    philox(task.key, Stream::start, start_noise_index(block.id, row, quad)));
            for (int at = 4 * quad; at < block.width && at < 4 * quad + 4; ++at)
                task.theta[block.offset + row * block.width + at] = static_cast<Real>(
                    noisy(task, block.role, start_value(task, block, source, row, at),
                          noise.z[at - 4 * quad]));
        }
    }
    lanes.sync();
}

/// Bytes of working memory of run_one: none.
template <class Real, class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes /*lanes*/, StartTask<Real> const& /*task*/)
{
    return 0;
}

/// The call that all backends share.
template <class Real, class Lanes>
MOE_HD void run_one(Lanes lanes, StartTask<Real> const& task, void* /*scratch*/)
{
    start_one(lanes, task);
}

MOE_END_ISA
