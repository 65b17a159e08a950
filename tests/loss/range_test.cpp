// Masses exp(b / T) and parameters of any size: what can be said in a double is.

#include "tests/loss/start_case.h"

#include <cmath>

using namespace moerate;

namespace
{

constexpr double cold = 1e-3; // b / T of 1e4 is b = 10
double const half_share = cold * std::log(2.0);

Model tempered(char const* normalizer, int k, double temperature)
{
    GateSpec gate;
    gate.normalizer = find<Normalizers>(normalizer);
    return make_model(gate, {}, 1, k, nullptr, 0, temperature);
}

} // namespace

TEST_CASE("atoms that share a mass start at b - T log(count), whatever the size of b / T")
{
    for (double const b : {10.0, 0.5, 1e-3, 0.0, -0.5, -10.0}) {
        Measure const target = measure_of("softmax", {{{1}, b, {3}, 5}}, cold);
        for (char const* normalizer : {"softmax", "topk"}) {
            Model const model = tempered(normalizer, 3, cold);
            auto const got = block_of(model, start(model, target, {{0}, {}}), 'g', "b");
            for (double const shared : got)
                CHECK(shared == Approx(b - cold * std::log(3.0)).epsilon(1e-14));
        }
    }
    // Groups share their e^beta, members their e^nu: kappa, nu, omega, beta, a, b.
    Measure const target = measure_with(grouped_model({0}, 1, 1, cold), {0, 10, 0, -10, 1, 0});
    Model const model = grouped_model({0, 0, 1}, 2, 1, cold);
    auto const theta = start(model, target, {{}, {}});
    CHECK(block_of(model, theta, 'g', "b")[1] == Approx(10 - half_share).epsilon(1e-15));
    CHECK(block_of(model, theta, 'p', "b")[1] == Approx(-10 - half_share).epsilon(1e-15));
}

TEST_CASE("atoms that share a logistic mass of almost 0 or 1 start at a finite b")
{
    Model const model = tempered("sigmoid", 2, cold);
    auto const shared = [&](double b) {
        Measure const target = measure_of("sigmoid", {{{1}, b, {3}, 5}}, cold);
        return block_of(model, start(model, target, {{0}, {}}), 'g', "b")[1];
    };
    CHECK(shared(-10) == Approx(-10 - half_share).epsilon(1e-15)); // m = e^(b / T)
    CHECK(shared(10) == 0);                                        // m = 1, a half each
    CHECK(shared(-0.7001) == Approx(-0.7001 - half_share).epsilon(1e-15));
    CHECK(shared(-0.6999) == Approx(-0.6999 - half_share).epsilon(1e-13));
}

TEST_CASE("masses that no double holds leave the others' share of a loss")
{
    // m = e^1000 and 1. The second atom is off by 2 in the gate, the first is exact.
    Measure const truth = measure_of("softmax", {{{0}, 1, {0}, 0}, {{9}, 0, {5}, 0}}, cold);
    Measure const fitted = measure_of("softmax", {{{0}, 1, {0}, 0}, {{7}, 0, {5}, 0}}, cold);
    Measured const raw = measure_loss(fitted, truth, "softmax.L1");
    CHECK(raw.record.mass == 0);
    CHECK(raw.record.exact == 2);
    CHECK(raw.record.value == 2);
    CHECK(measure_loss(truth, truth, "softmax.L1", Gauge::align).record.value == 0);
    // Off in the first one, the loss itself is e^1000.
    Measured const large =
        measure_loss(measure_of("softmax", {{{1}, 1, {0}, 0}}, cold),
                     measure_of("softmax", {{{0}, 1, {0}, 0}}, cold), "softmax.L1");
    CHECK(std::isinf(large.record.value));
    CHECK(large.record.mass == 0);
    // m = e^-1000 each, and m* = 1: the mass is missing, the terms weigh nothing.
    Measured const lost =
        measure_loss(measure_of("softmax", {{{1}, -1, {0}, 0}}, cold),
                     measure_of("softmax", {{{0}, 0, {0}, 0}}, cold), "softmax.L1");
    CHECK(lost.record.value == 1);
}

TEST_CASE("align weighs atoms by their shares of any total mass")
{
    // The fit is the truth moved by 3 in the gate, all masses times e^(1e4 + b / T).
    for (double const b : {-20.0, -10.0, 10.0}) {
        std::vector<Atom> const atoms = {{{1}, b, {0}, 0}, {{2}, b + cold * std::log(3.0), {5}, 0}};
        std::vector<Atom> moved = atoms;
        for (Atom& atom : moved) {
            atom.w[0] += 3;
            atom.b += 10;
        }
        Measured const got =
            measure_loss(measure_of("softmax", moved, cold), measure_of("softmax", atoms, cold),
                         "softmax.L1", Gauge::align);
        INFO("b = " << b);
        CHECK(got.record.exact_gate <= 1e-14);
        CHECK(got.record.exact_expert == 0);
    }
}

TEST_CASE("masses of groups and of their members may be far apart")
{
    // e^beta e^nu = e^-1000 e^1000 = 1; kappa is off by 2, omega by 3 at a weight of e^-1000.
    Model const model = grouped_model({0}, 1, 1, cold);
    Measure const truth = measure_with(model, {0, 1, 0, -1, 1, 0});
    Measure const fitted = measure_with(model, {2, 1, 3, -1, 1, 0});
    for (Gauge const gauge : {Gauge::none, Gauge::align}) {
        Measured const got = measure_loss(fitted, truth, "hierarchical.L5", gauge);
        CHECK(got.record.value ==
              Approx(gauge == Gauge::none ? 2 : 0).epsilon(1e-12).margin(1e-12));
    }
    // Two true members, of which the fit misses one: |e^nu - 2 e^nu| e^beta = 1.
    Measure const two =
        measure_with(grouped_model({0, 0}, 1, 1, cold), {2, 6, 1, 1, 3, -1, 1, 7, 0, 0});
    Measured const got = measure_loss(fitted, two, "hierarchical.L5");
    CHECK(got.record.mass == Approx(1).epsilon(1e-12));
    CHECK(got.record.empty == 1);
    CHECK(got.record.missed == Approx(std::sqrt(4.0 * 4 + 6 * 6)).epsilon(1e-12));
}

TEST_CASE("norms in a loss whose squares no double holds")
{
    for (double const size : {1e-200, 1e-100, 1e100, 1e200}) {
        Measure const truth = measure_of("softmax", {{{0, 0}, 0, {0, 0}, 0}});
        Measure const fitted =
            measure_of("softmax", {{{3 * size, 4 * size}, 0, {0, 5 * size}, 12 * size}});
        INFO("size " << size);
        CHECK(measure_loss(fitted, truth, "softmax.L1").record.exact ==
              Approx(18 * size).epsilon(1e-14));
        CHECK(measure_loss(fitted, truth, "softmax.L2r").record.exact ==
              Approx(22 * size).epsilon(1e-14));
    }
}
