// The two tile primitives against sums written out in float64. The SIMD tile of the level that the
// tests are compiled for and the generic tile on one lane run through one body; the other levels
// are reached through evaluate_test.cpp.

#include "kernels/model/tile.h"
#include "tests/fit/problem.h"
#include "tests/support/thread_lanes.h"

#include <catch2/catch.hpp>

#include <limits>
#include <new>

using namespace moerate;

namespace
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

/// A tile with its operands: rows of x, maps (w, c), planes and gradients.
template <class Real, class Lanes>
class TileCase
{
public:
    TileCase(int features, int maps, unsigned seed)
        : features_(features), maps_(maps), stride_(Tile<Real, Lanes>::stride(features)),
          memory_(bytes(features) / sizeof(Real)), w_(size(maps * stride_)), c_(size(maps)),
          plane_(size(maps * chunk)), g_(size(maps * stride_)), gc_(size(maps)), random_(seed),
          scratch_(memory_.data()), tile_(Lanes{}, scratch_, features)
    {
        x_ = drawn<Real>(random_, size(table_rows * features), 1.0);
        std::vector<Real> const w = drawn<Real>(random_, size(maps * features), 1.0);
        for (int j = 0; j < maps; ++j)
            for (int f = 0; f < features; ++f)
                w_[j * stride_ + f] = w[size(j * features + f)];
        for (int j = 0; j < maps; ++j)
            c_[j] = drawn<Real>(random_, 1, 1.0)[0];
        tile_.clear();
    }

    /// Fetches `count` rows, in table order or drawn, and checks the scores.
    bool scores_hold(int count, bool in_order)
    {
        count_ = count;
        rows_.clear();
        for (int b = 0; b < count; ++b)
            rows_.push_back(in_order ? static_cast<std::uint32_t>(b)
                                     : static_cast<std::uint32_t>(random_() % table_rows));
        tile_.prefetch(x_.data(), rows_.data(), count);
        tile_.fetch(x_.data(), in_order ? nullptr : rows_.data(), count);
        tile_.scores(w_.data(), c_.data(), maps_, plane_.data());
        bool hold = true;
        for (int j = 0; j < maps_; ++j) {
            for (int b = 0; b < chunk; ++b) {
                BoundedSum sum;
                sum.add(static_cast<double>(c_[j]));
                for (int f = 0; b < count && f < features_; ++f)
                    sum.add(static_cast<double>(w_[j * stride_ + f]) * at(b, f));
                Real const got = plane_[j * chunk + b];
                hold = hold && (b < count ? sum.holds(got) : std::isfinite(got));
            }
        }
        return hold;
    }

    /// Accumulates drawn coefficients, 0 behind the fetched rows, and checks the gradients.
    bool gradients_hold(bool first)
    {
        std::vector<Real> const c = drawn<Real>(random_, size(maps_ * chunk), 1.0);
        for (int i = 0; i < maps_ * chunk; ++i)
            plane_[i] = i % chunk < count_ ? c[size(i)] : Real(0);
        std::vector<BoundedSum> want(size(maps_ * (features_ + 1)));
        for (int j = 0; j < maps_; ++j) {
            for (int f = 0; f <= features_; ++f) {
                BoundedSum& sum = want[size(j * (features_ + 1) + f)];
                if (!first)
                    sum.add(static_cast<double>(f < features_ ? g_[j * stride_ + f] : gc_[j]));
                for (int b = 0; b < count_; ++b)
                    sum.add(static_cast<double>(plane_[j * chunk + b]) *
                            (f < features_ ? at(b, f) : 1));
            }
        }
        tile_.accumulate(plane_.data(), maps_, first, g_.data(), gc_.data());
        bool hold = true;
        for (int j = 0; j < maps_; ++j)
            for (int f = 0; f <= features_; ++f)
                hold = hold && want[size(j * (features_ + 1) + f)].holds(
                                   f < features_ ? g_[j * stride_ + f] : gc_[j]);
        return hold;
    }

private:
    static constexpr int table_rows = 40;

    static std::size_t size(int i) { return static_cast<std::size_t>(i); }
    static std::size_t bytes(int features)
    {
        Scratch measure(nullptr);
        Tile<Real, Lanes> const tile(Lanes{}, measure, features);
        return measure.used();
    }
    double at(int b, int f) const
    {
        return static_cast<double>(x_[rows_[size(b)] * size(features_) + size(f)]);
    }

    int features_;
    int maps_;
    int stride_;
    Aligned<Real> memory_;
    Aligned<Real> w_;
    Aligned<Real> c_;
    Aligned<Real> plane_;
    Aligned<Real> g_;
    Aligned<Real> gc_;
    std::mt19937_64 random_;
    Scratch scratch_;
    Tile<Real, Lanes> tile_;
    std::vector<Real> x_;
    std::vector<std::uint32_t> rows_;
    int count_ = 0;
};

/// Chunks of all kinds through one tile, so that each meets what the one before left behind.
template <class Real, class Lanes>
void check_tile(int features, int maps)
{
    INFO("features " << features << ", maps " << maps);
    TileCase<Real, Lanes> tile(features, maps, static_cast<unsigned>(features * 100 + maps));
    bool first = true;
    for (int const count : {5, 32, 17, 1, 31, 32}) {
        INFO("chunk of " << count << (first ? ", first" : ", added"));
        CHECK(tile.scores_hold(count, count == 17));
        CHECK(tile.gradients_hold(first));
        first = count == 1; // a new sum after some chunks
    }
}

template <class Real, class Lanes>
void check_tiles()
{
    for (int const features : {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64, 65})
        for (int maps = 1; maps <= 26; ++maps)
            check_tile<Real, Lanes>(features, maps);
}

} // namespace

TEMPLATE_TEST_CASE("tile of one thread on SIMD vectors", "", float, double)
{
    check_tiles<TestType, SerialLanes>();
}

TEMPLATE_TEST_CASE("generic tile on one lane", "", float, double)
{
    check_tiles<TestType, ThreadLanes>();
}
