// The gauge `align` against the words of spec.md 1.3 carried out literally for softmax.L1: atoms
// are moved step by step, and every candidate is measured.

#include "tests/loss/measure_case.h"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace moerate;

namespace
{

using Atoms = std::vector<Atom>;

double square_gap(std::vector<double> const& a, std::vector<double> const& b)
{
    double sum = 0;
    for (std::size_t f = 0; f < a.size(); ++f)
        sum += (a[f] - b[f]) * (a[f] - b[f]);
    return sum;
}

double expert_gap(Atom const& a, Atom const& b)
{
    return square_gap(a.a, b.a) + (a.b_expert - b.b_expert) * (a.b_expert - b.b_expert);
}

std::vector<std::size_t> cells_of(Atoms const& fitted, Atoms const& truth)
{
    std::vector<std::size_t> cells;
    for (Atom const& atom : fitted) {
        std::vector<double> distance;
        for (Atom const& j : truth)
            distance.push_back(square_gap(atom.w, j.w) + expert_gap(atom, j));
        cells.push_back(static_cast<std::size_t>(
            std::min_element(distance.begin(), distance.end()) - distance.begin()));
    }
    return cells;
}

double softmax_l1(Atoms const& fitted, Atoms const& truth)
{
    std::vector<std::size_t> const cells = cells_of(fitted, truth);
    double loss = 0;
    for (std::size_t j = 0; j < truth.size(); ++j) {
        double mass = 0;
        double terms = 0;
        double const power = std::count(cells.begin(), cells.end(), j) > 1 ? 2 : 1;
        for (std::size_t i = 0; i < fitted.size(); ++i) {
            if (cells[i] != j)
                continue;
            double const m = std::exp(fitted[i].b);
            mass += m;
            terms += m * (std::pow(std::sqrt(square_gap(fitted[i].w, truth[j].w)), power) +
                          std::pow(std::sqrt(expert_gap(fitted[i], truth[j])), power));
        }
        loss += std::fabs(mass - std::exp(truth[j].b)) + terms;
    }
    return loss;
}

Atoms subtracted(Atoms atoms, std::vector<double> const& v)
{
    for (Atom& atom : atoms) {
        for (std::size_t f = 0; f < v.size(); ++f)
            atom.w[f] -= v[f];
    }
    return atoms;
}

Atoms after_rounds(Atoms atoms, Atoms const& truth)
{
    std::vector<std::size_t> before;
    for (int round = 0; round < 10; ++round) {
        std::vector<std::size_t> const cells = cells_of(atoms, truth);
        if (cells == before)
            break;
        std::vector<double> mean(truth[0].w.size());
        double total = 0;
        for (std::size_t i = 0; i < atoms.size(); ++i) {
            double const m = std::exp(atoms[i].b);
            total += m;
            for (std::size_t f = 0; f < mean.size(); ++f)
                mean[f] += m * (atoms[i].w[f] - truth[cells[i]].w[f]);
        }
        for (double& f : mean)
            f /= total;
        atoms = subtracted(std::move(atoms), mean);
        before = cells;
    }
    return atoms;
}

double total_mass(Atoms const& atoms)
{
    double sum = 0;
    for (Atom const& atom : atoms)
        sum += std::exp(atom.b);
    return sum;
}

/// The smallest loss, and the number of the candidate that has it (0: unmoved, 1: rounds from
/// there, 2 + i k* + j: atom i landed on j).
std::pair<double, int> literal_align(Atoms fitted, Atoms const& truth)
{
    double const shift = std::log(total_mass(truth) / total_mass(fitted));
    for (Atom& atom : fitted)
        atom.b += shift;
    std::vector<Atoms> candidates = {fitted, after_rounds(fitted, truth)};
    for (Atom const& i : fitted) {
        for (Atom const& j : truth) {
            std::vector<double> landing = i.w;
            for (std::size_t f = 0; f < landing.size(); ++f)
                landing[f] -= j.w[f];
            candidates.push_back(after_rounds(subtracted(fitted, landing), truth));
        }
    }
    std::pair<double, int> best{softmax_l1(candidates[0], truth), 0};
    for (std::size_t c = 1; c < candidates.size(); ++c) {
        double const loss = softmax_l1(candidates[c], truth);
        if (loss < best.first * (1 - 1e-12))
            best = {loss, static_cast<int>(c)};
    }
    return best;
}

} // namespace

TEST_CASE("align finds what the specification's words find, whichever candidate has it")
{
    std::mt19937_64 random(23);
    std::vector<int> wins(64);
    for (int trial = 0; trial < 400; ++trial) {
        int const d = 1 + trial % 3;
        int const k = 1 + trial % 6;
        int const k_true = 1 + trial / 6 % 5;
        // Gates widely spread, experts hardly: cells hang on the location, many minima.
        Atoms truth = drawn_atoms(random, d, k_true, 1.0);
        Atoms fitted = drawn_atoms(random, d, k, 1.0);
        for (Atoms* atoms : {&truth, &fitted}) {
            for (Atom& atom : *atoms) {
                for (double& w : atom.w)
                    w *= 10;
            }
        }
        auto const [loss, candidate] = literal_align(fitted, truth);
        Measured const got = measure_loss(measure_of("softmax", fitted),
                                          measure_of("softmax", truth), "softmax.L1", Gauge::align);
        INFO("trial " << trial << ", best candidate " << candidate);
        // Sums of some ten numbers of size 10 to 100; moving in steps rounds a little more.
        CHECK(got.record.value == Approx(loss).epsilon(1e-11));
        if (k_true == 5 && k > 1)
            ++wins[static_cast<std::size_t>(candidate)];
    }
    // The cases reach the unmoved one, the rounds from there, and landings of several i and j.
    CHECK(wins[0] + wins[1] > 0);
    CHECK(std::count_if(wins.begin() + 2, wins.end(), [](int n) { return n > 0; }) >= 8);
}

TEST_CASE("align stops after ten rounds where they would go on")
{
    // Equal experts on a line: the rounds creep. Of these seeds several, 46 among them, give
    // another loss with eleven rounds.
    for (unsigned seed = 40; seed < 60; ++seed) {
        std::mt19937_64 random(seed);
        Atoms truth = drawn_atoms(random, 1, 10 + static_cast<int>(seed % 17), 0.5);
        Atoms fitted = drawn_atoms(random, 1, 6 + static_cast<int>(seed % 10), 0.5);
        for (Atoms* atoms : {&truth, &fitted}) {
            for (Atom& atom : *atoms)
                atom = {{atom.w[0] * 100}, atom.b, {0}, 0};
        }
        INFO("seed " << seed);
        Measured const got = measure_loss(measure_of("softmax", fitted),
                                          measure_of("softmax", truth), "softmax.L1", Gauge::align);
        CHECK(got.record.value == Approx(literal_align(fitted, truth).first).epsilon(1e-11));
    }
}
