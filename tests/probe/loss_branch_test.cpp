#include "host/probe/loss_branch.h"

#include "host/probe/loss_level.h"
#include "host/probe/noise_free.h"
#include "kernels/family/losses.h"
#include "kernels/lse/coordinates.h"
#include "kernels/model/shape.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>

using namespace moerate;

namespace
{

/// A gate with a loss of its papers, under both gauges.
struct Case
{
    char const *score, *normalizer, *loss;
    double r, tau;
    bool warm;
    int extra;
};

constexpr Case cases[] = {{"linear", "softmax", "softmax.L1", 1, 0, false, 1},
                          {"linear", "softmax", "softmax.L1", 1, 0, false, 0},
                          {"linear", "softmax", "softmax.L2r", 2, 0, false, 1},
                          {"linear", "softmax", "softmax.L2r", 1.5, 0, false, 2},
                          {"linear", "softmax", "temperature.L4", 1, 0, true, 1},
                          {"ridge", "softmax", "temperature.L3r", 2, 0, true, 1},
                          {"quadratic", "softmax", "quadratic.L1", 1, 0, false, 1},
                          {"monomial", "softmax", "monomial.L3", 1, 0, false, 2},
                          {"cosine", "softmax", "cosine.L2", 1, 0.1, false, 1},
                          {"cosine", "softmax", "cosine.L3", 1, 0, false, 0},
                          {"linear", "topk", "softmax.L1", 1, 0, false, 1},
                          {"linear", "sigmoid", "sigmoid.D1", 1, 0, false, 1},
                          {"linear", "sigmoid", "sigmoid.D2r", 1, 0, false, 1},
                          {"quadratic", "sigmoid", "sigmoid-quadratic.L1", 1, 0, false, 1}};

Model model_of(Case const& one, int k)
{
    GateSpec gate;
    gate.score = find<Scores>(one.score);
    gate.normalizer = find<Normalizers>(one.normalizer);
    gate.top = 2;
    gate.tau1 = gate.tau2 = one.tau;
    gate.learned_temperature = one.warm ? 1 : 0;
    gate.activation = find<Activations>("tanh");
    ExpertSpec expert;
    expert.form = find<Experts>("ridge");
    expert.activation = find<Activations>("relu");
    return make_model(gate, expert, 3, k);
}

/// Central differences of the loss itself.
std::vector<double> differences(LossLevel const& level, std::vector<double> const& theta)
{
    std::vector<double> slope;
    for (int z = 0; z < coordinate_count(level.fitted()); ++z) {
        std::vector<double> up(theta), down(theta);
        move_coordinate(level.fitted(), z, 1e-6, up);
        move_coordinate(level.fitted(), z, -1e-6, down);
        slope.push_back((level.value(up) - level.value(down)) / 2e-6);
    }
    return slope;
}

Measure on_a_line(std::string const& atoms)
{
    return measure_from_json(
        nlohmann::json::parse(R"({"d": 1, "gate": {"score": "linear", "normalizer": "softmax"},
            "expert": {"form": "ridge", "activation": "gelu"}, "atoms": )" +
                              atoms + "}"),
        "measure");
}

} // namespace

TEST_CASE("the slope of a branch is that of the loss, for each gate, loss and gauge")
{
    auto const device = make_cpu_device(1);
    for (Case const& one : cases)
        for (Gauge const gauge : {Gauge::none, Gauge::align})
            for (std::uint32_t seed = 2; seed < 5; ++seed) {
                INFO(fmt::format("{} {} {} {} {}", one.score, one.normalizer, one.loss,
                                 gauge == Gauge::align ? "align" : "none", seed));
                Measure const truth = generic_truth(model_of(one, 3), 1);
                Measure const fitted = generic_truth(model_of(one, 3 + one.extra), seed);
                LossChoice const choice{find<Losses>(one.loss), one.r, gauge};
                LossLevel const level(*device, fitted.model, truth, choice);
                auto const branch = LossBranch::at(fitted.model, truth, choice, fitted.theta);
                REQUIRE(branch);
                double const there = level.value(fitted.theta);
                CHECK(*branch->value(fitted.theta) == Approx(there).epsilon(1e-13));
                std::vector<double> const slope = level.gradient(fitted.theta);
                std::vector<double> const known = differences(level, fitted.theta);
                REQUIRE(slope.size() == known.size());
                for (std::size_t z = 0; z < slope.size(); ++z) // rounding of L over 2e-6
                    CHECK(slope[z] == Approx(known[z]).margin(3e-8 * (1 + there)));
            }
}

TEST_CASE("on the edge of two cells the slope is that of the cell an atom is counted in")
{
    // Atom 1 is as far from either true atom, and counts for the first: L = |w_1 - 1| + |w_2 + 1|
    // there; beyond the edge both are in one cell and L is another number.
    auto const device = make_cpu_device(1);
    Measure const truth = on_a_line(R"([{"gate": {"w": [1], "b": 0}, "expert": {"a": [1], "b": 0}},
                      {"gate": {"w": [-1], "b": 0}, "expert": {"a": [1], "b": 0}}])");
    Measure const fitted = on_a_line(R"([{"gate": {"w": [0], "b": 0}, "expert": {"a": [1], "b": 0}},
                      {"gate": {"w": [-1.5], "b": 0}, "expert": {"a": [1], "b": 0}}])");
    LossLevel const level(*device, fitted.model, truth,
                          {find<Losses>("softmax.L1"), 1, Gauge::none});
    int const w = 0; // the gate's locations come first
    REQUIRE(fitted.theta[w + 1] == -1.5);
    std::vector<double> const slope = level.gradient(fitted.theta);
    CHECK(slope[w] == Approx(-1).epsilon(1e-8));
    CHECK(slope[w + 1] == Approx(-1).epsilon(1e-8));
}

TEST_CASE("losses of other choices have no branch")
{
    Case one = cases[11];
    Measure const truth = generic_truth(model_of(one, 3), 1);
    LossChoice choice{find<Losses>("sigmoid.D3"), 1, Gauge::align};
    CHECK(LossBranch::at(truth.model, truth, choice, truth.theta));
    choice.against = Against::set;
    CHECK_FALSE(LossBranch::at(truth.model, truth, choice, truth.theta));
    choice = {find<Losses>("hierarchical.L5"), 1, Gauge::align};
    CHECK_FALSE(LossBranch::at(truth.model, truth, choice, truth.theta));
}
