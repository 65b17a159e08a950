// Parts and powers of the losses, each worked out on paper. Tolerance as in hand_test.cpp.

#include "tests/loss/measure_case.h"

#include <cmath>

using namespace moerate;

namespace
{

/// One atom of a quadratic gate in two dimensions: A (row-major), w, b, a, b of the expert.
Measure quadratic(char const* normalizer, std::vector<double> theta)
{
    return measure_with(make_model(gate_of("quadratic", normalizer), expert_of("ridge"), 2, 1),
                        std::move(theta));
}

/// `size` atoms in one dimension with A, w, b, a, b_expert of 0, but A = 2 for the first, w = 2 for
/// the second, and the expert's a = 2 for the last.
Measure crowd(char const* normalizer, int size)
{
    auto const k = static_cast<std::size_t>(size);
    std::vector<double> theta(5 * k);
    theta[0] = 2;
    theta[k + 1] = 2;
    theta[4 * k - 1] = 2;
    return measure_with(make_model(gate_of("quadratic", normalizer), expert_of("ridge"), 1, size),
                        theta);
}

} // namespace

// 2 and 2: once as (sqrt 2)^2, as forms weigh what lies beside the diagonal, once as 1 + 1.
TEST_CASE("forms that are as far apart but for rounding are a tie")
{
    std::vector<double> theta(20);
    theta[1] = theta[2] = 1; // A of the first true atom: (0 1; 1 0)
    theta[4] = theta[7] = 1; // of the second one: I
    Measure const truth = measure_with(
        make_model(gate_of("quadratic", "softmax"), expert_of("ridge"), 2, 2), theta);
    Measure const fitted = quadratic("softmax", std::vector<double>(10));
    CHECK(measure_loss(fitted, truth, "quadratic.L1").cell == std::vector<int>{0});
}

TEST_CASE("A counts by its symmetric part in the Frobenius norm")
{
    // A - A* = (2 5; -1 0): symmetric part (2 2; 2 0), square 12. w off by (3, 4), expert by (0, 0,
    // 2).
    Measure const truth = quadratic("softmax", {1, 1, 1, 1, 0, 0, 0, 0, 0, 0});
    Measure const fitted = quadratic("softmax", {3, 6, 0, 1, 3, 4, 0, 0, 0, 2});
    double const root = std::sqrt(12.0);
    Measured const one = measure_loss(fitted, truth, "quadratic.L1");
    CHECK(one.record.exact == near(root + 5 + 2));
    CHECK(one.record.mass == 0);
    CHECK(one.record.exact_gate == near(std::sqrt(12.0 + 25)));
    CHECK(measure_loss(fitted, truth, "quadratic.L2r", Gauge::none, 3).record.value ==
          near(12 * root + 125 + 8));
    CHECK(measure_loss(fitted, truth, "monomial.L3").record.value == near(root + 2));
    CHECK(measure_loss(fitted, truth, "monomial.L2r", Gauge::none, 3).record.value ==
          near(12 * root + 8));
    CHECK(measure_loss(fitted, truth, "softmax.L1").record.value == near(5 + 2));

    // An antisymmetric difference is none.
    Measure const turned = quadratic("softmax", {1, 4, -2, 1, 0, 0, 0, 0, 0, 0});
    CHECK(measure_loss(turned, truth, "quadratic.L1").record.value == 0);
}

TEST_CASE("quadratic.L1 takes its powers from the size of the cell")
{
    // One true atom at 0 with all of the mass: |dA|^(R/2) + |dw|^R + |deta|^2 = 2^(R/2) + 2^R +
    // 2^2.
    for (auto const& [size, r_bar] :
         {std::pair(2, 4.0), std::pair(3, 6.0), std::pair(4, 7.0), std::pair(5, 7.0)})
    {
        Measure const truth = measure_with(
            make_model(gate_of("quadratic", "softmax"), expert_of("ridge"), 1, 1), {0, 0, 0, 0, 0});
        Measured const m = measure_loss(crowd("softmax", size), truth, "quadratic.L1");
        INFO("cell of " << size);
        CHECK(m.record.over == near(std::pow(2, r_bar / 2) + std::pow(2, r_bar) + 4));
        CHECK(m.record.mass == near(size - 1));
        CHECK(measure_loss(crowd("softmax", size), truth, "monomial.L3").record.over ==
              near(4 + 4));
    }
}

