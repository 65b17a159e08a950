// The gauge of the perturbed cosine router (spec.md 1.3): with u = w / (|w| + tau1) its score is
// linear in u, so that a common shift of all u leaves f as it is.

#include "tests/loss/measure_case.h"

#include <algorithm>
#include <cmath>

using namespace moerate;

namespace
{

using Vector = std::vector<double>;

double norm(Vector const& v)
{
    double square = 0;
    for (double f : v)
        square += f * f;
    return std::sqrt(square);
}

Vector scaled(Vector v, double factor)
{
    for (double& f : v)
        f *= factor;
    return v;
}

Vector minus(Vector a, Vector const& b)
{
    for (std::size_t f = 0; f < a.size(); ++f)
        a[f] -= b[f];
    return a;
}

Vector direction(Vector const& w, double tau)
{
    return scaled(w, 1 / (norm(w) + tau));
}

Vector location(Vector const& u, double tau)
{
    return scaled(u, tau / (1 - norm(u)));
}

/// Cosine gate, ridge experts.
Measure cosine_measure(std::vector<Atom> const& atoms, double tau, char const* score = "cosine")
{
    Measure measure = measure_of("softmax", atoms);
    measure.model.gate.score = find<Scores>(score);
    measure.model.gate.tau1 = tau;
    return measure;
}

/// The atoms after subtracting v from every u; false where some |u| would reach 1.
bool shift(std::vector<Atom>& atoms, Vector const& v, double tau)
{
    std::vector<Atom> moved = atoms;
    for (Atom& atom : moved) {
        Vector const u = minus(direction(atom.w, tau), v);
        if (!(norm(u) < 1))
            return false;
        atom.w = location(u, tau);
    }
    atoms = moved;
    return true;
}

double gap(Atom const& a, Atom const& b)
{
    double const w = norm(minus(a.w, b.w));
    double const eta = norm(minus(a.a, b.a));
    return w * w + eta * eta + (a.b_expert - b.b_expert) * (a.b_expert - b.b_expert);
}

std::vector<int> cosine_cells(std::vector<Atom> const& fitted, std::vector<Atom> const& truth)
{
    std::vector<int> cells;
    for (Atom const& atom : fitted) {
        Vector distance;
        for (Atom const& j : truth)
            distance.push_back(gap(atom, j));
        cells.push_back(static_cast<int>(std::min_element(distance.begin(), distance.end()) -
                                         distance.begin()));
    }
    return cells;
}

double cosine_l3(std::vector<Atom> const& fitted, std::vector<Atom> const& truth)
{
    std::vector<int> const cells = cosine_cells(fitted, truth);
    Vector mass(truth.size());
    double loss = 0;
    for (std::size_t i = 0; i < fitted.size(); ++i) {
        Atom const& j = truth[static_cast<std::size_t>(cells[i])];
        mass[static_cast<std::size_t>(cells[i])] += std::exp(fitted[i].b);
        double const w = norm(minus(fitted[i].w, j.w));
        loss += std::exp(fitted[i].b) * (w + std::sqrt(gap(fitted[i], j) - w * w));
    }
    for (std::size_t j = 0; j < truth.size(); ++j)
        loss += std::fabs(mass[j] - std::exp(truth[j].b));
    return loss;
}

/// The rounds of spec.md 1.3 in u; counts steps that are dropped.
std::vector<Atom> after_rounds(std::vector<Atom> atoms, std::vector<Atom> const& truth, double tau,
                               int& dropped)
{
    std::vector<int> before;
    for (int round = 0; round < 10; ++round) {
        std::vector<int> const cells = cosine_cells(atoms, truth);
        if (cells == before)
            break;
        Vector mean(truth[0].w.size());
        double total = 0;
        for (std::size_t i = 0; i < atoms.size(); ++i) {
            Vector const u = minus(direction(atoms[i].w, tau),
                                   direction(truth[static_cast<std::size_t>(cells[i])].w, tau));
            total += std::exp(atoms[i].b);
            for (std::size_t f = 0; f < mean.size(); ++f)
                mean[f] += std::exp(atoms[i].b) * u[f];
        }
        if (!shift(atoms, scaled(mean, 1 / total), tau)) {
            ++dropped;
            break;
        }
        before = cells;
    }
    return atoms;
}

/// The least loss of all candidates, the words of spec.md 1.3 carried out one by one.
double literal_align(std::vector<Atom> fitted, std::vector<Atom> const& truth, double tau,
                     int& dropped)
{
    auto const total = [](std::vector<Atom> const& atoms) {
        double sum = 0;
        for (Atom const& atom : atoms)
            sum += std::exp(atom.b);
        return sum;
    };
    double const by = std::log(total(truth) / total(fitted));
    for (Atom& atom : fitted)
        atom.b += by;
    double best = cosine_l3(fitted, truth);
    best = std::min(best, cosine_l3(after_rounds(fitted, truth, tau, dropped), truth));
    for (Atom const& i : fitted) {
        for (Atom const& j : truth) {
            std::vector<Atom> landed = fitted;
            if (!shift(landed, minus(direction(i.w, tau), direction(j.w, tau)), tau)) {
                ++dropped;
                continue;
            }
            best = std::min(best, cosine_l3(after_rounds(landed, truth, tau, dropped), truth));
        }
    }
    return best;
}

} // namespace

