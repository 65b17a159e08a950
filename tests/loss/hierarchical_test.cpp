// Losses of hierarchical measures, worked out on paper (d = 1). Layout: kappa, nu by atom, omega,
// beta by group, a, b by atom.

#include "tests/loss/measure_case.h"

#include <cmath>

using namespace moerate;

namespace
{

// Group 0 (omega 0, e^beta 1): members at kappa 0 and 9 with e^nu 1 and 3. Group 1 (omega 10,
// e^beta 2): one at kappa 0 with e^nu 1. Experts 0.
Measure truth_of_two()
{
    return measure_with(grouped_model({0, 0, 1}, 2),
                        {0, 9, 0, 0, ln3, 0, 0, 10, 0, ln2, 0, 0, 0, 0, 0, 0});
}

/// Adds `by` to the numbers [first, first + count) of theta.
void add(Measure& measure, int first, int count, double by)
{
    for (int at = first; at < first + count; ++at)
        measure.theta[static_cast<std::size_t>(at)] += by;
}

} // namespace

TEST_CASE("hierarchical losses: groups by omega, members inside each fitted group")
{
    // Fitted group 0: omega 12, e^beta 3, so in the cell of true group 1; atoms 1 and 3, at kappa 2
    // with e^nu 2 and expert a = 1, and at kappa -1 with e^nu 1. Fitted group 1: omega 1, e^beta 1,
    // true group 0; atoms 0 and 2, at kappa 8 with e^nu 3 and at kappa 0 with e^nu 2.
    Measure const fitted =
        measure_with(grouped_model({1, 0, 1, 0}, 2), {8,  2, 0,   -1, ln3, ln2, ln2, 0, //
                                                      12, 1, ln3, 0,                    //
                                                      0,  1, 0,   0,  0,   0,   0,   0});
    Measured const five = measure_loss(fitted, truth_of_two(), "hierarchical.L5");
    CHECK(five.cell == std::vector<int>{1, 2, 0, 2});
    // mass: |1 - 1| + |3 - 2| of groups; 3 |2 + 1 - 1| + 1 (|2 - 1| + |3 - 3|) of members
    CHECK(five.record.mass == near(1 + 6 + 1));
    // exact: 3 |2| + 1 |1| of groups (one in each cell), 1 (2 * 0 + 3 * 1) of members
    CHECK(five.record.exact == near(6 + 1 + 3));
    // over: 3 (2 (2^2 + 1^2) + 1 * 1^2)
    CHECK(five.record.over == near(3 * (10 + 1)));
    CHECK(five.record.empty == 0);
    // Distances join kappa with omega of the group.
    CHECK(five.record.over_gate == near(std::sqrt(4.0 + 4)));
    CHECK(five.record.over_expert == near(1));
    CHECK(five.record.exact_gate == near(std::sqrt(1.0 + 1)));

    Measured const six = measure_loss(fitted, truth_of_two(), "hierarchical.L6r", Gauge::none, 3);
    CHECK(six.record.mass == near(8));
    CHECK(six.record.exact == near(3 * 8 + 1 + 3));
    CHECK(six.record.over == near(3 * (2 * (8 + 1) + 1)));
}

TEST_CASE("two fitted groups on one true group: its members' cells are formed in each of them")
{
    // Both fitted groups at true group 0 with e^beta 1 and 2, each with one atom: kappa 0, e^nu 1
    // and kappa 9, e^nu 3. No member shares a cell; group cell 0 holds two groups, cell 1 none.
    Measure const fitted =
        measure_with(grouped_model({0, 1}, 2), {0, 9, 0, ln3, 1, 1, 0, ln2, 0, 0, 0, 0});
    Measured const m = measure_loss(fitted, truth_of_two(), "hierarchical.L5");
    CHECK(m.cell == std::vector<int>{0, 1});
    // |1 + 2 - 1| + |0 - 2|, then 1 |0 - 3| + 2 |0 - 1| for the member that each lacks
    CHECK(m.record.mass == near(2 + 2 + 3 + 2));
    CHECK(m.record.over == near(1 + 2));
    CHECK(m.record.exact == 0);
    CHECK(m.record.empty == 1);
    // True atom 2 (mass 2 * 1) is 9 from the first atom in omega, and 0 in kappa.
    CHECK(m.record.missed == near(2 * 9));
}