TEST_CASE("losses of sigmoid gates with quadratic scores")
{
    // b off by 1, A and w and expert as above; m = 1 / (1 + e^-b).
    double const root = std::sqrt(12.0);
    Measure const truth = quadratic("sigmoid", {1, 1, 1, 1, 0, 0, 0, 0, 0, 0});
    Measure const fitted = quadratic("sigmoid", {3, 6, 0, 1, 3, 4, 1, 0, 0, 2});
    auto const exact = [&](char const* name, double r) {
        Measured const m = measure_loss(fitted, truth, name, Gauge::none, r);
        CHECK(m.record.mass == 0);
        CHECK(m.record.over == 0);
        return m.record.exact;
    };
    CHECK(exact("sigmoid-quadratic.L1", 1) == near(root + 5 + 1 + 2));
    CHECK(exact("sigmoid-quadratic.L2r", 2) == near(12 + 25 + 1 + 4));
    CHECK(exact("sigmoid-quadratic.L3", 1) == near(root + 5 + 1 + 2));
    CHECK(exact("sigmoid-monomial.L4", 1) == near(root + 1 + 2));
    CHECK(exact("sigmoid-monomial.L5", 1) == near(root + 1 + 2));

    // A crowded cell: masses 1/2 each against 1/2, no |db|; weights 1.
    Measure const one = measure_with(
        make_model(gate_of("quadratic", "sigmoid"), expert_of("ridge"), 1, 1), {0, 0, 0, 0, 0});
    Measure const three = crowd("sigmoid", 3);
    auto const over = [&](char const* name, double mass, double r) {
        Measured const m = measure_loss(three, one, name, Gauge::none, r);
        CHECK(m.record.mass == near(mass));
        CHECK(m.record.exact == 0);
        return m.record.over;
    };
    CHECK(over("sigmoid-quadratic.L1", 1, 1) == near(4 + 4 + 4));
    CHECK(over("sigmoid-quadratic.L2r", 1, 3) == near(8 + 8 + 8));
    CHECK(over("sigmoid-quadratic.L3", 0, 1) == near(2 + 2 + 2));
    CHECK(over("sigmoid-monomial.L4", 1, 1) == near(4 + 4));
    CHECK(over("sigmoid-monomial.L5", 0, 1) == near(2 + 2));
}

TEST_CASE("the temperature has a term an atom, and divides b on each side")
{
    // w, b, T, a, b_expert; T = 2 and b = 2 log 3 against T* = 4, b* = 4 log 3: both m = 3.
    Model const model = make_model(gate_of("linear", "softmax", true), expert_of("ridge"), 1, 1);
    Measure const truth = measure_with(model, {0, 4 * ln3, 4, 0, 0});
    Measure const fitted = measure_with(model, {5, 2 * ln3, 2, 0, 1});
    Measured const four = measure_loss(fitted, truth, "temperature.L4");
    CHECK(four.record.mass < 1e-14);
    CHECK(four.record.exact == near(3 * (5 + 2 + 1)));
    CHECK(four.record.exact_gate == near(std::sqrt(25.0 + 4)));
    CHECK(measure_loss(fitted, truth, "temperature.L3r", Gauge::none, 3).record.exact ==
          near(3 * (125 + 8 + 1)));

    // Two atoms in the cell, m = 1 and 2: squares, one |dT|^2 for each.
    Model const two = make_model(gate_of("linear", "softmax", true), expert_of("ridge"), 1, 2);
    Measure const split = measure_with(two, {0, 1, 0, 2 * std::log(2.0), 2, 0, 0, 0, 0});
    Measured const m = measure_loss(split, truth, "temperature.L4");
    CHECK(m.record.mass < 1e-14);
    CHECK(m.record.over == near(1 * (0 + 4) + 2 * (1 + 4)));

    // A fixed temperature is known, not lacking; it enters theta where the other side learns its
    // own.
    Model const fixed =
        make_model(gate_of("linear", "softmax"), expert_of("ridge"), 1, 1, nullptr, 0, 4);
    Measure const cold = measure_with(fixed, {0, 4 * ln3, 0, 0});
    CHECK(measure_loss(fitted, cold, "temperature.L4").record.exact == near(3 * (5 + 2 + 1)));
    Measured const mixed = measure_loss(fitted, cold, "softmax.L1");
    CHECK(mixed.record.exact == near(3 * (5 + 1)));
    CHECK(mixed.record.exact_gate == near(std::sqrt(25.0 + 4)));
}

