// Losses small enough to be worked out on paper (d = 1). Sums of a few numbers: the tolerance of
// Approx here is 1e-14 relative, some tens of roundings.

#include "tests/loss/measure_case.h"

#include <cmath>
#include <limits>

using namespace moerate;

namespace
{

double logistic(double b)
{
    return 1.0 / (1.0 + std::exp(-b));
}

// Two true atoms with m* = 1 and 2. Fitted atom 0 stands one gate step from true atom 0, atoms 1
// and 2 crowd around true atom 1: one off by 2 in the expert, one by 1 in the gate.
std::vector<Atom> const true_atoms = {{{0}, 0, {1}, 0}, {{4}, std::log(2.0), {-1}, 0}};
std::vector<Atom> const fitted_atoms = {
    {{1}, 0, {1}, 0}, {{4}, 0, {-1}, 2}, {{5}, std::log(3.0), {-1}, 0}};

} // namespace

TEST_CASE("softmax losses of a crowded and an exact cell")
{
    Measure const truth = measure_of("softmax", true_atoms);
    Measure const fitted = measure_of("softmax", fitted_atoms);

    // mass |1-1| + |1+3-2| = 2, exact 1(1+0), over 1(0+2^2) + 3(1^2+0)
    Measured const one = measure_loss(fitted, truth, "softmax.L1");
    CHECK(one.cell == std::vector<int>{0, 1, 1});
    CHECK(one.record.mass == near(2));
    CHECK(one.record.exact == near(1));
    CHECK(one.record.over == near(7));
    CHECK(one.record.value == near(10));
    CHECK(one.record.exact_gate == near(1));
    CHECK(one.record.exact_expert == 0);
    CHECK(one.record.over_gate == near(1));
    CHECK(one.record.over_expert == near(2));
    CHECK(one.record.empty == 0);
    CHECK(one.record.missed == 0);

    // r = 3: exact 1, over 1*2^3 + 3*1
    Measured const cubed = measure_loss(fitted, truth, "softmax.L2r", Gauge::none, 3);
    CHECK(cubed.record.mass == near(2));
    CHECK(cubed.record.exact == near(1));
    CHECK(cubed.record.over == near(11));
}

TEST_CASE("softmax.L2r splits the expert's norm in a and b, softmax.L1 does not")
{
    // Expert off by (3, 4): |deta| = 5, |da|^2 + |db|^2 = 25, |da| + |db| = 7.
    Measure const truth = measure_of("softmax", {{{0}, 0, {0}, 0}});
    Measure const fitted = measure_of("softmax", {{{0}, 0, {3}, 4}});
    CHECK(measure_loss(fitted, truth, "softmax.L1").record.value == near(5));
    CHECK(measure_loss(fitted, truth, "softmax.L2r", Gauge::none, 1).record.value == near(7));
    CHECK(measure_loss(fitted, truth, "softmax.L2r", Gauge::none, 2).record.value == near(25));
}

TEST_CASE("sigmoid losses: masses of crowded cells only, biases of exact cells only")
{
    std::vector<Atom> atoms = fitted_atoms;
    atoms[0].b = 0.5;
    Measure const truth = measure_of("sigmoid", true_atoms);
    Measure const fitted = measure_of("sigmoid", atoms);
    double const log2 = std::log(2.0);
    double const log32 = std::log(1.5);

    // m_1 + m_2 - m*_1 = 1/2 + 3/4 - 2/3
    Measured const d1 = measure_loss(fitted, truth, "sigmoid.D1");
    CHECK(d1.record.mass == near(7.0 / 12));
    CHECK(d1.record.exact == near(0.5 + 1));
    CHECK(d1.record.over == near(4 + 1));

    Measured const d2 = measure_loss(fitted, truth, "sigmoid.D2r", Gauge::align, 3);
    CHECK(d2.record.mass == near(7.0 / 12));
    CHECK(d2.record.exact == near(0.125 + 1));
    CHECK(d2.record.over == near(8 + 1));

    // D3 has no mass term and counts biases everywhere: |0 - log 2| + 2 and |log 3 - log 2| + 1.
    Measured const d3 = measure_loss(fitted, truth, "sigmoid.D3");
    CHECK(d3.record.mass == 0);
    CHECK(d3.record.exact == near(1.5));
    CHECK(d3.record.over == near(log2 + 2 + log32 + 1));
    CHECK(d3.record.value == near(d3.record.exact + d3.record.over));
}

