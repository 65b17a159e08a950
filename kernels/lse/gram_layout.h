#pragma once

/// @file
/// Which sums make the Gram matrix by the maps. A row of the Jacobian by the maps is c_j(t) [phi,
/// 1] with the features phi(x_t) that map j reads, so that an entry of the Gram matrix is
///
///   sum_t c_i(t) c_j(t) phi_a(t) phi_b(t)
///
/// and rows that read the same features share products: pairs (i, j) of rows times monomials
/// phi_a phi_b, one matrix product of both over the samples (Khatri-Rao). For linear scores and
/// ridge experts, k = 9 and d = 32, that are 171 pairs times 561 monomials instead of 594^2
/// entries.

#include "kernels/lse/monomials.h"
#include "kernels/model/shape.h"

MOE_BEGIN_ISA

/// Consecutive rows of coefficients (linearize_api.h) that read the same features.
struct GramRows
{
    int first;
    int count;
    FeatureRange range; ///< and 1 behind it
};

/// Sums of all pairs of a row of `left` and one of `right`, i <= j where the two are the same,
/// times the monomials of their features: [pairs][stride] numbers, a monomial a column.
struct GramProduct
{
    int left;
    int right;
    int pairs;
    int monomials;
    int stride;        ///< monomials, rounded up to sum_align
    std::size_t begin; ///< first number

    MOE_HD bool square() const { return left == right; }
};

/// Rows of sums begin at multiples of so many numbers, the widest vector of them.
constexpr int sum_align = 8;

/// All sums of a model.
struct GramLayout
{
    static constexpr int most_groups = 3;

    FeatureMap features;
    int groups = 0;
    GramRows rows[most_groups]; ///< gate, expert, those without features; what is the same is one
    int products = 0;
    GramProduct product[most_groups * (most_groups + 1) / 2];
    std::size_t numbers = 0;

    /// The product of groups l <= r.
    MOE_HD int product_of(int l, int r) const { return l * groups - l * (l - 1) / 2 + r - l; }

    MOE_HD Monomials monomials(int l, int r) const
    {
        return {{features, rows[l].range}, {features, rows[r].range}, l == r};
    }
    MOE_HD Monomials monomials(GramProduct const& of) const { return monomials(of.left, of.right); }
};

/// Adds a group of rows, to the last one where that reads the same features.
MOE_HD inline void add_rows(GramLayout& layout, int first, int count, FeatureRange range)
{
    if (count == 0)
        return;
    if (layout.groups > 0) {
        GramRows& last = layout.rows[layout.groups - 1];
        if (last.range.size == range.size && (range.size == 0 || last.range.begin == range.begin)) {
            last.count += count;
            return;
        }
    }
    layout.rows[layout.groups++] = {first, count, range};
}

/// The layout of a model's sums, where count(monomials) says how many there are.
template <class Count>
MOE_HD MOE_FLAT GramLayout gram_layout(Model const& model, Count const& count)
{
    Shape const shape = shape_of(model, 1);
    GramLayout layout;
    layout.features = shape.features;
    add_rows(layout, 0, shape.gate_rows, shape.features.gate);
    add_rows(layout, shape.gate_rows, shape.k, shape.features.expert);
    add_rows(layout, shape.gate_rows + shape.k,
             (shape.outer ? 2 * shape.k : 0) + (shape.factor ? shape.k : 0), {0, 0});
    for (int l = 0; l < layout.groups; ++l) {
        for (int r = l; r < layout.groups; ++r) {
            int const left = layout.rows[l].count;
            int const right = layout.rows[r].count;
            int const pairs = l == r ? left * (left + 1) / 2 : left * right;
            int const monomials = count(layout.monomials(l, r));
            int const stride = (monomials + sum_align - 1) / sum_align * sum_align;
            layout.product[layout.products++] = {l, r, pairs, monomials, stride, layout.numbers};
            layout.numbers += static_cast<std::size_t>(pairs) * stride;
        }
    }
    return layout;
}

/// The same in lanes that count together; `before` has room for gram_features + 1 numbers.
template <class Lanes>
MOE_HD MOE_FLAT GramLayout gram_layout(Lanes lanes, Model const& model, int* before)
{
    return gram_layout(model,
                       [&](Monomials const& all) { return count_monomials(lanes, all, before); });
}

/// The same by one thread: some 20 ns for each two features.
MOE_HD inline GramLayout gram_layout(Model const& model)
{
    return gram_layout(model, [](Monomials const& all) {
        int count = 0;
        for (int a = 0; a < all.left.size(); ++a)
            count += all.count_of(a);
        return count;
    });
}

/// Its groups of rows alone: nothing is counted.
MOE_HD inline GramLayout gram_groups(Model const& model)
{
    return gram_layout(model, [](Monomials const&) { return 0; });
}

/// Most features that rows of coefficients read, 1 among them.
MOE_HD inline int gram_features(GramLayout const& layout)
{
    int most = 0;
    for (int g = 0; g < layout.groups; ++g)
        most = layout.rows[g].range.size > most ? layout.rows[g].range.size : most;
    return most + 1;
}

/// Doubles of a model's sums: the size of GramTask::maps_gram.
MOE_HD inline std::size_t gram_numbers(Model const& model)
{
    return gram_layout(model).numbers;
}

/// Pairs and monomials of a tile of sums, and how many tiles are the unit that parts of a Gram
/// matrix are made of in cooperating lanes.
constexpr int gram_tile_pairs = 48;
constexpr int gram_tile_monomials = 32;
constexpr int gram_at_once = 4;

MOE_HD constexpr int tiles_of(int count, int in_tile)
{
    return (count + in_tile - 1) / in_tile;
}

MOE_HD inline int tiles_in(GramProduct const& product)
{
    return tiles_of(product.pairs, gram_tile_pairs) *
           tiles_of(product.monomials, gram_tile_monomials);
}

/// Tiles of a model's sums.
MOE_HD inline int gram_tiles(Model const& model)
{
    GramLayout const layout = gram_layout(model);
    int tiles = 0;
    for (int i = 0; i < layout.products; ++i)
        tiles += tiles_in(layout.product[i]);
    return tiles;
}

/// Sums without the padding: multiplications a sample.
MOE_HD inline double gram_sums(Model const& model)
{
    GramLayout const layout = gram_layout(model);
    double sums = 0;
    for (int i = 0; i < layout.products; ++i)
        sums += static_cast<double>(layout.product[i].pairs) * layout.product[i].monomials;
    return sums;
}

/// The same where nothing is counted, that is with equal monomials several times.
MOE_HD inline double most_gram_sums(Model const& model)
{
    GramLayout const layout = gram_groups(model);
    double sums = 0;
    for (int i = 0; i < layout.products; ++i) {
        GramProduct const& product = layout.product[i];
        double const left = layout.rows[product.left].range.size + 1;
        double const right = layout.rows[product.right].range.size + 1;
        sums += product.pairs * (product.square() ? left * (left + 1) / 2 : left * right);
    }
    return sums;
}

MOE_END_ISA
