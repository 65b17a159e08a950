#pragma once

/// @file
/// The Gram matrix by the coordinates from Khatri-Rao sums, the algorithm of all backends.

#include "kernels/lse/dense_maps.h"
#include "kernels/lse/fold_api.h"

MOE_BEGIN_ISA

/// A number of the maps: of row `row` of a group that of feature `feature`.
struct MapNumber
{
    int group, row, feature;
};

/// Whether the chain rule takes each coordinate from one number of the maps, so that a fold only
/// gathers. One thread, whose results are stored, always takes the chain rule itself.
template <class Lanes>
MOE_HD MOE_FLAT bool gathers(Model const& model)
{
    bool single = !Lanes::serial && model.gate.learned_temperature == 0;
    visit(Scores{}, model.gate.score, [&](auto score) { single = single && score.single_maps; });
    visit(Experts{}, model.expert.form, [&](auto form) { single = single && form.single_maps; });
    return single;
}

/// Working memory of a fold.
struct FoldMemory
{
    DenseMaps dense;
    GramLayout layout;
    int columns; ///< of the Jacobian by the maps
    int p;
    double* by_theta;       ///< [layout.size]
    double* half;           ///< [p][columns] chain rule on one side; or, of a fold that gathers,
    double* factor;         ///< [p] what a coordinate takes
    MapNumber* from;        ///< [p] of which number of the maps
    MapNumber* number;      ///< [columns] the numbers of the maps
    CoordinatePlace* place; ///< [p]
    int* before;            ///< [features + 1] monomials of the features before
    /// [features of l][features of r] of groups l and r: number of the monomial.
    int* table[GramLayout::most_groups][GramLayout::most_groups];

    MOE_HD MOE_FLAT FoldMemory(Scratch& scratch, Model const& model, bool gather)
        : dense(scratch, model), layout(gram_groups(model)), columns(0), p(coordinate_count(model)),
          by_theta(scratch.take<double>(model.layout.size))
    {
        for (int g = 0; g < layout.groups; ++g)
            columns += layout.rows[g].count * size(g);
        half = scratch.take<double>(gather ? 0 : static_cast<std::size_t>(p) * columns);
        factor = scratch.take<double>(gather ? p : 0);
        from = scratch.take<MapNumber>(gather ? p : 0);
        number = scratch.take<MapNumber>(gather ? columns : 0);
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
    FoldMemory const memory(measure, task.model, gathers<Lanes>(task.model));
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

/// by_theta: the chain rule on maps that have value(number) in the place of the number-th.
template <class Lanes, class Value>
MOE_HD MOE_FLAT void chain_values(Lanes lanes, FoldTask const& task, FoldMemory const& m,
                                  Value const& value)
{
    for (int c = lanes.rank(); c < m.columns; c += lanes.size()) {
        MapNumber const at = m.number[c];
        m.dense.row(m.layout.rows[at.group].first + at.row).at(at.feature) = value(c);
    }
    lanes.sync();
    m.dense.chain(lanes, task.theta, m.by_theta);
}

/// Finds what each coordinate takes from the maps: of maps that are all 1 its factor, of maps that
/// are their own number, counted from 1, that number times the factor.
template <class Lanes>
MOE_HD MOE_FLAT void find_sources(Lanes lanes, FoldTask const& task, FoldMemory const& m)
{
    int before = 0;
    for (int l = 0; l < m.layout.groups; ++l) {
        int const count = m.layout.rows[l].count * m.size(l);
        for (int c = lanes.rank(); c < count; c += lanes.size())
            m.number[before + c] = {l, c / m.size(l), c % m.size(l)};
        before += count;
    }
    lanes.sync();
    chain_values(lanes, task, m, [](int) { return 1.0; });
    for (int z = lanes.rank(); z < m.p; z += lanes.size())
        m.factor[z] = by_coordinate(m.place[z], m.by_theta);
    lanes.sync();
    chain_values(lanes, task, m, [](int c) { return c + 1.0; });
    for (int z = lanes.rank(); z < m.p; z += lanes.size()) {
        double const number = by_coordinate(m.place[z], m.by_theta) / m.factor[z] - 0.5;
        m.from[z] = m.number[number > 0 ? static_cast<int>(number) : 0]; // 0: a factor of 0
    }
    lanes.sync();
}

/// J^T J where a coordinate takes one number of the maps.
template <class Lanes>
MOE_HD MOE_FLAT void gather_sums(Lanes lanes, FoldTask const& task, FoldMemory const& m)
{
    find_sources(lanes, task, m);
    for (int z = 0; z < m.p; ++z) {
        MapNumber const row = m.from[z];
        for (int y = lanes.rank(); y < m.p; y += lanes.size()) {
            MapNumber const column = m.from[y];
            double const* const sums =
                sums_of_rows(task, m.layout, row.group, row.row, column.group, column.row);
            int const monomial = m.table[row.group][column.group]
                                        [row.feature * m.size(column.group) + column.feature];
            task.gram[static_cast<std::size_t>(z) * m.p + y] =
                m.factor[z] * m.factor[y] * sums[monomial];
        }
    }
    lanes.sync();
}

/// The same by the chain rule C from the maps to z, which is linear: J^T J = C G C^T, G the Gram
/// matrix by the maps, first on the rows of G, then on the columns of what comes out.
template <class Lanes>
MOE_HD MOE_FLAT void fold_sums(Lanes lanes, FoldTask const& task, FoldMemory const& m)
{
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

/// J^T J of the sums.
template <class Lanes>
MOE_HD MOE_FLAT void run_one(Lanes lanes, FoldTask const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    bool const gather = gathers<Lanes>(task.model);
    FoldMemory m(scratch, task.model, gather);
    load_fold(lanes, task, m);
    lanes.sync();
    if (gather)
        gather_sums(lanes, task, m);
    else
        fold_sums(lanes, task, m);
}

MOE_END_ISA
