// Distances by block (docs/losses.md), worked out on paper (d = 1), and what they do not depend on.

#include "host/measure/block_distances.h"
#include "tests/loss/measure_case.h"

#include <cmath>
#include <map>
#include <string>

using namespace moerate;

namespace
{

LossChoice block_choice(std::string_view loss, Gauge gauge = Gauge::none, double r = 1)
{
    return {find<Losses>(loss), r, gauge, Against::measure};
}

std::map<std::string, BlockDistance> blocks_by_name(Measure const& fitted, Measure const& truth,
                                                    LossChoice const& choice)
{
    std::map<std::string, BlockDistance> named;
    std::vector<LossBlock> const blocks = loss_blocks(fitted.model, truth.model, choice);
    std::vector<BlockDistance> const distances = block_distances(fitted, truth, choice);
    REQUIRE(blocks.size() == distances.size());
    for (std::size_t b = 0; b < blocks.size(); ++b)
        named[blocks[b].name] = distances[b];
    CHECK(named.size() == blocks.size());
    return named;
}

/// The powers of a block in a loss of k atoms where two are true: over, exact.
std::pair<double, double> powers_in(std::string_view loss, std::string_view score,
                                    std::string_view normalizer, int k, std::string const& name)
{
    auto const model = [&](int atoms) {
        return make_model(gate_of(score, normalizer), expert_of("ridge"), 2, atoms);
    };
    for (LossBlock const& block : loss_blocks(model(k), model(2), block_choice(loss)))
        if (block.name == name)
            return {block.over, block.exact};
    FAIL("no block " + name);
    return {};
}

// Atom 0 stands one gate step from true atom 0; atoms 1 and 2, of masses 1 and 3, crowd around true
// atom 1 of mass 2, one off by 2 in the expert's b, the other by 1 in the gate.
std::vector<Atom> const block_truth = {{{0}, 0, {1}, 0}, {{4}, ln2, {-1}, 0}};
std::vector<Atom> const block_fit = {{{1}, 0, {1}, 0}, {{4}, 0, {-1}, 2}, {{5}, ln3, {-1}, 0}};

} // namespace

TEST_CASE("distances by block of a crowded and an exact cell")
{
    auto const named =
        blocks_by_name(measure_of("softmax", block_fit), measure_of("softmax", block_truth),
                       block_choice("softmax.L1"));
    REQUIRE(named.size() == 6);
    CHECK(*named.at("gate.w").over == near(0.75)); // (1 * 0 + 3 * 1) / 4
    CHECK(*named.at("gate.w").exact == near(1));
    CHECK(*named.at("expert").over == near(0.5)); // (1 * 2 + 3 * 0) / 4
    CHECK(*named.at("expert.a").over == 0);
    CHECK(*named.at("expert.b").over == near(0.5));
    CHECK(*named.at("expert").exact == 0);
    CHECK(*named.at("gate.b").over == near((ln2 + 3 * (ln3 - ln2)) / 4));
    CHECK(*named.at("mass").over == near(2)); // |1 + 3 - 2|
    CHECK(*named.at("mass").exact == 0);
}

TEST_CASE("a loss without weights has distances without weights, and none without a cell")
{
    auto const named =
        blocks_by_name(measure_of("sigmoid", block_fit), measure_of("sigmoid", block_truth),
                       block_choice("sigmoid.D1"));
    CHECK(*named.at("gate.w").over == near(0.5));
    CHECK(*named.at("expert").over == near(1));
    CHECK(*named.at("mass").over == near(7.0 / 12)); // 1/2 + 3/4 - 2/3
    auto const exact =
        blocks_by_name(measure_of("softmax", block_truth), measure_of("softmax", block_truth),
                       block_choice("softmax.L1"));
    for (auto const& [name, block] : exact) {
        CHECK_FALSE(block.over);
        CHECK(*block.exact == 0);
    }
}

TEST_CASE("distances by block are of the aligned atoms")
{
    std::vector<Atom> moved = block_truth;
    for (Atom& atom : moved) {
        atom.w[0] += 1;
        atom.b += 5;
    }
    moved[1].a[0] += 0.25;
    Measure const fitted = measure_of("softmax", moved), truth = measure_of("softmax", block_truth);
    auto const raw = blocks_by_name(fitted, truth, block_choice("softmax.L1"));
    auto const aligned = blocks_by_name(fitted, truth, block_choice("softmax.L1", Gauge::align));
    CHECK(*raw.at("gate.w").exact == near(1));
    CHECK(*raw.at("gate.b").exact == near(5));
    // Sums of a few numbers around 8: roundings of that size.
    CHECK(*aligned.at("gate.w").exact == Approx(0).margin(1e-14));
    CHECK(*aligned.at("gate.b").exact == Approx(0).margin(1e-14));
    CHECK(*aligned.at("mass").exact == Approx(0).margin(1e-13));
    CHECK(*aligned.at("expert.a").exact == near(0.25));
}

