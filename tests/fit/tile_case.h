#pragma once

/// @file
/// A tile with its operands and the sums written out in float64 that it is compared with.

#include "kernels/model/tile.h"
#include "tests/fit/problem.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <new>

namespace moerate
{

/// Zeroed memory aligned as a kernel's scratch.
template <class Real>
class Aligned
{
public:
    explicit Aligned(std::size_t size)
        : data_(static_cast<Real*>(::operator new(size * sizeof(Real), std::align_val_t(64))))
    {
        for (std::size_t i = 0; i < size; ++i)
            data_[i] = Real(0);
    }
    Aligned(Aligned const&) = delete;
    Aligned& operator=(Aligned const&) = delete;
    ~Aligned() { ::operator delete(data_, std::align_val_t(64)); }
    Real* data() const { return data_; }
    Real& operator[](int i) const { return data_[i]; }

private:
    Real* data_;
};

/// The same, ending (but for the alignment) where nobody may read: a tile that does ends the test.
template <class Real>
class Guarded
{
public:
    explicit Guarded(std::size_t size)
    {
        auto const page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        std::size_t const used = (size * sizeof(Real) + 63) / 64 * 64;
        std::size_t const open = (used + page - 1) / page * page;
        bytes_ = open + page;
        pages_ = mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages_ == MAP_FAILED || mprotect(pages_, open, PROT_READ | PROT_WRITE) != 0)
            throw std::bad_alloc();
        data_ = reinterpret_cast<Real*>(static_cast<char*>(pages_) + open - used);
    }
    Guarded(Guarded const&) = delete;
    Guarded& operator=(Guarded const&) = delete;
    ~Guarded() { munmap(pages_, bytes_); }
    Real* data() const { return data_; }
    Real& operator[](int i) const { return data_[i]; }

private:
    std::size_t bytes_;
    void* pages_;
    Real* data_;
};

/// A rounded sum of products in any order is off by at most (number of terms) eps sum |terms|.
struct BoundedSum
{
    double value = 0;
    double size = 0;
    int terms = 1;

    void add(double term)
    {
        value += term;
        size += std::fabs(term);
        ++terms;
    }
    template <class Real>
    bool holds(Real got) const
    {
        double const eps = static_cast<double>(std::numeric_limits<Real>::epsilon());
        return std::fabs(static_cast<double>(got) - value) <= terms * eps * size;
    }
};

/// The features that a set of blocks makes of x [d], written out.
inline std::vector<double> plain_features(unsigned set, std::vector<double> const& x, double tau2)
{
    double square = 0;
    for (double const value : x)
        square += value * value;
    double const length = std::sqrt(square);
    std::vector<double> features;
    auto const add_scaled = [&](double tau) {
        for (double const value : x)
            features.push_back(length > 0 ? value / (length + tau) : 0);
    };
    if ((set & feature_x) != 0)
        features = x;
    for (std::size_t a = 0; (set & feature_vech) != 0 && a < x.size(); ++a)
        for (std::size_t b = a; b < x.size(); ++b)
            features.push_back(x[a] * x[b]);
    if ((set & feature_square) != 0)
        features.push_back(square);
    if ((set & feature_cosine) != 0)
        add_scaled(tau2);
    if ((set & feature_unit) != 0)
        add_scaled(0);
    return features;
}

/// What gate and expert read.
struct Sets
{
    unsigned gate;
    unsigned expert;
};

/// tau2 of all feature maps of these tests.
constexpr double tau = 0.25;

/// A tile of one lane.
template <class Real, class Lanes>
struct LoneTile : Tile<Real, Lanes>
{
    LoneTile(Scratch& scratch, FeatureMap const& map) : Tile<Real, Lanes>(Lanes{}, scratch, map) {}
};

/// The operands of one range: maps (w, c), planes and gradients. A tile may read one row of
/// coefficients too many.
template <class Real, class Tile>
struct Operands
{
    FeatureRange range;
    int stride;
    Guarded<Real> w, c;
    Aligned<Real> plane, g, gc;

    Operands(FeatureRange const& of, int maps)
        : range(of), stride(Tile::stride(of.size)), w(numbers(maps, stride)), c(numbers(maps, 1)),
          plane(numbers(maps + 1, chunk)), g(numbers(maps, stride)), gc(numbers(maps, 1))
    {}

private:
    static std::size_t numbers(int rows, int width)
    {
        return static_cast<std::size_t>(rows * width);
    }
};

