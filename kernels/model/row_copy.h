#pragma once

/// @file
/// How a warp starts to bring rows of x into scratch memory.

#include "kernels/core/made_here.h"
#include "kernels/model/quads.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

MOE_BEGIN_ISA

/// Where rows come from and where they go: row b of `count` is x[row[b]], of d numbers, or x[b]
/// where Row is std::nullptr_t; it goes to to + b stride.
template <class Real, class Row>
struct RowCopy
{
    static constexpr bool in_order = std::is_same_v<Row, std::nullptr_t>;
    Real const* x;
    Row row;
    int count;
    int d;
    Real* to;
    int stride;

    MOE_HD MOE_FLAT std::size_t from(int b) const
    {
        if constexpr (in_order)
            return static_cast<std::size_t>(b);
        else
            return row[b];
    }
};

/// 16 bytes, the most that is copied at once.
template <class Real>
struct alignas(16) CopyUnit
{
    static constexpr int width = 16 / static_cast<int>(sizeof(Real));
    Real v[width];
};

/// A whole chunk of rows of 2^shift units: a lane has one unit of 2^shift successive rows, whose
/// numbers it reads together.
template <int shift, class Real, class Row, class Lanes>
MOE_HD MOE_FLAT void copy_chunk(Lanes lanes, RowCopy<Real, Row> const& rows)
{
    using Unit = CopyUnit<Real>;
    constexpr int units = 1 << shift;
    int const unit = lanes.rank() & (units - 1);
    int const first = lanes.rank() - unit;
    auto const* const x = reinterpret_cast<char const*>(made_here(rows.x + unit * Unit::width));
    Real* to = rows.to + first * rows.stride + unit * Unit::width;
    std::uint32_t from[units];
    if constexpr (RowCopy<Real, Row>::in_order) {
        for (int i = 0; i < units; ++i)
            from[i] = static_cast<std::uint32_t>(first + i);
    } else {
        load_words<units>(rows.row + first, from);
    }
    for (int i = 0; i < units; ++i) {
        lanes.copy_async(
            reinterpret_cast<Unit*>(to),
            reinterpret_cast<Unit const*>(x + std::size_t{from[i]} * (units * sizeof(Unit))));
        to += rows.stride;
    }
}

/// Any rows, by elements of type Unit, `units` a row. Lanes stand side by side on a row, as many as
/// the next power of two.
template <class Unit, class Real, class Row, class Lanes>
MOE_HD MOE_FLAT void copy_units(Lanes lanes, RowCopy<Real, Row> const& rows, int units)
{
    constexpr int width = static_cast<int>(sizeof(Unit) / sizeof(Real));
    int shift = 0;
    while ((1 << shift) < units && (1 << shift) < lanes.size())
        ++shift;
    int const unit = lanes.rank() & ((1 << shift) - 1);
    for (int b = lanes.rank() >> shift; b < rows.count; b += lanes.size() >> shift) {
        std::size_t const from = rows.from(b) * rows.d;
        for (int u = unit; u < units; u += 1 << shift)
            lanes.copy_async(reinterpret_cast<Unit*>(rows.to + b * rows.stride + u * width),
                             reinterpret_cast<Unit const*>(rows.x + from + u * width));
    }
}

/// The same by what suits the rows. row[0] begins a quad of words.
template <class Real, class Row, class Lanes>
MOE_HD MOE_FLAT void copy_rows_of_x(Lanes lanes, RowCopy<Real, Row> const& rows)
{
    using Unit = CopyUnit<Real>;
    bool const whole =
        rows.d % Unit::width == 0 && reinterpret_cast<std::uintptr_t>(rows.x) % sizeof(Unit) == 0;
    if (!whole) {
        copy_units<Real>(lanes, rows, rows.d);
        return;
    }
    if (rows.count == chunk) {
        if (rows.d == 8 * Unit::width)
            return copy_chunk<3>(lanes, rows);
        if (rows.d == 4 * Unit::width)
            return copy_chunk<2>(lanes, rows);
        if (rows.d == 2 * Unit::width)
            return copy_chunk<1>(lanes, rows);
    }
    copy_units<Unit>(lanes, rows, rows.d / Unit::width);
}

MOE_END_ISA
