// Every loss on every gate that it fits, by walking the lists; and which loss fits which gate.

#include "host/measure/reader.h"
#include "kernels/family/loss_fits.h"
#include "tests/loss/measure_case.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>

using namespace moerate;

namespace
{

std::set<std::string> fitting(GateSpec const& gate)
{
    std::set<std::string> names;
    for_each(Losses{}, [&](auto loss, int index) {
        if (fits(index, gate))
            names.emplace(loss.name);
    });
    return names;
}

/// A model of k atoms with this gate, in three groups where it has any.
Model model_with(GateSpec const& gate, std::string_view form, int d, int k)
{
    std::vector<int> group_of;
    for (int i = 0; i < k; ++i)
        group_of.push_back(i % 3);
    bool const grouped = traits_of(gate).grouped;
    return make_model(gate, expert_of(form), d, k, group_of.data(), grouped ? 3 : 0);
}

/// Calls f(gate, name of the loss) for every score, normalizer, temperature and loss that fit
/// together.
void walk(std::function<void(GateSpec const&, std::string const&)> const& f)
{
    for (std::string const& score : names_of<Scores>())
        for (std::string const& normalizer : names_of<Normalizers>())
            for (bool learned : {false, true}) {
                GateSpec gate = gate_of(score, normalizer, learned);
                gate.tau1 = 0.1;
                gate.rank = 2;
                for (std::string const& loss : fitting(gate)) {
                    INFO(score << " " << normalizer << " " << loss
                               << (learned ? ", learned T" : ""));
                    f(gate, loss);
                }
            }
}

/// Theta with the atoms of every block in reverse order; groups stay.
std::vector<double> reversed(Model const& model, std::vector<double> const& theta)
{
    std::vector<double> out = theta;
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        if (block.rows != model.k)
            continue;
        for (int i = 0; i < block.rows; ++i)
            std::copy_n(theta.begin() + block.offset + i * block.width, block.width,
                        out.begin() + block.offset + (block.rows - 1 - i) * block.width);
    }
    return out;
}

} // namespace

TEST_CASE("which losses fit which gate")
{
    using Names = std::set<std::string>;
    Names const softmax{"softmax.L1", "softmax.L2r", "cosine.L1r", "cosine.L2", "cosine.L3"};
    Names const sigmoid{"sigmoid.D1", "sigmoid.D2r", "sigmoid.D3"};
    Names const temperature{"temperature.L3r", "temperature.L4"};
    for (char const* score : {"linear", "cosine", "ridge", "euclidean", "attention"}) {
        for (char const* normalizer : {"softmax", "topk"}) {
            CHECK(fitting(gate_of(score, normalizer)) == softmax);
            CHECK(fitting(gate_of(score, normalizer, true)) == temperature);
        }
        CHECK(fitting(gate_of(score, "sigmoid")) == sigmoid);
        // No loss has a term for T beside sigmoid masses, nor beside A: those without it stand in.
        CHECK(fitting(gate_of(score, "sigmoid", true)) == sigmoid);
    }
    CHECK(fitting(gate_of("linear", "hierarchical")) ==
          Names{"hierarchical.L5", "hierarchical.L6r"});
    for (bool learned : {false, true}) {
        CHECK(fitting(gate_of("quadratic", "softmax", learned)) ==
              Names{"quadratic.L1", "quadratic.L2r"});
        CHECK(fitting(gate_of("monomial", "softmax", learned)) ==
              Names{"monomial.L2r", "monomial.L3"});
        CHECK(fitting(gate_of("quadratic", "sigmoid", learned)) ==
              Names{"sigmoid-quadratic.L1", "sigmoid-quadratic.L2r", "sigmoid-quadratic.L3"});
        CHECK(fitting(gate_of("monomial", "sigmoid", learned)) ==
              Names{"sigmoid-monomial.L4", "sigmoid-monomial.L5"});
    }
    static_assert(fits(0, GateSpec{}), "usable in constant expressions");
}

TEST_CASE("every loss fits a gate, and every gate of spec.md 1.1 has a loss")
{
    std::set<std::string> used;
    walk([&](GateSpec const&, std::string const& loss) { used.insert(loss); });
    CHECK(used.size() == static_cast<std::size_t>(Losses::size));
    for (std::string const& score : names_of<Scores>())
        for (char const* normalizer : {"softmax", "sigmoid", "topk"})
            for (bool learned : {false, true})
                CHECK_FALSE(fitting(gate_of(score, normalizer, learned)).empty());
}

TEST_CASE("a measure against itself has loss 0, its atoms in any order")
{
    std::mt19937_64 random(31);
    walk([&](GateSpec const& gate, std::string const& loss) {
        for (std::string const& form : names_of<Experts>()) {
            Model const model = model_with(gate, form, 2, 4);
            Measure const truth = drawn_around(random, model, 1.0);
            Measure fitted{model, reversed(model, truth.theta)};
            std::reverse(fitted.model.group_of, fitted.model.group_of + model.k);
            for (Gauge gauge : {Gauge::none, Gauge::align}) {
                Measured const m = measure_loss(fitted, truth, loss, gauge, 2);
                CHECK(m.cell == std::vector<int>{3, 2, 1, 0});
                CHECK(m.record.empty == 0);
                // T log of a ratio of equal sums taken in other orders: some roundings of e^b.
                CHECK(m.record.value < 1e-13);
            }
        }
    });
}

TEST_CASE("fewer atoms than the truth, one atom, crowds: finite and with cells in range")
{
    std::mt19937_64 random(77);
    walk([&](GateSpec const& gate, std::string const& loss) {
        for (auto const& [k, k_true] : {std::pair(3, 7), std::pair(7, 3)}) {
            Measure const truth = drawn_around(random, model_with(gate, "ffn", 3, k_true), 1.0);
            Measure const fitted = drawn_around(random, model_with(gate, "ffn", 3, k), 1.0);
            for (Gauge gauge : {Gauge::none, Gauge::align}) {
                Measured const m = measure_loss(fitted, truth, loss, gauge, 1.5);
                LossRecord const& r = m.record;
                CHECK(std::isfinite(r.value));
                CHECK(r.value == Approx(r.mass + r.over + r.exact).epsilon(1e-14));
                CHECK(r.missed >= 0);
                std::set<int> const met(m.cell.begin(), m.cell.end());
                CHECK((*met.begin() >= 0 && *met.rbegin() < k_true));
                CHECK(r.empty == k_true - static_cast<int>(met.size()));
                CHECK((r.missed > 0) == (r.empty > 0));
            }
        }
    });
}

TEST_CASE("every loss on every gate that it fits is the same on many lanes")
{
    std::mt19937_64 random(6);
    walk([&](GateSpec const& gate, std::string const& loss) {
        Measure const truth = drawn_around(random, model_with(gate, "ridge", 2, 3), 1.0);
        Measure const fitted = drawn_around(random, model_with(gate, "ridge", 2, 4), 1.0);
        Measured const one = measure_loss(fitted, truth, loss, Gauge::align, 1.5, 1);
        for (int lanes : {2, 5, Backend::warp, Backend::warp_down}) {
            Measured const many = measure_loss(fitted, truth, loss, Gauge::align, 1.5, lanes);
            CHECK(many.cell == one.cell);
            CHECK(many.record.value == one.record.value);
            CHECK(many.record.mass == one.record.mass);
            CHECK(many.record.missed == one.record.missed);
            CHECK(many.record.over_gate == one.record.over_gate);
            CHECK(many.record.exact_gate == one.record.exact_gate);
            CHECK(many.record.exact_expert == one.record.exact_expert);
        }
    });
}
