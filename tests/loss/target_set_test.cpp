// Losses against the set of measures that give the target's f: members of the set have loss 0 and
// the target's f; hand-sized distances; and every permutation tried out.

#include "kernels/family/loss_fits.h"
#include "kernels/loss/null_expert.h"
#include "tests/loss/measure_case.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace moerate;

namespace
{

/// Some tens of roundings of numbers of size 1.
constexpr double rounding = 1e-13;

Measure with(char const* activation, std::vector<Atom> const& atoms)
{
    Measure measure = measure_of("sigmoid", atoms);
    measure.model.expert.activation = find<Activations>(activation);
    return measure;
}

Measured set_loss(Measure const& fitted, Measure const& target, int lanes = 0)
{
    return measure_loss(fitted, target, "sigmoid.D3", Gauge::none, 1, lanes, Against::set);
}

/// f at x, of linear scores with a sigmoid and ridge experts.
double value_at(std::vector<Atom> const& atoms, std::string_view activation,
                std::vector<double> const& x)
{
    double f = 0;
    for (Atom const& atom : atoms) {
        double const s = std::inner_product(x.begin(), x.end(), atom.w.begin(), atom.b);
        double const z = std::inner_product(x.begin(), x.end(), atom.a.begin(), atom.b_expert);
        visit(Activations{}, find<Activations>(activation),
              [&](auto phi) { f += phi.eval(z, 1).value / (1 + std::exp(-s)); });
    }
    return f;
}

double logit(double share)
{
    return std::log(share / (1 - share));
}

ExpertNature nature(ExpertSpec const& spec, int d)
{
    return nature_of(make_model(gate_of("linear", "sigmoid"), spec, d, 1));
}

/// A member of the set: these atoms have the target's f and so no loss.
void check_member(char const* activation, std::vector<Atom> const& atoms,
                  std::vector<Atom> const& target)
{
    for (double const x : {-1.0, -0.3, 0.0, 0.7, 1.0})
        for (double const y : {-0.9, 0.4})
            CHECK(value_at(atoms, activation, {x, y}) ==
                  Approx(value_at(target, activation, {x, y})).margin(rounding));
    CHECK(set_loss(with(activation, atoms), with(activation, target)).record.value < rounding);
}

/// sum of |db| + |dw| + |deta| over atoms in this order.
double plain_loss(std::vector<Atom> const& atoms, std::vector<Atom> const& target,
                  std::vector<int> const& order)
{
    double sum = 0;
    for (std::size_t j = 0; j < target.size(); ++j) {
        Atom const& a = atoms[static_cast<std::size_t>(order[j])];
        double w2 = 0, eta2 = std::pow(a.b_expert - target[j].b_expert, 2);
        for (std::size_t f = 0; f < a.w.size(); ++f) {
            w2 += std::pow(a.w[f] - target[j].w[f], 2);
            eta2 += std::pow(a.a[f] - target[j].a[f], 2);
        }
        sum += std::fabs(a.b - target[j].b) + std::sqrt(w2) + std::sqrt(eta2);
    }
    return sum;
}

std::vector<Atom> const target = {{{1, 0.5}, 0.2, {0.8, -0.4}, 0.3},
                                  {{-1, 2}, -0.5, {0.2, 1}, 0.1}};
std::vector<Atom> const flat = {target[0], {{0, 0}, 0.4, {0.2, 1}, 0.1}};

} // namespace

TEST_CASE("the target in any order and a null expert with any gate have no loss")
{
    for (char const* activation : {"identity", "relu", "gelu", "silu", "tanh"})
        check_member(activation, {{{3, -2}, 1.5, {0, 0}, 0}, target[1], target[0]}, target);
    // |a|_1 + b = 0: dead on all inputs
    check_member("relu", {target[1], {{3, -2}, 1.5, {0.5, -0.25}, -0.75}, target[0]}, target);
}

