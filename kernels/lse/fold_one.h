#pragma once

/// @file
/// The Gram matrix by the coordinates from Khatri-Rao sums, the algorithm of all backends.

#include "kernels/lse/dense_maps.h"
#include "kernels/lse/fold_api.h"

MOE_BEGIN_ISA

/// Working memory of a fold.
struct FoldMemory
{
    DenseMaps dense;
    GramLayout layout;
    int columns; ///< of the Jacobian by the maps
    int p;
    double* by_theta;       ///< [layout.size]
    double* half;           ///< [p][columns] chain rule on one side
    CoordinatePlace* place; ///< [p]
    int* before;            ///< [features + 1] monomials of the features before
    /// [features of l][features of r] of groups l and r: number of the monomial.
    int* table[GramLayout::most_groups][GramLayout::most_groups];

    MOE_HD MOE_FLAT FoldMemory(Scratch& scratch, Model const& model)
        : dense(scratch, model), layout(gram_groups(model)), columns(0), p(coordinate_count(model)),
          by_theta(scratch.take<double>(model.layout.size))
    {
        for (int g = 0; g < layout.groups; ++g)
            columns += layout.rows[g].count * size(g);
        half = scratch.take<double>(static_cast<std::size_t>(p) * columns);
        place = scratch.take<CoordinatePlace>(p);
        before = scratch.take<int>(gram_features(layout) + 1);
        for (int l = 0; l < layout.groups; ++l)
            for (int r = 0; r < layout.groups; ++r)
                table[l][r] = scratch.take<int>(static_cast<std::size_t>(size(l)) * size(r));
    }

    /// Features of a group, 1 among them.
    MOE_HD int size(int group) const { return layout.rows[group].range.size + 1; }
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
MOE_HD MOE_FLAT void number_monomials(Lanes lanes, FoldMemory const& m, GramProduct const& sums)
{
    Monomials const all = m.layout.monomials(sums);
    int* const table = m.table[sums.left][sums.right];
    int* const mirrored = m.table[sums.right][sums.left];
    int const height = all.left.size();
    int const width = all.right.size();
    count_monomials(lanes, all, m.before);
    for (int a = lanes.rank(); a < height; a += lanes.size()) {
        int next = m.before[a];
        for (int b = all.first(a); b < width; ++b)
            if (all.leads(a, b))
                table[a * width + b] = next++;
    }
    lanes.sync();
    for (int a = lanes.rank(); a < height; a += lanes.size()) {
        for (int b = 0; b < width; ++b) {
            FeaturePair const first = all.leader(a, b);
            if (first.a != a || first.b != b)
                table[a * width + b] = table[first.a * width + first.b];
        }
    }
    lanes.sync();
    for (int a = lanes.rank(); !sums.square() && a < height; a += lanes.size())
        for (int b = 0; b < width; ++b)
            mirrored[b * height + a] = table[a * width + b];
    lanes.sync();
}

/// Fills the tables.
template <class Lanes>
MOE_HD MOE_FLAT void load_fold(Lanes lanes, FoldTask const& task, FoldMemory& m)
{
    m.layout = gram_layout(lanes, task.model, m.before);
    m.dense.load(lanes, task.theta);
    for (int z = lanes.rank(); z < m.p; z += lanes.size())
        m.place[z] = coordinate_place(task.model, z);
    for (int i = 0; i < m.layout.products; ++i)
        number_monomials(lanes, m, m.layout.product[i]);
}

/// The sums of row i of group l with row j of group r.
MOE_HD MOE_INLINE double const* sums_of_rows(FoldTask const& task, GramLayout const& layout, int l,
                                             int i, int r, int j)
{
    bool const swapped = l > r || (l == r && i > j);
    GramProduct const& product =
        layout.product[swapped ? layout.product_of(r, l) : layout.product_of(l, r)];
    int const low = swapped ? j : i;
    int const high = swapped ? i : j;
    int const count = layout.rows[product.right].count;
    int const pair = product.square() ? vech_index(count, low, high) : low * count + high;
    return task.maps_gram + product.begin + static_cast<std::size_t>(pair) * product.stride;
}

/// Row (i, a) of the Gram matrix by the maps, i a row of group l and a one of its features.
template <class Lanes>
MOE_HD MOE_FLAT void load_row(Lanes lanes, FoldTask const& task, FoldMemory const& m, int l, int i,
                              int a)
{
    for (int r = 0; r < m.layout.groups; ++r) {
        GramRows const& rows = m.layout.rows[r];
        int const size = m.size(r);
        int const* const number = m.table[l][r] + a * size;
        for (int j = 0; j < rows.count; ++j) {
            double const* const sums = sums_of_rows(task, m.layout, l, i, r, j);
            DenseRow const to = m.dense.row(rows.first + j);
            for (int b = lanes.rank(); b < size; b += lanes.size())
                to.at(b) = sums[number[b]];
        }
    }
    lanes.sync();
}

/// Column z of the product with the chain rule on the left.
template <class Lanes>
MOE_HD MOE_FLAT void load_column(Lanes lanes, FoldMemory const& m, int z)
{
    double const* from = m.half + static_cast<std::size_t>(z) * m.columns;
    for (int r = 0; r < m.layout.groups; ++r) {
        GramRows const& rows = m.layout.rows[r];
        int const size = m.size(r);
        for (int j = 0; j < rows.count; ++j, from += size) {
            DenseRow const to = m.dense.row(rows.first + j);
            for (int b = lanes.rank(); b < size; b += lanes.size())
                to.at(b) = from[b];
        }
    }
    lanes.sync();
}

/// J^T J = C G C^T, G the Gram matrix by the maps and C the chain rule from the maps to z, which is
/// linear: first on the rows of G, then on the columns of what comes out.
template <class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, FoldTask const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    FoldMemory m(scratch, task.model);
    load_fold(lanes, task, m);
    lanes.sync();
    int column = 0;
    for (int l = 0; l < m.layout.groups; ++l) {
        for (int i = 0; i < m.layout.rows[l].count; ++i) {
            for (int a = 0; a < m.size(l); ++a, ++column) {
                load_row(lanes, task, m, l, i, a);
                m.dense.chain(lanes, task.theta, m.by_theta);
                for (int z = lanes.rank(); z < m.p; z += lanes.size())
                    m.half[static_cast<std::size_t>(z) * m.columns + column] =
                        by_coordinate(m.place[z], m.by_theta);
                lanes.sync();
            }
        }
    }
    for (int z = 0; z < m.p; ++z) {
        load_column(lanes, m, z);
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
