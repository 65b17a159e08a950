// Contracts, checked whatever the build: the kernels' namespace is this file's own.
#define MOE_ISA isa_expect
#define MOE_CHECKED 1

#include "kernels/loss/hierarchical_one.h"
#include "kernels/model/layout.h"
#include "kernels/model/tile.h"
#include "kernels/rates/quantile.h"
#include "kernels/rng/order.h"
#include "kernels/rng/start_index.h"

#include <catch2/catch.hpp>

#include <vector>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

constexpr StreamKey key{1, 2, 3, 4};

/// A hierarchical model of three atoms.
Model grouped_model(std::vector<int> const& group_of, int groups)
{
    GateSpec gate;
    gate.normalizer = find<Normalizers>("hierarchical");
    return make_model(gate, {}, 2, 3, group_of.data(), groups);
}

} // namespace

TEST_CASE("a broken contract names its place and what was expected")
{
    alignas(64) char memory[128];
    CHECK_NOTHROW(Scratch(memory));
    CHECK_NOTHROW(Scratch(nullptr));
    CHECK_THROWS_WITH(Scratch(memory + 32), Contains("kernels/core/scratch.h:") &&
                                                Contains(": expected aligned(base, 64)"));
}

TEST_CASE("contracts of sizes")
{
    double from[6] = {}, to[6] = {};
    CHECK_NOTHROW(copy_rows(SerialLanes{}, 2, 3, from, 3, to, 3));
    CHECK_THROWS_AS(copy_rows(SerialLanes{}, 2, 3, from, 3, to, 2), std::logic_error);
    CHECK_NOTHROW(quantile(from, 1, 1.0));
    CHECK_THROWS_AS(quantile(from, 0, 0.5), std::logic_error);
    CHECK_THROWS_AS(make_order(key, 0, 0), std::logic_error);
    CHECK_THROWS_AS(make_order(key, 0, 1U << 31), std::logic_error);
    EpochOrder const order = make_order(key, 0, 5);
    std::uint32_t rows[8];
    CHECK_NOTHROW(fill_order(SerialLanes{}, order, 2, 3, rows));
    CHECK_THROWS_AS(fill_order(SerialLanes{}, order, 2, 4, rows), std::logic_error);
    CHECK_THROWS_AS(replacement_row(key, 1U << 23, 0, 5), std::logic_error);
    CHECK_NOTHROW(start_noise_index(1, 65535, 65535));
    CHECK_THROWS_AS(start_noise_index(1, 65536, 0), std::logic_error);
}

TEST_CASE("contracts of groups: each atom is in one of them, once")
{
    CHECK_NOTHROW(grouped_model({0, 1, 0}, 2));
    CHECK_THROWS_AS(grouped_model({0, 2, 0}, 2), std::logic_error);
    int const once[] = {0, 2}, twice[] = {1, 1}, beyond[] = {0, 3};
    CHECK(ascend({2, once}, 3));
    CHECK_FALSE(ascend({2, twice}, 3));
    CHECK_FALSE(ascend({2, beyond}, 3));
    Model const model = grouped_model({0, 1, 0}, 2);
    std::vector<double> const theta(static_cast<std::size_t>(model.layout.size));
    LossForm const form = form_of(find<Losses>("hierarchical.L5"));
    Columns const columns = columns_of(form, Level::atoms, model, model);
    std::vector<double> out(static_cast<std::size_t>(3 * columns.width));
    auto const gather = [&](int const* index) {
        gather_rows(SerialLanes{}, columns, model, theta.data(), {2, index}, out.data());
    };
    CHECK_NOTHROW(gather(once));
    CHECK_THROWS_AS(gather(twice), std::logic_error);
    CHECK_THROWS_AS(gather(beyond), std::logic_error);
    int index[3];
    CHECK_THROWS_AS(members_of(SerialLanes{}, model, 2, index), std::logic_error);
}

TEST_CASE("contracts of alignment")
{
    using Vectors = Tile<double, SerialLanes>;
    alignas(64) static char memory[1 << 16];
    alignas(64) double w[64] = {}, c[1] = {}, s[2 * chunk];
    Scratch scratch(memory);
    FeatureMap const map = lay_out(feature_x, feature_x, 2, 0, Vectors::align);
    Vectors tile(SerialLanes{}, scratch, map);
    tile.clear();
    CHECK_NOTHROW(tile.scores(map.gate, w, c, 1, s));
    CHECK_THROWS_AS(tile.scores(map.gate, w + 1, c, 1, s), std::logic_error);
    CHECK_THROWS_AS(tile.scores({1, 2}, w, c, 1, s), std::logic_error);
    CHECK_THROWS_AS(tile.fetch(w, nullptr, chunk + 1), std::logic_error);
}