TEST_CASE("align takes out the shifts of both levels of a hierarchical gate")
{
    Measure const truth = truth_of_two();
    // Groups swapped, the atom of mass 3 in two parts; atoms: group 1, 0, 1, 1.
    Measure fitted =
        measure_with(grouped_model({1, 0, 1, 1}, 2),
                     {0, 0, 9, 9, 0, 0, ln2, 0, 10, 0, ln2, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(measure_loss(fitted, truth, "hierarchical.L5").record.value < 1e-14);
    add(fitted, 8, 2, 6.5);   // omega of all groups
    add(fitted, 10, 2, -1.5); // beta
    add(fitted, 1, 1, 4);     // kappa and nu of the only member of group 0
    add(fitted, 5, 1, 2);
    for (int atom : {0, 2, 3}) { // kappa and nu of the members of group 1
        add(fitted, atom, 1, -7);
        add(fitted, 4 + atom, 1, 0.75);
    }
    for (char const* name : {"hierarchical.L5", "hierarchical.L6r"}) {
        CHECK(measure_loss(fitted, truth, name).record.value > 1);
        Measured const m = measure_loss(fitted, truth, name, Gauge::align, 1.5);
        CHECK(m.record.value < 1e-13);
        CHECK(m.cell == std::vector<int>{0, 2, 1, 1});
        CHECK(m.record.over_gate < 1e-13);
        CHECK(m.record.exact_gate < 1e-13);
    }
}

TEST_CASE("under align the shifts that leave f alone change nothing on either level")
{
    std::mt19937_64 random(13);
    for (int trial = 0; trial < 40; ++trial) {
        int const d = 1 + trial % 3;
        Measure const truth = drawn_around(random, grouped_model({0, 1, 0, 1}, 2, d), 1.0);
        Measure const fitted = drawn_around(random, grouped_model({1, 0, 0, 1, 1}, 2, d), 1.0);
        // Shifts so long that no unmoved location can win: all other candidates are the same.
        auto const loss = [&](double members, double others, double groups) {
            Measure moved = fitted;
            for (int i : {0, 3, 4}) { // group 1
                add(moved, i * d, d, members);
                add(moved, 5 * d + i, 1, -0.5 * members);
            }
            for (int i : {1, 2}) {
                add(moved, i * d, d, others);
                add(moved, 5 * d + i, 1, 0.25 * others);
            }
            add(moved, 5 * d + 5, 2 * d, groups);
            add(moved, 7 * d + 5, 2, 0.1 * groups);
            return measure_loss(moved, truth, "hierarchical.L5", Gauge::align).record.value;
        };
        INFO("trial " << trial);
        // Locations of size 30 carry roundings of 4e-15, against differences of 1.
        CHECK(loss(30, -20, 25) == Approx(loss(-17, 24, -31)).epsilon(1e-12));
    }
}

TEST_CASE("one group alone is a softmax gate of its members")
{
    std::mt19937_64 random(3);
    Measure const truth = drawn_around(random, grouped_model({0, 0, 0}, 1), 1.0);
    Measure const fitted = drawn_around(random, grouped_model({0, 0, 0, 0}, 1), 1.0, {});
    auto const flat = [](Measure const& m) {
        Model const model =
            make_model(gate_of("linear", "softmax"), expert_of("ridge"), 1, m.model.k);
        std::vector<double> theta(m.theta.begin(), m.theta.begin() + 2 * m.model.k);
        theta.insert(theta.end(), m.theta.begin() + 2 * m.model.k + 2, m.theta.end());
        return measure_with(model, theta);
    };
    for (Gauge gauge : {Gauge::none, Gauge::align}) {
        Measured const two = measure_loss(fitted, truth, "hierarchical.L5", gauge);
        Measured const one = measure_loss(flat(fitted), flat(truth), "softmax.L1", gauge);
        double const beta = fitted.theta[9], beta_true = truth.theta[7];
        double const omega = std::fabs(fitted.theta[8] - truth.theta[6]);
        CHECK(two.cell == one.cell);
        if (gauge == Gauge::none) {
            CHECK(two.record.value == near(std::fabs(std::exp(beta) - std::exp(beta_true)) +
                                           std::exp(beta) * (omega + one.record.value)));
        } else {
            // The group lands on its true one: e^beta* times the loss of the members.
            CHECK(two.record.value ==
                  Approx(std::exp(beta_true) * one.record.value).epsilon(1e-13));
        }
        // Models without groups count as one group of omega = beta = 0.
        CHECK(measure_loss(flat(fitted), flat(truth), "hierarchical.L5", gauge).record.value ==
              near(one.record.value));
    }
}

TEST_CASE("groups without atoms: their mass is missing, cells stay in range")
{
    // Fitted group 1 is empty and at true group 1: its member's mass 1 is missing, weighted by
    // e^beta 2.
    Measure const fitted =
        measure_with(grouped_model({0, 0}, 2), {0, 9, 0, ln3, 0, 10, 0, ln2, 0, 0, 0, 0});
    Measured const m = measure_loss(fitted, truth_of_two(), "hierarchical.L5");
    CHECK(m.record.value == near(2));
    CHECK(m.record.empty == 1);
    Measured const back = measure_loss(truth_of_two(), fitted, "hierarchical.L5", Gauge::align);
    CHECK(back.record.mass == near(2));
    for (int j : back.cell)
        CHECK((j == 0 || j == 1));
}

TEST_CASE("hierarchical losses are the same on any number of lanes")
{
    std::mt19937_64 random(19);
    Measure const truth = drawn_around(random, grouped_model({0, 1, 1, 2, 0}, 3, 4), 1.0);
    Measure const fitted = drawn_around(random, grouped_model({2, 2, 0, 1, 1, 0, 2}, 3, 4), 1.0);
    for (char const* name : {"hierarchical.L5", "hierarchical.L6r"}) {
        for (Gauge gauge : {Gauge::none, Gauge::align}) {
            Measured const one = measure_loss(fitted, truth, name, gauge, 1.5, 1);
            for (int lanes : {3, 8, Backend::warp, Backend::warp_down}) {
                Measured const many = measure_loss(fitted, truth, name, gauge, 1.5, lanes);
                CHECK(many.cell == one.cell);
                CHECK(many.record.value == one.record.value);
                CHECK(many.record.missed == one.record.missed);
                CHECK(many.record.over_gate == one.record.over_gate);
                CHECK(many.record.exact_gate == one.record.exact_gate);
            }
        }
    }
}
