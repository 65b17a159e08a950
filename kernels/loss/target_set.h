#pragma once

/// @file
/// A loss without a mass term against the set of all measures of the fitted model that give the
/// target's f, as far as they are known in closed form (docs/losses.md): the target's atoms in any
/// order and null experts for the others; two atoms that share one's response; for experts linear
/// in eta with logistic gates, atoms negated, what that changes carried by one of constant gate.
/// The loss is the smallest over the set.

#include "kernels/loss/assignment.h"
#include "kernels/loss/loss_api.h"
#include "kernels/loss/set_terms.h"

MOE_BEGIN_ISA

/// Arrays of a loss against a set. Columns < k* of `cost` are true atoms, the others null experts.
struct SetWork
{
    int k, k_true;
    double* cost;    ///< [k][k] of a fitted atom as that
    double* negated; ///< [k][k*] of it as that true atom negated; no such atoms: not filled
    double* carried; ///< [k] of it as the carrier that is tried
    double* row_price;
    double* column_price; ///< [k] of the assignment of all
    int* row;
    int* column; ///< [k] rows and columns that an assignment has
    int* sign;   ///< [k*] of a true atom as it is tried: 1, -1, or 0 while open
    int* place;  ///< [k] true atom of each fitted one in the best so far, -1: a null expert
    int* extra;  ///< [k] whether it is there beside another one, as null expert or carrier
    double* term;
    AssignmentWork assignment;

    MOE_HD SetWork(Scratch& scratch, int atoms, int true_atoms)
        : k(atoms), k_true(true_atoms), cost(take<double>(scratch, k * k)),
          negated(take<double>(scratch, k * k_true)), carried(take<double>(scratch, k)),
          row_price(take<double>(scratch, k)), column_price(take<double>(scratch, k)),
          row(take<int>(scratch, k)), column(take<int>(scratch, k)),
          sign(take<int>(scratch, k_true)), place(take<int>(scratch, k)),
          extra(take<int>(scratch, k)), term(take<double>(scratch, k)), assignment(scratch, k)
    {}

private:
    template <class T>
    MOE_HD static T* take(Scratch& scratch, int n)
    {
        return scratch.take<T>(static_cast<std::size_t>(n));
    }
};

/// Whether atoms of constant gate carry any responses, so that others may be negated.
MOE_HD inline bool negates(SetRows const& rows)
{
    return rows.nature.homogeneity == Homogeneity::linear && !rows.nature.factor;
}

/// What fitted atom i is from true atom j, or, where j's gate is constant, from one that gives its
/// response with another gate.
MOE_HD MOE_NOINLINE inline double single_term(SetRows const& rows, int i, int j)
{
    double const plain = gate_term(rows, i, j, 1) + expert_term(rows, i, j, 1);
    double const* const target = rows.target(j);
    if (rows.location(target) > 0 || rows.nature.homogeneity == Homogeneity::none)
        return plain;
    double const share = rows.share(rows.bias(target));
    double const* const eta = rows.expert(target);
    double const carrier = carrier_term(
        rows, i, [=](int f) { return share * eta[f]; }, [=](int f) { return eta[f]; });
    return carrier < plain ? carrier : plain;
}

/// Fills the costs, those of all lanes together.
template <class Lanes>
MOE_HD void fill_costs(Lanes lanes, SetRows const& rows, SetWork const& set)
{
    for (int at = lanes.rank(); at < set.k * set.k; at += lanes.size()) {
        int const i = at / set.k, j = at % set.k;
        set.cost[at] = j < set.k_true ? single_term(rows, i, j)
                                      : null_distance(rows.nature, rows.expert(rows.fitted(i)));
    }
    for (int at = lanes.rank(); negates(rows) && at < set.k * set.k_true; at += lanes.size()) {
        int const i = at / set.k_true, j = at % set.k_true;
        set.negated[at] = gate_term(rows, i, j, -1) + expert_term(rows, i, j, -1);
    }
}

