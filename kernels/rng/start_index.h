#pragma once

/// @file
/// What each random number of a starting point is for.
///
/// Random numbers: stream `start`, key of the data. The 56-bit index says what a number is for, so
/// common parameters of paired fits get equal noise whatever else their models have:
///
///     bit 55   bits 54..32           bits 31..16     bits 15..0
///     1        low 23 bits of id     atom or group   component / 4    four normals of a parameter
///     0        0                     atom i          0                where extra atom i starts
///
/// Limits: fewer than 2^16 atoms, at most 2^18 numbers an atom in one parameter. Distinct
/// parameters have distinct low bits of the id; a test walks the lists of families for that.

#include "kernels/core/expect.h"

#include <cstdint>

MOE_BEGIN_ISA

/// Bits of a parameter's id that tell the start's noise of different parameters apart.
constexpr std::uint32_t start_id_mask = 0x7fffff;

/// Index of the four normals for components 4 * quad .. 4 * quad + 3 of atom `row`.
MOE_HD inline std::uint64_t start_noise_index(std::uint32_t id, int row, int quad)
{
    MOE_EXPECT(0 <= row && row >> 16 == 0 && 0 <= quad && quad >> 16 == 0);
    return std::uint64_t{1} << 55 | static_cast<std::uint64_t>(id & start_id_mask) << 32 |
           static_cast<std::uint64_t>(row) << 16 | static_cast<std::uint64_t>(quad);
}

/// Index of the draw that places extra atom i.
MOE_HD inline std::uint64_t start_place_index(int i)
{
    MOE_EXPECT(0 <= i && i >> 16 == 0);
    return static_cast<std::uint64_t>(i) << 16;
}

MOE_END_ISA
