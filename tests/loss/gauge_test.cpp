// Properties of `align` on drawn measures.

#include "kernels/family/activations.h"
#include "tests/loss/measure_case.h"

#include <cmath>
#include <tuple>

using namespace moerate;

namespace
{

std::vector<Atom> shifted(std::vector<Atom> atoms, std::vector<double> const& v, double t)
{
    for (Atom& atom : atoms) {
        for (std::size_t f = 0; f < v.size(); ++f)
            atom.w[f] += v[f];
        atom.b += t;
    }
    return atoms;
}

} // namespace

TEST_CASE("under align a common shift of the gate changes nothing")
{
    std::mt19937_64 random(7);
    for (auto const& [d, k, k_true] :
         {std::tuple(1, 3, 2), std::tuple(3, 5, 4), std::tuple(7, 9, 8), std::tuple(4, 1, 1),
          std::tuple(2, 2, 5)})
    {
        std::vector<Atom> const true_atoms = drawn_atoms(random, d, k_true, 1.0);
        std::vector<Atom> const atoms = drawn_atoms(random, d, k, 0.1, true_atoms);
        // Shifts so long that neither unmoved location can win: all other candidates are the same.
        std::vector<double> const far(static_cast<std::size_t>(d), 30);
        std::vector<double> const back(static_cast<std::size_t>(d), -17);
        Measure const truth = measure_of("softmax", true_atoms);
        Measure const one = measure_of("softmax", shifted(atoms, far, -1.3));
        Measure const other = measure_of("softmax", shifted(atoms, back, 2.1));
        for (double r : {1.0, 2.0, 3.5}) {
            auto const loss = [&](Measure const& fitted, Gauge gauge) {
                return measure_loss(fitted, truth, "softmax.L2r", gauge, r).record.value;
            };
            // Locations of size 30 carry roundings of 4e-15, against differences of 0.1.
            CHECK(loss(one, Gauge::align) == Approx(loss(other, Gauge::align)).epsilon(1e-12));
            CHECK(loss(one, Gauge::none) > 2 * loss(one, Gauge::align));
            CHECK(loss(other, Gauge::none) > 2 * loss(other, Gauge::align));
        }
    }
}

TEST_CASE("a truth in another gauge has loss 0 under align, with its atoms split too")
{
    std::mt19937_64 random(11);
    for (int trial = 0; trial < 20; ++trial) {
        int const d = 1 + trial % 5;
        std::vector<Atom> const true_atoms = drawn_atoms(random, d, 4, 1.0);
        std::vector<Atom> atoms = true_atoms;
        atoms.push_back(atoms[2]); // a third of the mass here, two thirds there
        atoms[2].b += std::log(2.0 / 3);
        atoms[4].b += std::log(1.0 / 3);
        std::vector<double> const v(static_cast<std::size_t>(d), trial - 9.5);
        Measure const truth = measure_of("softmax", true_atoms);
        Measure const fitted = measure_of("softmax", shifted(atoms, v, 5.0));
        Measured const m = measure_loss(fitted, truth, "softmax.L1", Gauge::align);
        // Coordinates up to 12 carry roundings of 2e-15.
        CHECK(m.record.value < 1e-12);
        CHECK(m.cell == std::vector<int>{0, 1, 2, 3, 2});
        CHECK(measure_loss(fitted, truth, "softmax.L1").record.value > 1);
    }
}

TEST_CASE("align never loses to leaving the location where it is")
{
    std::mt19937_64 random(3);
    for (int trial = 0; trial < 60; ++trial) {
        int const d = 1 + trial % 4;
        int const k = 1 + trial % 6;
        std::vector<Atom> const true_atoms = drawn_atoms(random, d, 1 + trial % 5, 1.0);
        std::vector<Atom> atoms = drawn_atoms(random, d, k, 1.0);
        Measure const truth = measure_of("softmax", true_atoms);
        double sum = 0;
        double sum_true = 0;
        for (Atom const& atom : atoms)
            sum += std::exp(atom.b);
        for (Atom const& atom : true_atoms)
            sum_true += std::exp(atom.b);
        Measure const fitted = measure_of("softmax", atoms);
        std::vector<double> const zero(static_cast<std::size_t>(d));
        Measure const bias_moved =
            measure_of("softmax", shifted(atoms, zero, std::log(sum_true / sum)));
        double const aligned = measure_loss(fitted, truth, "softmax.L1", Gauge::align).record.value;
        double const unmoved = measure_loss(bias_moved, truth, "softmax.L1").record.value;
        CHECK(aligned <= unmoved * (1 + 1e-13));
    }
}