/// Takes the assignment that set.assignment holds, of set.row to set.column, for the best.
template <class Cost>
MOE_HD void keep(SetWork const& set, int n, Cost const& cost)
{
    for (int at = 0; at < n; ++at) {
        int const i = set.row[set.assignment.row_of[at + 1] - 1];
        int const j = set.column[at];
        set.place[i] = j < set.k_true ? j : -1;
        set.extra[i] = j < set.k_true ? 0 : 1;
        set.term[i] = cost(i, j);
    }
}

/// All rows and columns but these (-1: none is left out); how many rows.
MOE_HD inline int leave_out(SetWork const& set, int i, int e, int j, int null)
{
    int rows = 0, columns = 0;
    for (int at = 0; at < set.k; ++at) {
        if (at != i && at != e)
            set.row[rows++] = at;
        if (at != j && at != null)
            set.column[columns++] = at;
    }
    MOE_EXPECT(rows == columns);
    return rows;
}

/// The least sum over the rows and columns that are there.
template <class Cost>
MOE_HD double assign_left(SetWork const& set, int n, Cost const& cost)
{
    return assign(set.assignment, n, [&](int a, int b) { return cost(set.row[a], set.column[b]); });
}

/// The target's atoms and null experts. Returns the loss.
MOE_HD MOE_NOINLINE inline double best_single(SetWork const& set)
{
    auto const cost = [&](int i, int j) { return set.cost[i * set.k + j]; };
    int const n = leave_out(set, -1, -1, -1, -1);
    double const value = assign_left(set, n, cost);
    keep(set, n, cost);
    for (int at = 0; at < set.k; ++at) {
        set.row_price[at] = set.assignment.row_price[at + 1];
        set.column_price[at] = set.assignment.column_price[at + 1];
    }
    return value;
}

/// One true atom that two fitted ones are together, one null expert less. By the prices of the
/// whole assignment, the others cannot cost less than their prices; few pairs need more than that.
MOE_HD MOE_NOINLINE inline double best_pair(SetRows const& rows, SetWork const& set, double best)
{
    auto const cost = [&](int i, int j) { return set.cost[i * set.k + j]; };
    int const null = set.k - 1;
    double all = 0;
    for (int at = 0; at < set.k; ++at)
        all += set.row_price[at] + set.column_price[at];
    for (int i = 0; i < set.k; ++i) {
        for (int e = i + 1; e < set.k; ++e) {
            for (int j = 0; j < set.k_true; ++j) {
                double const others = all - set.row_price[i] - set.row_price[e] -
                                      set.column_price[j] - set.column_price[null];
                if (!(pair_floor(rows, i, e, j) + others < best))
                    continue;
                double const pair = pair_term(rows, i, e, j);
                if (!(pair + others < best))
                    continue;
                int const n = leave_out(set, i, e, j, null);
                double const value = pair + assign_left(set, n, cost);
                if (!(value < best))
                    continue;
                best = value;
                keep(set, n, cost);
                set.place[i] = set.place[e] = j;
                set.extra[i] = set.extra[e] = 1;
                set.term[i] = pair;
                set.term[e] = 0;
            }
        }
    }
    return best;
}

/// Writes the loss and its terms. k > 0, k* > 0.
MOE_HD MOE_NOINLINE inline LossRecord set_record(SetRows const& rows, SetWork const& set,
                                                 double value, int* cell)
{
    LossRecord record{};
    for (int i = 0; i < set.k; ++i) {
        cell[i] = set.place[i];
        (set.extra[i] != 0 ? record.over : record.exact) += set.term[i];
        if (set.place[i] < 0)
            continue;
        double const gate = gate_term(rows, i, set.place[i], 1);
        double const expert = expert_term(rows, i, set.place[i], 1);
        double& most_gate = set.extra[i] != 0 ? record.over_gate : record.exact_gate;
        double& most_expert = set.extra[i] != 0 ? record.over_expert : record.exact_expert;
        most_gate = gate > most_gate ? gate : most_gate;
        most_expert = expert > most_expert ? expert : most_expert;
    }
    record.value = value;
    return record;
}

MOE_END_ISA