TEST_CASE("losses that split the expert take each parameter on its own, lambda too")
{
    // ffn: a off by 3, b by 4, lambda by 12; layout w, b, a, b, lambda.
    Model const ffn = make_model(gate_of("linear", "softmax"), expert_of("ffn"), 1, 1);
    Measure const truth = measure_with(ffn, {0, 0, 0, 0, 1});
    Measure const fitted = measure_with(ffn, {0, 0, 3, 4, 13});
    auto const loss = [&](char const* name, double r) {
        return measure_loss(fitted, truth, name, Gauge::none, r).record.value;
    };
    CHECK(loss("softmax.L1", 1) == near(13));
    CHECK(loss("softmax.L2r", 1) == near(3 + 4 + 12));
    CHECK(loss("softmax.L2r", 2) == near(169));
    CHECK(loss("cosine.L1r", 1) == near(13));
    CHECK(loss("cosine.L1r", 2) == near(169));

    // A constant expert has b alone.
    Model const constant = make_model(gate_of("linear", "softmax"), expert_of("constant"), 1, 1);
    CHECK(measure_loss(measure_with(constant, {0, 0, 5}), measure_with(constant, {0, 0, 3}),
                       "softmax.L2r", Gauge::none, 3)
              .record.value == near(8));
    // Against ffn it lacks a and lambda: they count as 0.
    CHECK(measure_loss(measure_with(constant, {0, 0, 5}), fitted, "softmax.L2r").record.value ==
          near(3 + 1 + 13));
}

TEST_CASE("cosine.L3 takes first powers in crowded cells, cosine.L2 squares")
{
    // Masses 1 and 2 around one atom of mass 3: one off by 3 in w, one by 2 in the expert.
    Model const two = make_model(gate_of("cosine", "softmax"), expert_of("ridge"), 1, 2);
    Model const one = make_model(gate_of("cosine", "softmax"), expert_of("ridge"), 1, 1);
    Measure const fitted = measure_with(two, {4, 1, 0, std::log(2.0), 0, 2, 0, 0});
    Measure const truth = measure_with(one, {1, ln3, 0, 0});
    CHECK(measure_loss(fitted, truth, "cosine.L3").record.over == near(3 + 2 * 2));
    CHECK(measure_loss(fitted, truth, "cosine.L2").record.over == near(9 + 2 * 4));
    CHECK(measure_loss(fitted, truth, "cosine.L1r", Gauge::none, 3).record.over ==
          near(27 + 2 * 8));
}

TEST_CASE("location keys follow the loss; what one side lacks counts as 0")
{
    // Linear truth, quadratic fit with A = 3 and w off by 2.
    Measure const truth = measure_with(
        make_model(gate_of("linear", "softmax"), expert_of("ridge"), 1, 1), {1, 0, 1, 0});
    Measure const fitted = measure_with(
        make_model(gate_of("quadratic", "softmax"), expert_of("ridge"), 1, 1), {3, 3, 0, 1, 0});
    CHECK(measure_loss(fitted, truth, "quadratic.L1").record.value == near(3 + 2));
    CHECK(measure_loss(fitted, truth, "softmax.L1").record.value == near(2));
    CHECK(measure_loss(fitted, truth, "monomial.L3").record.value == near(3));
    CHECK(measure_loss(truth, fitted, "quadratic.L1").record.value == near(3 + 2));
    // A monomial gate lacks w.
    Measure const monomial = measure_with(
        make_model(gate_of("monomial", "softmax"), expert_of("ridge"), 1, 1), {3, 0, 1, 0});
    CHECK(measure_loss(monomial, truth, "quadratic.L1").record.value == near(3 + 1));
}

TEST_CASE("attention: K and kappa in place of w, m = 1, nothing shared is compared")
{
    // rank 1, d = 2; layout K (2 an atom), kappa, Q, q, a, b. Off by (3, 0 | 4) in K and kappa.
    Model const one = make_model(gate_of("attention", "softmax"), expert_of("ridge"), 2, 1);
    Measure const truth = measure_with(one, {0, 1, 0, 5, 5, 5, 0, 0, 0});
    Measure const fitted = measure_with(one, {3, 1, 4, 7, 8, 9, 0, 0, 2});
    Measured const m = measure_loss(fitted, truth, "softmax.L1");
    CHECK(m.record.mass == 0);
    CHECK(m.record.exact == near(5 + 2));
    CHECK(m.record.exact_gate == near(5));

    // Two atoms on one: masses 1 + 1 against 1, whatever the gauge: there is no b to move.
    Model const two = make_model(gate_of("attention", "softmax"), expert_of("ridge"), 2, 2);
    Measure const doubled = measure_with(two, {0, 1, 0, 1, 0, 0, 5, 5, 5, 0, 0, 0, 0, 0, 0});
    for (Gauge gauge : {Gauge::none, Gauge::align})
        CHECK(measure_loss(doubled, truth, "softmax.L1", gauge).record.value == near(1));
}