/// A tile with a table of rows x, some of them 0, and the operands of both ranges.
template <class Real, class Tile>
class TileCase
{
public:
    TileCase(Sets const& sets, int d, int maps, unsigned seed)
        : sets_(sets), map_(lay_out(sets.gate, sets.expert, d, tau, Tile::align)), maps_(maps),
          memory_(bytes(map_) / sizeof(Real)), random_(seed), scratch_(memory_.data()),
          tile_(scratch_, map_), gate_(map_.gate, maps), expert_(map_.expert, maps),
          x_(drawn<Real>(random_, size(table_rows * d), 1.0))
    {
        std::fill(x_.begin(), x_.begin() + 2 * d, Real(0)); // rows 0 and 1
        for (auto* const operands : {&gate_, &expert_}) {
            for (int j = 0; j < maps; ++j) {
                std::vector<Real> const w = drawn<Real>(random_, size(operands->range.size), 1.0);
                std::copy(w.begin(), w.end(), &operands->w[j * operands->stride]);
                operands->c[j] = drawn<Real>(random_, 1, 1.0)[0];
            }
        }
        tile_.clear();
    }

    /// Fetches `count` rows, in table order or drawn.
    void fetch(int count, bool in_order)
    {
        rows_.clear();
        for (int b = 0; b < count; ++b)
            rows_.push_back(in_order ? static_cast<std::uint32_t>(b)
                                     : static_cast<std::uint32_t>(random_() % table_rows));
        if (in_order)
            tile_.prefetch(x_.data(), nullptr, count);
        else
            tile_.prefetch(x_.data(), rows_.data(), count);
        tile_.fetch(x_.data(), in_order ? nullptr : rows_.data(), count);
    }

    bool scores_hold()
    {
        return scores_hold(gate_, sets_.gate) && scores_hold(expert_, sets_.expert);
    }
    bool gradients_hold(bool first)
    {
        return gradients_hold(gate_, sets_.gate, first) &&
               gradients_hold(expert_, sets_.expert, first);
    }

private:
    static constexpr int table_rows = 40;

    static std::size_t size(int i) { return static_cast<std::size_t>(i); }
    static std::size_t bytes(FeatureMap const& map)
    {
        Scratch measure(nullptr);
        Tile const tile(measure, map);
        return measure.used();
    }

    /// Features of the fetched rows, made in float64 from x.
    std::vector<std::vector<double>> features(unsigned set) const
    {
        std::vector<std::vector<double>> rows;
        for (std::uint32_t const row : rows_) {
            auto const from = x_.begin() + static_cast<std::ptrdiff_t>(row) * map_.d;
            rows.push_back(plain_features(set, {from, from + map_.d}, tau));
        }
        return rows;
    }

    /// A feature is rounded a few times more than a product: d + 3 roundings below.
    void add(BoundedSum& sum, double factor, double feature) const
    {
        sum.add(factor * feature);
        sum.terms += map_.d + 3;
    }

    bool scores_hold(Operands<Real, Tile>& o, unsigned set)
    {
        tile_.scores(o.range, o.w.data(), o.c.data(), maps_, o.plane.data());
        auto const rows = features(set);
        bool hold = true;
        for (int j = 0; j < maps_; ++j) {
            for (int b = 0; b < chunk; ++b) {
                Real const got = o.plane[j * chunk + b];
                hold = hold && std::isfinite(got);
                if (size(b) >= rows.size())
                    continue;
                BoundedSum sum;
                sum.add(static_cast<double>(o.c[j]));
                for (int f = 0; f < o.range.size; ++f)
                    add(sum, static_cast<double>(o.w[j * o.stride + f]), rows[size(b)][size(f)]);
                hold = hold && sum.holds(got);
            }
        }
        return hold;
    }

    /// Accumulates drawn coefficients, 0 behind the fetched rows.
    bool gradients_hold(Operands<Real, Tile>& o, unsigned set, bool first)
    {
        auto const rows = features(set);
        std::vector<Real> const c = drawn<Real>(random_, size(maps_ * chunk), 1.0);
        for (int i = 0; i < maps_ * chunk; ++i)
            o.plane[i] = size(i % chunk) < rows.size() ? c[size(i)] : Real(0);
        auto const out = [&](int j, int f) {
            return f < o.range.size ? o.g[j * o.stride + f] : o.gc[j];
        };
        std::vector<BoundedSum> want;
        for (int j = 0; j < maps_; ++j) {
            for (int f = 0; f <= o.range.size; ++f) {
                BoundedSum& sum = want.emplace_back();
                if (!first)
                    sum.add(static_cast<double>(out(j, f)));
                for (std::size_t b = 0; b < rows.size(); ++b)
                    add(sum, static_cast<double>(o.plane[j * chunk + static_cast<int>(b)]),
                        f < o.range.size ? rows[b][size(f)] : 1);
            }
        }
        tile_.accumulate(o.range, o.plane.data(), maps_, first, o.g.data(), o.gc.data());
        bool hold = true;
        for (int j = 0; j < maps_; ++j)
            for (int f = 0; f <= o.range.size; ++f)
                hold = hold && want[size(j * (o.range.size + 1) + f)].holds(out(j, f));
        return hold;
    }

    Sets sets_;
    FeatureMap map_;
    int maps_;
    Aligned<Real> memory_;
    std::mt19937_64 random_;
    Scratch scratch_;
    Tile tile_;
    Operands<Real, Tile> gate_, expert_;
    std::vector<Real> x_;
    std::vector<std::uint32_t> rows_;
};

} // namespace moerate