TEST_CASE("a tie goes to the smaller true atom")
{
    Measure const truth =
        measure_of("softmax", {{{-1}, 0, {0}, 0}, {{1}, 0, {0}, 0}, {{-1}, 0, {0}, 0}});
    Measure const fitted = measure_of("softmax", {{{0}, 0, {0}, 0}, {{0.5}, 0, {0}, 0}});
    CHECK(measure_loss(fitted, truth, "softmax.L1").cell == std::vector<int>{0, 1});
}

TEST_CASE("an empty cell counts in the mass term that covers it and in `missed`")
{
    // True atom 1 (m* = 2) is 5 away (3 in the gate, 4 in the expert) from the only fitted atom.
    std::vector<Atom> const atoms = {{{0}, 0, {0}, 0}, {{3}, std::log(2.0), {4}, 0}};
    Measure const truth = measure_of("softmax", atoms);
    Measure const fitted = measure_of("softmax", {atoms[0]});
    Measured const raw = measure_loss(fitted, truth, "softmax.L1");
    CHECK(raw.record.value == near(2));
    CHECK(raw.record.empty == 1);
    CHECK(raw.record.missed == near(2 * 5.0));

    // align: the fit's mass becomes 1 + 2. On true atom 0 the loss is |3-1| + |0-2|; landing on
    // atom 1's gate is further off in the expert, and the round leads back.
    Measured const aligned = measure_loss(fitted, truth, "softmax.L1", Gauge::align);
    CHECK(aligned.record.value == near(4));
    CHECK(aligned.cell == std::vector<int>{0});

    // For the sigmoid no term covers the empty cell: the loss is 0 although f differs.
    Measured const sigmoid =
        measure_loss(measure_of("sigmoid", {atoms[0]}), measure_of("sigmoid", atoms), "sigmoid.D1");
    CHECK(sigmoid.record.value == 0);
    CHECK(sigmoid.record.empty == 1);
    CHECK(sigmoid.record.missed == near(logistic(std::log(2.0)) * 5));
}

TEST_CASE("all atoms in one cell of three")
{
    std::vector<Atom> const atoms = {{{0}, 0, {0}, 0}, {{0}, 0, {10}, 0}, {{0}, 0, {0}, 10}};
    std::vector<Atom> const crowd = {{{0}, 0, {9}, 0}, {{0}, 0, {9}, 0}, {{1}, 0, {10}, 0}};
    Measured const m =
        measure_loss(measure_of("softmax", crowd), measure_of("softmax", atoms), "softmax.L1");
    CHECK(m.cell == std::vector<int>{1, 1, 1});
    CHECK(m.record.mass == near(1 + 2 + 1));
    CHECK(m.record.over == near(3));
    CHECK(m.record.exact == 0);
    CHECK(m.record.empty == 2);
    // Nearest to (0,0,0) is (0,9,0); nearest to (0,0,10) is (0,9,0) too: sqrt(81 + 100).
    CHECK(m.record.missed == near(9 + std::sqrt(181.0)));
}

TEST_CASE("align moves biases by T log of the ratio of masses")
{
    // T = 2: m = exp(0) = 1 against m* = exp(2 / 2); the shift is 2 log(e) = 2.
    Measure const truth = measure_of("softmax", {{{0}, 2, {1}, 0}}, 2);
    Measure const fitted = measure_of("softmax", {{{7}, 0, {1}, 0}}, 2);
    CHECK(measure_loss(fitted, truth, "softmax.L1").record.mass == near(std::exp(1.0) - 1));
    CHECK(measure_loss(fitted, truth, "softmax.L1").record.exact == near(7));
    CHECK(measure_loss(fitted, truth, "softmax.L1", Gauge::align).record.value < 1e-14);

    // exp(2000) is no number of the machine, the shift by -1998 is.
    Measure const huge = measure_of("softmax", {{{7}, 2000, {1}, 0}}, 2);
    CHECK(measure_loss(huge, truth, "softmax.L1", Gauge::align).record.value < 1e-12);
}