TEST_CASE("a shift of all u has a positive raw cosine.L3 and an aligned one of 0")
{
    // |v| = 0.2, as in the example of spec.md 1.3.
    double const tau = 0.1;
    std::vector<Atom> const truth = {{{0.1, 0.05}, 0.3, {1, 0}, 0.5},
                                     {{-0.1, 0.1}, -0.2, {0, 1}, -0.5},
                                     {{0.02, -0.1}, 0, {-1, 1}, 0}};
    std::vector<Atom> fitted = truth;
    REQUIRE(shift(fitted, {0.2, 0}, tau));
    for (char const* name : {"cosine.L3", "cosine.L2", "cosine.L1r", "softmax.L2r"}) {
        Measure const fit = cosine_measure(fitted, tau);
        Measure const star = cosine_measure(truth, tau);
        CHECK(measure_loss(fit, star, name).record.value > 0.1);
        CHECK(measure_loss(fit, star, name, Gauge::align).record.value < 1e-14);
    }
    // An atom in two halves is found too.
    fitted.push_back(fitted[1]);
    fitted[1].b += std::log(0.5);
    fitted[3].b += std::log(0.5);
    Measured const m = measure_loss(cosine_measure(fitted, tau), cosine_measure(truth, tau),
                                    "cosine.L3", Gauge::align);
    CHECK(m.record.value < 1e-14);
    CHECK(m.cell == std::vector<int>{0, 1, 2, 1});
}

TEST_CASE("only cosine with tau1 > 0 moves in u, and vanilla cosine moves its bias alone")
{
    std::vector<Atom> const truth = {{{0.1, 0.05}, 0, {1, 0}, 0.5}, {{-0.1, 0.1}, 0, {0, 1}, 0}};
    std::vector<Atom> fitted = truth;
    REQUIRE(shift(fitted, {0.2, 0}, 0.1));
    for (Atom& atom : fitted)
        atom.b += 1;
    std::vector<Atom> bias_moved = fitted;
    for (Atom& atom : bias_moved)
        atom.b -= 1;
    Measured const vanilla = measure_loss(cosine_measure(fitted, 0), cosine_measure(truth, 0),
                                          "cosine.L3", Gauge::align);
    Measured const raw =
        measure_loss(cosine_measure(bias_moved, 0), cosine_measure(truth, 0), "cosine.L3");
    CHECK(raw.record.value > 0.1);
    CHECK(vanilla.record.value == Approx(raw.record.value).epsilon(1e-14));
}

TEST_CASE(
    "the invariance is the fit's: a linear truth, or one of another tau1, may be on the other side")
{
    double const tau = 0.25;
    std::vector<Atom> const truth = {{{0.4, 0.1}, 0, {1, 0}, 0.5}, {{-0.1, 0.3}, 0, {0, 1}, 0}};
    std::vector<Atom> fitted = truth;
    REQUIRE(shift(fitted, {0.1, -0.1}, tau));
    Measure const fit = cosine_measure(fitted, tau);
    CHECK(measure_loss(fit, cosine_measure(truth, 0), "cosine.L3", Gauge::align).record.value <
          1e-14);
    CHECK(measure_loss(fit, cosine_measure(truth, 0, "linear"), "cosine.L3", Gauge::align)
              .record.value < 1e-14);
}

TEST_CASE(
    "align finds what the words of the specification find in u, moves out of the ball dropped")
{
    std::mt19937_64 random(41);
    int dropped = 0;
    int tried = 0;
    for (int trial = 0; trial < 300; ++trial) {
        double const tau = trial % 2 == 0 ? 0.1 : 1.0;
        int const d = 1 + trial % 3;
        int const k = 1 + trial % 5;
        int const k_true = 1 + trial / 5 % 4;
        std::vector<Atom> const truth = drawn_atoms(random, d, k_true, 0.5);
        std::vector<Atom> const fitted = drawn_atoms(random, d, k, 0.5);
        double const want = literal_align(fitted, truth, tau, dropped);
        tried += k * k_true;
        Measured const got = measure_loss(cosine_measure(fitted, tau), cosine_measure(truth, tau),
                                          "cosine.L3", Gauge::align);
        INFO("trial " << trial);
        // Near |u| = 1 the way back, w = tau u / (1 - |u|), magnifies roundings.
        CHECK(got.record.value == Approx(want).epsilon(1e-9));
    }
    CHECK(dropped > 100);
    CHECK(dropped < tried);
}
