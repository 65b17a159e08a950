#pragma once

/// @file
/// The part of a target set where true atoms are negated: sigma(s) h = h - sigma(-s) h, so atom
/// (A, w, b, eta) may be replaced by (-A, -w, -b, -eta) where some atom of constant gate carries h,
/// too. That is an extra atom, or a true one whose gate is constant.

#include "kernels/loss/target_set.h"

MOE_BEGIN_ISA

/// Most sets of signs that are looked at for one carrier: beyond, the best of those seen counts.
constexpr int most_sign_sets = 4096;

/// A search over the signs of the true atoms, for one carrier.
struct Carrier
{
    int row;    ///< fitted atom that is an extra carrier, or -1
    int column; ///< true atom that is the carrier, or -1
};

/// Cost of fitted i as column j, for the signs that are set: of open ones the smaller.
MOE_HD inline double signed_cost(SetWork const& set, Carrier const& carrier, int i, int j)
{
    if (j == carrier.column)
        return set.carried[i];
    if (j >= set.k_true || set.sign[j] > 0)
        return set.cost[i * set.k + j];
    double const negated = set.negated[i * set.k_true + j];
    double const plain = set.cost[i * set.k + j];
    return set.sign[j] < 0 || negated < plain ? negated : plain;
}

/// What fitted i costs as the carrier: at least its gate's location, and all of it once no sign is
/// open.
MOE_HD MOE_NOINLINE inline double carrier_cost(SetRows const& rows, SetWork const& set,
                                               Carrier const& carrier, int i, bool open)
{
    if (open)
        return rows.location(rows.fitted(i));
    int const own = carrier.column;
    double const share = own < 0 ? 0 : rows.share(rows.bias(rows.target(own)));
    auto const u = [&](int f) {
        double sum = own < 0 ? 0 : share * rows.expert(rows.target(own))[f];
        for (int j = 0; j < set.k_true; ++j)
            sum += set.sign[j] < 0 ? rows.expert(rows.target(j))[f] : 0;
        return sum;
    };
    return carrier_term(rows, i, u, u);
}

/// The least loss for the signs that are set; a lower bound while some are open.
MOE_HD MOE_NOINLINE inline double signed_loss(SetRows const& rows, SetWork const& set,
                                              Carrier const& carrier, bool open, double best)
{
    auto const cost = [&](int i, int j) { return signed_cost(set, carrier, i, j); };
    double beside = 0;
    if (carrier.row >= 0)
        beside = carrier_cost(rows, set, carrier, carrier.row, open);
    for (int i = 0; carrier.row < 0 && i < set.k; ++i)
        set.carried[i] = carrier_cost(rows, set, carrier, i, open);
    int const n = leave_out(set, carrier.row, -1, -1, carrier.row >= 0 ? set.k - 1 : -1);
    double const value = beside + assign_left(set, n, cost);
    if (open || !(value < best))
        return value;
    keep(set, n, cost);
    if (carrier.row >= 0) {
        set.place[carrier.row] = -1;
        set.extra[carrier.row] = 1;
        set.term[carrier.row] = beside;
    }
    return value;
}

/// Goes through the signs depth first: a branch whose bound is not below the best ends there.
MOE_HD MOE_NOINLINE inline double best_signs(SetRows const& rows, SetWork const& set,
                                             Carrier const& carrier, double best)
{
    for (int j = 0; j < set.k_true; ++j)
        set.sign[j] = 0;
    int at = 0, seen = 0;
    while (at >= 0 && seen < most_sign_sets) {
        set.sign[at] = set.sign[at] == 0 ? 1 : set.sign[at] > 0 ? -1 : 0;
        if (set.sign[at] == 0) {
            --at;
            continue;
        }
        if (set.sign[at] < 0 && at == carrier.column)
            continue;
        bool const open = at + 1 < set.k_true;
        ++seen;
        double const value = signed_loss(rows, set, carrier, open, best);
        if (!(value < best))
            continue;
        if (open)
            ++at;
        else
            best = value;
    }
    return best;
}

/// The least loss over all carriers, `best` if none has less. One lane.
MOE_HD MOE_NOINLINE inline double best_negated(SetRows const& rows, SetWork const& set, double best)
{
    for (int i = 0; set.k > set.k_true && i < set.k; ++i)
        best = best_signs(rows, set, {i, -1}, best);
    for (int j = 0; j < set.k_true; ++j)
        if (rows.location(rows.target(j)) == 0)
            best = best_signs(rows, set, {-1, j}, best);
    return best;
}

/// Measures gathered rows against the set; all lanes return when record and cell are written.
template <class Lanes>
MOE_HD MOE_NOINLINE void measure_set(Lanes lanes, SetRows const& rows, SetWork const& set,
                                     LossRecord* record, int* cell)
{
    fill_costs(lanes, rows, set);
    lanes.sync();
    if (lanes.rank() == 0) {
        double best = best_single(set);
        if (set.k > set.k_true)
            best = best_pair(rows, set, best);
        if (negates(rows))
            best = best_negated(rows, set, best);
        *record = set_record(rows, set, best, cell);
    }
    lanes.sync();
}

MOE_END_ISA
