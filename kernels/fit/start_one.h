#pragma once

/// @file
/// One starting point near a target measure, the algorithm of all backends (spec.md 3).
///
/// Random numbers: stream `start`, key of the data. The 56-bit index says what a number is for, so
/// common parameters of paired fits get equal noise whatever else their models have:
///
///     bit 55   bits 54..32           bits 31..16   bits 15..0
///     1        low 23 bits of id     atom i        component / 4      four normals of a parameter
///     0        0                     atom i        0                  where extra atom i starts
///
/// Limits: fewer than 2^16 atoms, at most 2^18 numbers an atom in one parameter. Distinct
/// parameters have distinct low bits of the id; a test walks the lists of families for that.

#include "kernels/family/normalizers.h"
#include "kernels/fit/start_api.h"
#include "kernels/model/lookup.h"
#include "kernels/rng/draws.h"
#include "kernels/rng/philox.h"

MOE_BEGIN_ISA

/// Bits of a parameter's id that tell the start's noise of different parameters apart.
constexpr std::uint32_t start_id_mask = 0x7fffff;

/// Index of the four normals for components 4 * quad .. 4 * quad + 3 of atom `row`.
MOE_HD inline std::uint64_t start_noise_index(std::uint32_t id, int row, int quad)
{
    return std::uint64_t{1} << 55 | static_cast<std::uint64_t>(id & start_id_mask) << 32 |
           static_cast<std::uint64_t>(row) << 16 | static_cast<std::uint64_t>(quad);
}

/// Index of the draw that places extra atom i.
MOE_HD inline std::uint64_t start_place_index(int i)
{
    return static_cast<std::uint64_t>(i) << 16;
}

/// True atom that fitted atom i starts at: i itself, for an extra one a uniform member of
/// task.extra, floor(word * extras / 2^32). With no such list nothing is drawn: i mod k*.
template <class Real>
MOE_HD int start_source(StartTask<Real> const& task, int i)
{
    if (i < task.target.k)
        return i;
    if (task.extras == 0)
        return i % task.target.k;
    Words const words = philox(task.key, Stream::start, start_place_index(i));
    std::uint64_t const extras = static_cast<std::uint64_t>(task.extras);
    return task.extra[static_cast<int>(words.w[0] * extras >> 32)];
}

/// Fitted atoms that start at true atom j.
template <class Real>
MOE_HD int atoms_at(StartTask<Real> const& task, int j)
{
    int count = 0;
    for (int i = 0; i < task.model.k; ++i)
        count += start_source(task, i) == j ? 1 : 0;
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
MOE_HD double shared_bias(StartTask<Real> const& task, double bias, int count)
{
    if (count == 1)
        return bias;
    double const temperature = start_temperature(task);
    double shared = bias;
    visit(Normalizers{}, task.model.gate.normalizer, [&](auto normalizer) {
        constexpr Mass mass = decltype(normalizer)::mass;
        shared = bias_of(mass, mass_of(mass, bias, temperature) / count, temperature);
    });
    return shared;
}

/// What a parameter that the target lacks starts from: T and lambda from 1, all else from 0.
MOE_HD inline double start_default(Role role)
{
    return role == Role::temperature || role == Role::expert_scale ? 1.0 : 0.0;
}

/// Whether a parameter belongs to an expert.
MOE_HD inline bool of_expert(Role role)
{
    return role == Role::expert_direction || role == Role::expert_bias ||
           role == Role::expert_scale;
}

/// Whether a parameter has one row an atom (else it is shared or has one a group).
MOE_HD inline bool of_atom(Role role)
{
    return of_expert(role) || role == Role::location || role == Role::bias;
}

/// Component `at` of row `row` of a fitted block, before the noise; `source` is the target's block
/// of the same id or null.
template <class Real>
MOE_HD double start_value(StartTask<Real> const& task, Block const& block, Block const* source,
                          int row, int at)
{
    if (source == nullptr)
        return start_default(block.role);
    bool const extra = of_atom(block.role) && row >= task.target.k;
    if (extra && of_expert(block.role) && task.settings.split == Split::null)
        return 0;
    int const from = of_atom(block.role) ? start_source(task, row) : row;
    double const value = task.theta_target[source->offset + from * source->width + at];
    if (block.role == Role::bias && task.settings.split == Split::share)
        return shared_bias(task, value, atoms_at(task, from));
    return value;
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
                task.theta[block.offset + row * block.width + at] =
                    static_cast<Real>(start_value(task, block, source, row, at) +
                                      task.settings.noise_sd * noise.z[at - 4 * quad]);
        }
    }
    lanes.sync();
}

/// Bytes of working memory of start_one: none.
template <class Lanes, class Real>
MOE_HD std::size_t scratch_bytes(StartTask<Real> const& /*task*/)
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