TEST_CASE("distances by block of groups and of their members")
{
    // kappa, nu by atom; omega, beta by group; a, b by atom.
    Measure const truth =
        measure_with(grouped_model({0, 1}, 2), {1, 4, 0, 0, 0, 10, 0, 0, 1, -1, 0, 0});
    Measure const fitted = measure_with(
        grouped_model({0, 0, 1}, 2), {1, 3, 5, 0, ln3, 0, 0.5, 10.25, ln2, 0, 1, 1, -1, 0, 4, 0});
    auto const named =
        blocks_by_name(fitted, truth, block_choice("hierarchical.L6r", Gauge::none, 1));
    CHECK_FALSE(named.at("group.w").over);
    CHECK(*named.at("group.w").exact == near(0.5));
    CHECK(*named.at("group.mass").exact == near(1)); // 2 - 1
    CHECK(*named.at("gate.w").over == near(1.5));    // (1 * 0 + 3 * 2) / 4
    CHECK(*named.at("gate.w").exact == near(1));
    CHECK(*named.at("expert.b").over == near(3)); // (1 * 0 + 3 * 4) / 4
    CHECK(*named.at("mass").over == near(3));     // 1 + 3 - 1
    CHECK(*named.at("mass").exact == 0);
}

TEST_CASE("powers of the blocks: those of the papers' terms")
{
    using Powers = std::pair<double, double>;
    // 001 eq 17: A r-bar / 2, w r-bar, eta 2; r-bar = 4, 6, 7 of the largest cell.
    CHECK(powers_in("quadratic.L1", "quadratic", "softmax", 3, "gate.A") == Powers(2, 1));
    CHECK(powers_in("quadratic.L1", "quadratic", "softmax", 4, "gate.A") == Powers(3, 1));
    CHECK(powers_in("quadratic.L1", "quadratic", "softmax", 5, "gate.w") == Powers(7, 1));
    CHECK(powers_in("quadratic.L1", "quadratic", "softmax", 4, "expert.a") == Powers(2, 1));
    CHECK(powers_in("quadratic.L1", "quadratic", "softmax", 4, "mass") == Powers(1, 1));
    CHECK(powers_in("monomial.L3", "monomial", "softmax", 4, "gate.A") == Powers(2, 1));
    CHECK(powers_in("softmax.L1", "linear", "softmax", 3, "gate.b") == Powers(0, 0)); // mass has it
    CHECK(powers_in("sigmoid.D1", "linear", "sigmoid", 3, "gate.b") == Powers(0, 1));
    CHECK(powers_in("sigmoid.D1", "linear", "sigmoid", 3, "mass") == Powers(1, 0));
    CHECK(powers_in("sigmoid.D3", "linear", "sigmoid", 3, "mass") == Powers(0, 0));
    CHECK(powers_in("softmax.L1", "linear", "softmax", 2, "gate.w") == Powers(0, 1)); // none extra
    CHECK(powers_in("softmax.L1", "linear", "softmax", 2, "mass") == Powers(0, 1));
    Model const model = make_model(gate_of("linear", "sigmoid"), expert_of("ridge"), 2, 3);
    LossChoice set = block_choice("sigmoid.D3");
    set.against = Against::set;
    CHECK(loss_blocks(model, model, set).empty());
}

TEST_CASE("a learned temperature is a block")
{
    auto const model = [](int k) {
        return make_model(gate_of("linear", "softmax", true), expert_of("ridge"), 1, k);
    };
    // w, b, T, a, b of two atoms.
    Measure const truth = measure_with(model(2), {0, 4, 0, 0, 1, 1, -1, 0, 0});
    Measure const fitted = measure_with(model(2), {0, 4, 0, 0, 1.5, 1, -1, 0, 0});
    auto const named = blocks_by_name(fitted, truth, block_choice("temperature.L4"));
    CHECK(*named.at("temperature").exact == near(0.5));
    CHECK(*named.at("gate.w").exact == 0);
}