TEST_CASE("align takes the rounds' mean weighted by m")
{
    // k = 3, k* = 2, masses agree (1 + 3 = 4 and 4), experts fix the cells {0, 1}, {2}. Gate
    // differences 0, 4, 1: the weighted mean is (1*0 + 3*4 + 4*1) / 8 = 2, so the rounds end with
    // differences -2, 2, -1 and softmax.L1 = 1*4 + 3*4 + 4*1 = 20. Unmoved it is 3*16 + 4 = 52. No
    // candidate changes the cells, so every start ends in the same place.
    double const log3 = std::log(3.0);
    double const log4 = std::log(4.0);
    Measure const truth = measure_of("softmax", {{{0}, log4, {0}, 0}, {{0}, log4, {100}, 0}});
    Measure const fitted =
        measure_of("softmax", {{{0}, 0, {0}, 0}, {{4}, log3, {0}, 0}, {{1}, log4, {100}, 0}});
    Measured const m = measure_loss(fitted, truth, "softmax.L1", Gauge::align);
    CHECK(m.cell == std::vector<int>{0, 0, 1});
    CHECK(m.record.over == near(16));
    CHECK(m.record.exact == near(4));
    CHECK(m.record.value == near(20));
    CHECK(m.record.over_gate == near(2));

    // Unmoved wins where the mean is worse: differences 0, 0 and 1 in three exact cells of equal
    // mass. The mean 1/3 gives 1/3 + 1/3 + 2/3 = 4/3 in place of 1.
    Measure const three =
        measure_of("softmax", {{{0}, 0, {0}, 0}, {{0}, 0, {100}, 0}, {{0}, 0, {200}, 0}});
    Measure const off =
        measure_of("softmax", {{{0}, 0, {0}, 0}, {{0}, 0, {100}, 0}, {{1}, 0, {200}, 0}});
    CHECK(measure_loss(off, three, "softmax.L1", Gauge::align).record.value == near(1));
}

TEST_CASE("nothing moves for a sigmoid loss of a softmax fit either")
{
    Measure const truth = measure_of("sigmoid", true_atoms);
    Measure const fitted = measure_of("softmax", fitted_atoms);
    for (char const* name : {"sigmoid.D1", "sigmoid.D2r", "sigmoid.D3"})
        CHECK(measure_loss(fitted, truth, name, Gauge::align).record.value ==
              measure_loss(fitted, truth, name).record.value);
}

TEST_CASE("sigmoid fits never move, whatever the loss")
{
    for (char const* name : {"softmax.L1", "sigmoid.D1", "sigmoid.D3"}) {
        Measure const truth = measure_of("softmax", true_atoms);
        Measure const fitted = measure_of("sigmoid", fitted_atoms);
        Measured const raw = measure_loss(fitted, truth, name);
        Measured const aligned = measure_loss(fitted, truth, name, Gauge::align);
        CHECK(raw.record.value == aligned.record.value);
        CHECK(raw.cell == aligned.cell);
    }
    // The mass follows the loss's name: exponential for softmax.L1 on a sigmoid fit.
    CHECK(measure_loss(measure_of("sigmoid", fitted_atoms), measure_of("softmax", true_atoms),
                       "softmax.L1")
              .record.value == near(10));
}

TEST_CASE("a key that one side lacks counts as 0")
{
    // The truth's gate has a bias only; in the loss its w is 0.
    Measure truth = measure_of("softmax", {{{5}, 0, {1}, 0}});
    Layout bare;
    append(bare, 'g', {"b", Role::bias, Extent::one}, 1, 1);
    bare.expert_begin = 1;
    append(bare, 'e', {"a", Role::expert_direction, Extent::d}, 1, 1);
    truth.model.layout = bare;
    truth.theta = {0, 1};
    Measure const fitted = measure_of("softmax", {{{3}, 0, {1}, 4}});
    Measured const m = measure_loss(fitted, truth, "softmax.L1");
    CHECK(m.record.value == near(3 + 4));
    CHECK(m.record.exact_gate == near(3));
}

TEST_CASE("a trained temperature is read from theta")
{
    GateSpec gate;
    gate.learned_temperature = 1;
    Measure fitted{make_model(gate, {}, 1, 1), {0, 2, 4, 1, 0}}; // w, b, T, a, b_expert
    Measure const truth = measure_of("softmax", {{{0}, 0, {1}, 0}});
    CHECK(measure_loss(fitted, truth, "softmax.L1").record.value == near(std::exp(0.5) - 1));
    CHECK(measure_loss(fitted, truth, "softmax.L1", Gauge::align).record.value < 1e-15);
}

TEST_CASE("parameters that are no numbers give a loss that is none, and cells within range")
{
    std::vector<Atom> atoms = fitted_atoms;
    atoms[1].w[0] = std::numeric_limits<double>::quiet_NaN();
    for (Gauge gauge : {Gauge::none, Gauge::align}) {
        Measured const m = measure_loss(measure_of("softmax", atoms),
                                        measure_of("softmax", true_atoms), "softmax.L1", gauge);
        CHECK(std::isnan(m.record.value));
        for (int j : m.cell)
            CHECK((j == 0 || j == 1));
    }
}