TEST_CASE("two atoms that share the response of one have no loss where shares can be traded")
{
    auto const shared = [](Atom const& atom, double t) {
        std::vector<Atom> both = {atom, atom};
        for (std::size_t f = 0; f < atom.a.size(); ++f) {
            both[0].a[f] = t * atom.a[f];
            both[1].a[f] = (1 - t) * atom.a[f];
        }
        both[0].b_expert = t * atom.b_expert;
        both[1].b_expert = (1 - t) * atom.b_expert;
        return both;
    };
    std::vector<Atom> atoms = shared(target[1], 0.3);
    atoms.push_back(target[0]);
    check_member("relu", atoms, target);
    atoms = shared(target[1], -2);
    atoms.push_back(target[0]);
    check_member("identity", atoms, target);
    // gelu: no trade; one of the two stands for the null expert
    double const loss = set_loss(with("gelu", atoms), with("gelu", target)).record.value;
    CHECK(loss > 0.1);
}

TEST_CASE("two atoms that share a constant gate have no loss")
{
    double const share = 1 / (1 + std::exp(-0.4));
    std::vector<Atom> const atoms = {{{0, 0}, logit(0.3 * share), {0.2, 1}, 0.1},
                                     target[0],
                                     {{0, 0}, logit(0.7 * share), {0.2, 1}, 0.1}};
    for (char const* activation : {"relu", "gelu", "sigmoid"})
        check_member(activation, atoms, flat);
}

TEST_CASE("the bias of a constant gate is traded against a scale of the expert")
{
    double const share = 1 / (1 + std::exp(-0.4)), factor = share / (1 / (1 + std::exp(2.0)));
    std::vector<Atom> const atoms = {target[0], {{0, 0}, -2, {0.2 * factor, factor}, 0.1 * factor}};
    for (char const* activation : {"relu", "identity"})
        check_member(activation, atoms, flat);
    CHECK(set_loss(with("gelu", atoms), with("gelu", flat)).record.value > 1);
}

TEST_CASE("linear experts: negated atoms have no loss beside one that carries what they lack")
{
    Atom negated = target[0];
    for (std::size_t f = 0; f < 2; ++f) {
        negated.w[f] *= -1;
        negated.a[f] *= -1;
    }
    negated.b *= -1;
    negated.b_expert *= -1;
    // carried by an extra atom, at a share of 1/4
    check_member("identity", {{{0, 0}, logit(0.25), {3.2, -1.6}, 1.2}, negated, target[1]}, target);
    // carried by the true atom of constant gate: sigma(0.4) (0.2, 1, 0.1) + (0.8, -0.4, 0.3)
    double const share = 1 / (1 + std::exp(-0.4));
    check_member("identity",
                 {negated, {{0, 0}, 0.4, {0.2 + 0.8 / share, 1 - 0.4 / share}, 0.1 + 0.3 / share}},
                 flat);
    CHECK(set_loss(with("gelu", {{{0, 0}, 0, {1.6, -0.8}, 0.6}, negated, target[1]}),
                   with("gelu", target))
              .record.value > 1);
}

TEST_CASE("what a null expert is away, worked out on paper")
{
    struct Case
    {
        char const *form, *activation;
        std::vector<double> eta; // a, b, lambda
        double distance;
    };
    Case const cases[] = {
        {"ridge", "identity", {3, 0, 4}, 5},
        {"ridge", "gelu", {-3, 0, -4}, 5},            // far on the negative side is not 0
        {"ridge", "relu", {3, 0, -3.5}, 0},           // |a|_1 + b < 0
        {"ridge", "relu", {3, 0, -1}, std::sqrt(2)},  // to (2, 0, -2)
        {"ridge", "relu", {-3, 1, -1}, std::sqrt(3)}, // to (-2, 0, -2)
        {"ridge", "relu", {1, 1, 3}, std::sqrt(11)},  // to 0
        {"ffn", "relu", {3, 0, -1, 5}, std::sqrt(2)},
        {"ffn", "relu", {3, 0, -1, -0.5}, 0.5}, // lambda to 0
        {"ffn", "sigmoid", {0, 0, 0, -2}, 2},   // sigmoid is never 0
        {"ffn", "tanh", {0.3, 0, 0.4, 2}, 0.5},
        {"normalized", "relu", {3, 4, -3, 9}, std::sqrt(2)}, // |a| = 5 to 4, b to -4
    };
    for (Case const& one : cases) {
        ExpertSpec spec = expert_of(one.form);
        spec.activation = find<Activations>(one.activation);
        INFO(one.form << " " << one.activation);
        CHECK(null_distance(nature(spec, 2), one.eta.data()) ==
              Approx(one.distance).epsilon(1e-14).margin(1e-15));
    }
    double const constant = -2;
    CHECK(null_distance(nature(expert_of("constant"), 2), &constant) == 2);
}

