// Features and the two tile primitives against values and sums written out in float64. The SIMD
// tile of the level that the tests are compiled for and the generic tile on one lane run through
// one body; the other levels are reached through evaluate_test.cpp.

#include "tests/fit/tile_case.h"
#include "tests/support/host_lanes.h"
#include "tests/support/sanitized.h"
#include "tests/support/warp_lanes.h"

#include <catch2/catch.hpp>

#include <memory>

using namespace moerate;

namespace
{

/// A tile of a warp: each call is made by all lanes.
template <class Real, Turns turns>
class WarpTile
{
    using Lane = Tile<Real, HostWarpLanes>;

public:
    static constexpr int align = Lane::align;
    static constexpr int stride(int features) { return Lane::stride(features); }

    WarpTile(Scratch& scratch, FeatureMap const& map) : warp_(std::make_unique<HostWarp>(turns))
    {
        Scratch const begin = scratch;
        for (int rank = 0; rank < HostWarp::size; ++rank) {
            scratch = begin; // all lanes share the tile's memory
            lanes_.emplace_back(HostWarpLanes(rank, *warp_), scratch, map);
        }
    }
    void clear()
    {
        all([](Lane& tile) { tile.clear(); });
    }
    template <class Row> // nullptr is a type of its own to a warp's tile
    void prefetch(Real const* x, Row row, int count)
    {
        all([&](Lane& tile) { tile.prefetch(x, row, count); });
    }
    void fetch(Real const* x, std::uint32_t const* row, int count)
    {
        all([&](Lane& tile) { tile.fetch(x, row, count); });
    }
    void scores(FeatureRange range, Real const* w, Real const* c, int maps, Real* s)
    {
        all([&](Lane& tile) { tile.scores(range, w, c, maps, s); });
    }
    void accumulate(FeatureRange range, Real const* coefficient, int maps, bool first, Real* g,
                    Real* gc)
    {
        all([&](Lane& tile) { tile.accumulate(range, coefficient, maps, first, g, gc); });
    }

private:
    template <class F>
    void all(F const& f)
    {
        warp_->run([&](int rank) { f(lanes_[static_cast<std::size_t>(rank)]); });
    }

    std::unique_ptr<HostWarp> warp_;
    std::vector<Lane> lanes_;
};

/// Chunks of all kinds through one tile, so that each meets what the one before left behind.
template <class Real, class Tile>
void check_tile(Sets const& sets, int d, int maps)
{
    INFO("blocks " << sets.gate << " and " << sets.expert << ", d = " << d << ", maps " << maps);
    TileCase<Real, Tile> tile(sets, d, maps, static_cast<unsigned>(d * 100 + maps));
    bool first = true;
    bool in_order = false; // every other chunk, so whole ones both ways
    for (int const count : {5, 17, 32, 32, 1, 31}) {
        INFO("chunk of " << count << (first ? ", first" : ", added"));
        tile.fetch(count, in_order);
        in_order = !in_order;
        CHECK(tile.scores_hold());
        CHECK(tile.gradients_hold(first));
        first = count == 1; // a new sum after some chunks
    }
}

/// What the members of the lists read, side by side, and each block on its own; each pair once.
std::vector<Sets> all_sets()
{
    std::vector<Sets> sets{{feature_none, feature_none}};
    auto const add = [&](unsigned gate, unsigned expert) {
        for (Sets const& one : sets)
            if (one.gate == gate && one.expert == expert)
                return;
        sets.push_back({gate, expert});
    };
    for (unsigned block = 1; block <= feature_unit; block *= 2)
        add(block, block);
    for_each(Scores{}, [&](auto score, int) {
        for_each(Experts{}, [&](auto form, int) { add(score.features, form.features); });
    });
    return sets;
}

/// Every `step`-th number of maps; a fifth of them still leaves every remainder by 2, 3 and 4.
template <class Real, class Tile>
void check_tiles(int step = sanitized ? 5 : 1)
{
    for (int const d : {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64, 65})
        for (int maps = 1; maps <= 26; maps += step)
            check_tile<Real, Tile>({feature_x, feature_x}, d, maps);
    for (Sets const& sets : all_sets())
        for (int const d : {1, 2, 3, 5, 8, 9, 16, 17})
            for (int const maps : {1, 3, 8, 9})
                check_tile<Real, Tile>(sets, d, maps);
}

} // namespace

TEMPLATE_TEST_CASE("tile of one thread on SIMD vectors", "", float, double)
{
    check_tiles<TestType, LoneTile<TestType, SerialLanes>>();
}

TEMPLATE_TEST_CASE("generic tile on one lane", "", float, double)
{
    check_tiles<TestType, LoneTile<TestType, HostLanes>>();
}

TEMPLATE_TEST_CASE("register tile of a warp", "", float, double)
{
    check_tiles<TestType, WarpTile<TestType, Turns::up>>();
    check_tiles<TestType, WarpTile<TestType, Turns::down>>(5);
}

TEST_CASE("rows of a warp's tile meet no bank of shared memory twice")
{
    using Lane = Tile<float, HostWarpLanes>;
    for (int features = 0; features <= 300; ++features) {
        int const stride = Lane::stride(features);
        REQUIRE(stride % 4 == 0); // loads of four numbers
        // Two halves of whole quads each.
        REQUIRE(stride >= 8 * ((features + 7) / 8));
        unsigned quarters = 0; // eight rows, four banks each
        for (int row = 0; row < 8; ++row)
            quarters |= 1U << (row * stride / 4 % 8);
        REQUIRE(quarters == 0xffU);
    }
}

TEST_CASE("feature ranges begin aligned and hold their blocks side by side")
{
    for (Sets const& sets : all_sets()) {
        for (int const align : {1, 4, 8, 16}) {
            for (int const d : {1, 3, 8, 17}) {
                INFO("blocks " << sets.gate << " and " << sets.expert << ", d = " << d
                               << ", alignment " << align);
                FeatureMap const map = lay_out(sets.gate, sets.expert, d, tau, align);
                CHECK(map.gate.size == features_size(sets.gate, d));
                CHECK(map.expert.size == features_size(sets.expert, d));
                for (FeatureRange const& range : {map.gate, map.expert}) {
                    CHECK(range.begin % align == 0);
                    CHECK(range.begin + range.size <= map.total);
                }
                CHECK(map.total % align == 0);
                CHECK(map.total >= d); // x is always there
                if (sets.gate == sets.expert)
                    CHECK(map.gate.begin == map.expert.begin);
            }
        }
    }
}

TEST_CASE("sizes and places of features")
{
    CHECK(features_size(feature_none, 5) == 0);
    CHECK(features_size(feature_x | feature_vech, 5) == 5 + 15);
    CHECK(features_size(feature_x | feature_square, 5) == 6);
    CHECK(features_size(feature_cosine, 5) == 5);
    CHECK(features_size(feature_unit, 5) == 5);
    int at = 0;
    for (int a = 0; a < 5; ++a)
        for (int b = a; b < 5; ++b)
            CHECK(vech_index(5, a, b) == at++);
}
