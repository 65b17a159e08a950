#pragma once

/// @file
/// The Gram matrix by the coordinates from Khatri-Rao sums, the algorithm of all backends.

#include "kernels/lse/dense_maps.h"
#include "kernels/lse/fold_api.h"

MOE_BEGIN_ISA

/// A column of the Jacobian by the maps: feature `feature` of row `row` of coefficients.
struct MapColumn
{
    int group;
    int row; ///< in the group
    int feature;
};

/// Working memory of a fold.
struct FoldMemory
{
    DenseMaps dense;
    GramLayout layout;
    int columns; ///< of the Jacobian by the maps
    int p;
    double* by_theta;       ///< [layout.size]
    double* half;           ///< [p][columns] chain rule on one side
    MapColumn* column;      ///< [columns]
    CoordinatePlace* place; ///< [p]
    int* table[6];          ///< of each product [left features][right features]: the monomial

    MOE_HD MOE_FLAT FoldMemory(Scratch& scratch, Model const& model)
        : dense(scratch, model), layout(gram_layout(model)), columns(0), p(coordinate_count(model)),
          by_theta(scratch.take<double>(model.layout.size))
    {
        for (int g = 0; g < layout.groups; ++g)
            columns += layout.rows[g].count * (layout.rows[g].range.size + 1);
        half = scratch.take<double>(static_cast<std::size_t>(p) * columns);
        column = scratch.take<MapColumn>(columns);
        place = scratch.take<CoordinatePlace>(p);
        for (int i = 0; i < layout.products; ++i)
            table[i] = scratch.take<int>(static_cast<std::size_t>(left_size(i)) * right_size(i));
    }

    MOE_HD int left_size(int product) const
    {
        return layout.factors(layout.product[product].left).size();
    }
    MOE_HD int right_size(int product) const
    {
        return layout.factors(layout.product[product].right).size();
    }

    /// The product of two groups, l <= r.
    MOE_HD int product_of(int l, int r) const
    {
        return l * layout.groups - l * (l - 1) / 2 + r - l;
    }
};

/// Bytes of working memory of run_one.
template <class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes, FoldTask const& task)
{
    Scratch measure(nullptr);
    FoldMemory const memory(measure, task.model);
    return measure.used();
}

/// Numbers the monomials of a product as GramTask does.
template <class Lanes>
MOE_HD MOE_FLAT void number_monomials(Lanes lanes, FoldMemory const& m, int product)
{
    GramProduct const& sums = m.layout.product[product];
    Monomials const all{m.layout.factors(sums.left), m.layout.factors(sums.right), sums.square()};
    int* const table = m.table[product];
    int const width = all.right.size();
    if (lanes.rank() == 0) {
        int next = 0;
        for (int a = 0; a < all.left.size(); ++a)
            for (int b = all.first(a); b < width; ++b)
                if (all.leads(a, b))
                    table[a * width + b] = next++;
    }
    lanes.sync();
    for (int a = lanes.rank(); a < all.left.size(); a += lanes.size()) {
        for (int b = 0; b < width; ++b) {
            FeaturePair const first = all.leader(a, b);
            if (first.a != a || first.b != b)
                table[a * width + b] = table[first.a * width + first.b];
        }
    }
    lanes.sync();
}

/// Fills the tables.
template <class Lanes>
MOE_HD MOE_FLAT void load_fold(Lanes lanes, FoldTask const& task, FoldMemory const& m)
{
    m.dense.load(lanes, task.theta);
    int next = 0;
    for (int g = 0; g < m.layout.groups; ++g) {
        int const size = m.layout.rows[g].range.size + 1;
        int const count = m.layout.rows[g].count * size;
        for (int i = lanes.rank(); i < count; i += lanes.size())
            m.column[next + i] = {g, i / size, i % size};
        next += count;
    }
    for (int z = lanes.rank(); z < m.p; z += lanes.size())
        m.place[z] = coordinate_place(task.model, z);
    for (int i = 0; i < m.layout.products; ++i)
        number_monomials(lanes, m, i);
}

/// Entry (i, j) of the Gram matrix by the maps.
MOE_HD MOE_INLINE double map_entry(FoldTask const& task, FoldMemory const& m, MapColumn i,
                                   MapColumn j)
{
    if (i.group > j.group || (i.group == j.group && i.row > j.row)) {
        MapColumn const other = i;
        i = j;
        j = other;
    }
    int const number = m.product_of(i.group, j.group);
    GramProduct const& product = m.layout.product[number];
    int const monomial = m.table[number][i.feature * m.right_size(number) + j.feature];
    int const right = m.layout.rows[j.group].count;
    int const pair = product.square() ? vech_index(right, i.row, j.row) : i.row * right + j.row;
    return task
        .maps_gram[product.begin + static_cast<std::size_t>(monomial) * product.stride + pair];
}

/// J^T J = C G C^T, G the Gram matrix by the maps and C the chain rule from the maps to z, which is
/// linear: first on the rows of G, then on the columns of what comes out.
template <class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, FoldTask const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    FoldMemory const m(scratch, task.model);
    load_fold(lanes, task, m);
    lanes.sync();
    auto const slot = [&](int i) -> double& {
        return m.dense.slot(m.layout.rows[m.column[i].group].first + m.column[i].row,
                            m.column[i].feature);
    };
    for (int i = 0; i < m.columns; ++i) {
        for (int j = lanes.rank(); j < m.columns; j += lanes.size())
            slot(j) = map_entry(task, m, m.column[i], m.column[j]);
        lanes.sync();
        m.dense.chain(lanes, task.theta, m.by_theta);
        for (int z = lanes.rank(); z < m.p; z += lanes.size())
            m.half[static_cast<std::size_t>(z) * m.columns + i] =
                by_coordinate(m.place[z], m.by_theta);
        lanes.sync();
    }
    for (int z = 0; z < m.p; ++z) {
        for (int j = lanes.rank(); j < m.columns; j += lanes.size())
            slot(j) = m.half[static_cast<std::size_t>(z) * m.columns + j];
        lanes.sync();
        m.dense.chain(lanes, task.theta, m.by_theta);
        for (int y = lanes.rank(); y <= z; y += lanes.size()) {
            double const entry = by_coordinate(m.place[y], m.by_theta);
            task.gram[static_cast<std::size_t>(z) * m.p + y] = entry;
            task.gram[static_cast<std::size_t>(y) * m.p + z] = entry;
        }
        lanes.sync();
    }
}

MOE_END_ISA