TEST_CASE("a null expert is no nearer than the distance says")
{
    std::mt19937_64 random(11);
    std::normal_distribution<double> normal;
    ExpertSpec spec = expert_of("ridge");
    spec.activation = find<Activations>("relu");
    ExpertNature const relu = nature(spec, 3);
    for (int trial = 0; trial < 50; ++trial) {
        std::vector<double> eta(4), null(4);
        for (double& v : eta)
            v = normal(random);
        double const distance = null_distance(relu, eta.data());
        double least = 1e9;
        for (int draw = 0; draw < 4000; ++draw) {
            double reach = 0;
            for (std::size_t f = 0; f < 3; ++f)
                reach += std::fabs(null[f] = eta[f] * std::fabs(normal(random)));
            null[3] = std::min(eta[3], -reach);
            double square = 0;
            for (std::size_t f = 0; f < 4; ++f)
                square += std::pow(null[f] - eta[f], 2);
            least = std::min(least, std::sqrt(square));
        }
        CHECK(distance <= least + rounding);
        CHECK(least <= 1.5 * distance + 0.05); // the draws come near: it is no trivial bound
    }
}

TEST_CASE("the assignment is the best of all permutations")
{
    std::mt19937_64 random(3);
    for (int k_true : {1, 3, 5}) {
        for (int extra : {0, 1, 2}) {
            std::vector<Atom> const truth = drawn_atoms(random, 3, k_true, 0.4);
            std::vector<Atom> const atoms = drawn_atoms(random, 3, k_true + extra, 0.4);
            std::vector<int> order(atoms.size());
            std::iota(order.begin(), order.end(), 0);
            double least = 1e9;
            do {
                double sum = plain_loss(atoms, truth, order);
                for (std::size_t at = truth.size(); at < atoms.size(); ++at) {
                    Atom const& a = atoms[static_cast<std::size_t>(order[at])];
                    double square = a.b_expert * a.b_expert;
                    for (double const v : a.a)
                        square += v * v;
                    sum += std::sqrt(square);
                }
                least = std::min(least, sum);
            } while (std::next_permutation(order.begin(), order.end()));
            Measured const found = set_loss(with("gelu", atoms), with("gelu", truth));
            CHECK(found.record.value == Approx(least).epsilon(1e-13));
            CHECK(found.record.exact + found.record.over == Approx(least).epsilon(1e-13));
            CHECK(std::count(found.cell.begin(), found.cell.end(), -1) == extra);
        }
    }
}

TEST_CASE("a loss against a set is the same on any number of lanes, and never above the plain one")
{
    std::mt19937_64 random(8);
    for (char const* activation : {"identity", "relu", "gelu"}) {
        std::vector<Atom> truth = drawn_atoms(random, 5, 6, 0.5);
        truth[2].w.assign(5, 0.0);
        std::vector<Atom> const atoms = drawn_atoms(random, 5, 7, 0.3, truth);
        Measure const fitted = with(activation, atoms), wanted = with(activation, truth);
        Measured const one = set_loss(fitted, wanted, 1);
        std::vector<int> order(7);
        std::iota(order.begin(), order.end(), 0);
        double const null =
            std::sqrt(std::inner_product(atoms[6].a.begin(), atoms[6].a.end(), atoms[6].a.begin(),
                                         std::pow(atoms[6].b_expert, 2)));
        CHECK(one.record.value <= plain_loss(atoms, truth, order) + null + rounding);
        for (int lanes : {2, 7, 32, Backend::warp, Backend::warp_down}) {
            Measured const many = set_loss(fitted, wanted, lanes);
            CHECK(many.record.value == one.record.value);
            CHECK(many.record.exact == one.record.exact);
            CHECK(many.cell == one.cell);
        }
    }
}