TEST_CASE("a common shift of all locations is taken out for the scores linear in them, no others")
{
    std::mt19937_64 random(29);
    auto const shifted_loss = [&](GateSpec const& gate, Gauge gauge) {
        Model const model = make_model(gate, expert_of("ridge"), 2, 3);
        Measure const truth = drawn_around(random, model, 1.0);
        Measure fitted = truth;
        for (int b = 0; b < model.layout.blocks; ++b) {
            Block const& block = model.layout.block[b];
            for (int at = 0; at < block.rows * block.width; ++at) {
                double const by = block.role == Role::location ? 3.0 + at % block.width
                                  : block.role == Role::bias   ? -0.5
                                                               : 0.0;
                fitted.theta[static_cast<std::size_t>(block.offset + at)] += by;
            }
        }
        bool const form = gate.score == find<Scores>("quadratic");
        bool const monomial = gate.score == find<Scores>("monomial");
        bool const learned = gate.learned_temperature != 0;
        std::string_view const loss = form       ? "quadratic.L1"
                                      : monomial ? "monomial.L3"
                                      : learned  ? "temperature.L4"
                                                 : "softmax.L1";
        return measure_loss(fitted, truth, loss, gauge).record.value;
    };
    for (char const* normalizer : {"softmax", "topk"}) {
        for (bool learned : {false, true}) {
            for (char const* score : {"linear", "quadratic", "monomial", "attention", "ridge"}) {
                INFO(score << " " << normalizer);
                GateSpec const gate = gate_of(score, normalizer, learned); // ridge: psi = identity
                CHECK(shifted_loss(gate, Gauge::none) > 1);
                CHECK(shifted_loss(gate, Gauge::align) < 1e-12);
            }
            GateSpec tanh = gate_of("ridge", normalizer, learned);
            tanh.activation = find<Activations>("tanh");
            for (GateSpec const& gate : {tanh, gate_of("euclidean", normalizer, learned),
                                         gate_of("cosine", normalizer, learned)})
                CHECK(shifted_loss(gate, Gauge::align) > 1);
        }
    }
    // Sigmoid: nothing moves, whatever the score.
    Model const sigmoid = make_model(gate_of("linear", "sigmoid"), expert_of("ridge"), 2, 3);
    Measure const truth = drawn_around(random, sigmoid, 1.0);
    Measure fitted = truth;
    for (double& theta : fitted.theta)
        theta += 1;
    CHECK(measure_loss(fitted, truth, "sigmoid.D1", Gauge::align).record.value ==
          measure_loss(fitted, truth, "sigmoid.D1").record.value);
}

TEST_CASE("where only the bias moves, it moves by T log of the ratio of masses")
{
    // Euclidean scores at a learned T = 2 against T* = 1; masses 1 + 1 against 4: b moves by 2
    // log 2.
    Model const two = make_model(gate_of("euclidean", "softmax", true), expert_of("ridge"), 1, 2);
    Model const one = make_model(gate_of("euclidean", "softmax", true), expert_of("ridge"), 1, 1);
    Measure const fitted = measure_with(two, {0, 3, 0, 0, 2, 0, 0, 0, 0});
    Measure const truth = measure_with(one, {0, 2 * ln2, 1, 0, 0});
    Measured const m = measure_loss(fitted, truth, "temperature.L4", Gauge::align);
    CHECK(m.record.mass < 1e-14);
    CHECK(m.record.over == Approx(2 * (0 + 1) + 2 * (9 + 1)).epsilon(1e-14));
    CHECK(measure_loss(fitted, truth, "temperature.L4").record.mass == Approx(2).epsilon(1e-14));
}
