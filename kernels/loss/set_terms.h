#pragma once

/// @file
/// Distances of one and of two fitted atoms to atoms that give a true atom's response in another
/// way: the terms of a loss against a target set (target_set.h). All first powers.

#include "kernels/loss/null_expert.h"
#include "kernels/loss/parts.h"

MOE_BEGIN_ISA

/// The rows that a set's terms are of, and what their numbers mean.
struct SetRows
{
    LossWork const* work;
    ExpertNature nature;
    double temperature; ///< of the target

    MOE_HD double const* fitted(int i) const { return work->row + i * work->columns.width; }
    MOE_HD double const* target(int j) const { return work->row_true + j * work->columns.width; }
    MOE_HD double const* expert(double const* row) const
    {
        return row + work->columns.expert.begin;
    }
    MOE_HD double bias(double const* row) const { return row[work->columns.of(Part::bias).begin]; }
    MOE_HD int width() const { return work->columns.expert.size; }
    MOE_HD double share(double b) const { return 1 / (1 + math::exp(-b / temperature)); }

    /// |A| + |w| of a row, 0 where its gate is the same for all inputs.
    MOE_HD double location(double const* row) const
    {
        Columns const& columns = work->columns;
        return norm_of(row + columns.of(Part::A).begin, columns.of(Part::A).size) +
               norm_of(row + columns.of(Part::w).begin, columns.of(Part::w).size);
    }
};

/// sum of |Delta part| over A, w and b of a fitted and a true atom, `sign` 1; -1: the true one's
/// numbers negated.
MOE_HD MOE_NOINLINE inline double gate_term(SetRows const& rows, int i, int j, double sign)
{
    Columns const& columns = rows.work->columns;
    double sum = 0;
    constexpr Part parts[] = {Part::A, Part::w, Part::bias};
    for (Part const part : parts) {
        Range const range = columns.of(part);
        double const* const a = rows.fitted(i) + range.begin;
        double const* const b = rows.target(j) + range.begin;
        auto const at = [=](int f) { return a[f] - sign * b[f]; };
        double square = 0;
        for (int f = 0; f < range.size; ++f)
            square += at(f) * at(f);
        sum += scaled_norm(square, range.size, at).value();
    }
    return sum;
}

/// |eta_i - sign eta_j|.
MOE_HD MOE_NOINLINE inline double expert_term(SetRows const& rows, int i, int j, double sign)
{
    double const* const a = rows.expert(rows.fitted(i));
    double const* const b = rows.expert(rows.target(j));
    auto const at = [=](int f) { return a[f] - sign * b[f]; };
    double square = 0;
    for (int f = 0; f < rows.width(); ++f)
        square += at(f) * at(f);
    return scaled_norm(square, rows.width(), at).value();
}

/// Least value of f on [low, high]: the best of 65 points, then golden sections between its
/// neighbours down to rounding.
template <class F>
MOE_HD double least_on(double low, double high, F const& f)
{
    constexpr int points = 64;
    constexpr double golden = 0.61803398874989484820;
    auto const at = [=](int i) { return low + (high - low) * i / points; };
    int best = 0;
    double least = f(low);
    MOE_ROLLED
    for (int i = 1; i <= points; ++i) {
        double const value = f(at(i));
        best = value < least ? i : best;
        least = value < least ? value : least;
    }
    double a = at(best > 0 ? best - 1 : 0), b = at(best < points ? best + 1 : points);
    MOE_ROLLED
    for (int step = 0; step < 80; ++step) {
        double const left = b - golden * (b - a), right = a + golden * (b - a);
        double const at_left = f(left), at_right = f(right);
        least = at_left < least ? at_left : least;
        least = at_right < least ? at_right : least;
        (at_left < at_right ? b : a) = at_left < at_right ? right : left;
    }
    return least;
}

/// |b - b'| + |eta - eta'| of carrier_term by b'. Called, as a search has many of these.
template <class U, class Rest>
struct CarrierDistance
{
    SetRows const& rows;
    double const* eta;
    double bias;
    int begin, width; ///< of eta what u stands for
    U const& u;
    Rest const& rest;

    MOE_HD MOE_NOINLINE double operator()(double b) const
    {
        double const factor = 1 + math::exp(-b / rows.temperature);
        auto const at = [&](int f) { return eta[f] - (f < begin ? rest(f) : factor * u(f)); };
        double sum = 0;
        MOE_ROLLED
        for (int f = 0; f < width; ++f)
            sum += at(f) * at(f);
        return std::fabs(b - bias) + scaled_norm(sum, width, at).value();
    }
};

/// What fitted atom i is from carrying the response u through a constant gate sigma(b'), whatever
/// b': |A| + |w| + min_b' |b - b'| + |eta - eta'|, where eta' has u / sigma(b') in place of the
/// numbers that the response is linear in (lambda; without one all of eta), and `rest` in the
/// others. u(f) and rest(f) by the numbers of eta.
template <class U, class Rest>
MOE_HD double carrier_term(SetRows const& rows, int i, U const& u, Rest const& rest)
{
    double const* const row = rows.fitted(i);
    double const* const eta = rows.expert(row);
    double const bias = rows.bias(row);
    int const begin = rows.nature.factor ? rows.nature.plain : 0, width = rows.width();
    double along = 0, square = 0; // of eta and u; the 1 / sigma nearest to eta is their quotient
    for (int f = begin; f < width; ++f) {
        along += eta[f] * u(f);
        square += u(f) * u(f);
    }
    CarrierDistance<U, Rest> const distance{rows, eta, bias, begin, width, u, rest};
    double const here = distance(bias);
    double least = here;
    if (square > 0 && here > 0) {
        // |eta - eta'| falls towards b of that quotient, beyond it both parts grow; and |b - b'|
        // alone is more than `here` farther away.
        double const odds = along / square - 1;
        double const goal = odds > 0 ? -rows.temperature * math::log(odds) : bias + here;
        double const to = goal < bias - here   ? bias - here
                          : goal > bias + here ? bias + here
                                               : goal;
        double const other = least_on(to < bias ? to : bias, to < bias ? bias : to, distance);
        least = other < least ? other : least;
    }
    return rows.location(row) + least;
}

/// |eta - t target| of the first n numbers.
MOE_HD MOE_NOINLINE inline double share_distance(double const* eta, double const* target, double t,
                                                 int n)
{
    auto const at = [=](int f) { return eta[f] - t * target[f]; };
    double square = 0;
    for (int f = 0; f < n; ++f)
        square += at(f) * at(f);
    return scaled_norm(square, n, at).value();
}

/// Fitted i and e from sharing true atom j's response at its gate, by shares t and 1 - t of what it
/// is linear in; infinite where experts do not allow that. Where shares may have any sign, the
/// least sum of two norms whose vectors have a given sum is the norm of that sum.
MOE_HD MOE_NOINLINE inline double shared_expert(SetRows const& rows, int i, int e, int j)
{
    double const* const a = rows.expert(rows.fitted(i));
    double const* const b = rows.expert(rows.fitted(e));
    double const* const target = rows.expert(rows.target(j));
    ExpertNature const& nature = rows.nature;
    int const width = rows.width();
    auto const difference = [=](double const* eta, double t, int n) {
        return share_distance(eta, target, t, n);
    };
    if (nature.factor) {
        double const both[] = {difference(a, 1, nature.plain) + difference(b, 1, nature.plain),
                               a[width - 1] + b[width - 1] - target[width - 1]};
        return norm_of(both, 2);
    }
    if (nature.homogeneity == Homogeneity::linear) {
        auto const at = [=](int f) { return a[f] + b[f] - target[f]; };
        double square = 0;
        for (int f = 0; f < width; ++f)
            square += at(f) * at(f);
        return scaled_norm(square, width, at).value();
    }
    if (nature.homogeneity == Homogeneity::none)
        return no_null_expert;
    return least_on(
        0, 1, [&](double t) { return difference(a, t, width) + difference(b, 1 - t, width); });
}

/// Biases b_i and b_e from any two whose shares add up to `whole`: the nearest pair keeps one of
/// them, or is the one of equal shares (at other points both move, at rates that differ).
MOE_HD MOE_NOINLINE inline double split_bias(SetRows const& rows, double b_i, double b_e,
                                             double whole)
{
    auto const of = [&](double share) { return rows.temperature * math::log(share / (1 - share)); };
    double least = std::fabs(b_i - of(whole / 2)) + std::fabs(b_e - of(whole / 2));
    for (int which = 0; which < 2; ++which) {
        double const kept = which == 0 ? b_i : b_e, other = which == 0 ? b_e : b_i;
        double const rest = whole - rows.share(kept);
        double const moved = rest > 0 ? std::fabs(other - of(rest)) : least;
        least = moved < least ? moved : least;
    }
    return least;
}

/// At most pair_term, and cheap: the gates' part.
MOE_HD inline double pair_floor(SetRows const& rows, int i, int e, int j)
{
    return rows.location(rows.target(j)) > 0
               ? gate_term(rows, i, j, 1) + gate_term(rows, e, j, 1)
               : rows.location(rows.fitted(i)) + rows.location(rows.fitted(e));
}

/// Fitted i and e from being true atom j together: at its gate with shares of its response, or,
/// where its gate is constant, as its expert twice with shares of the gate.
MOE_HD MOE_NOINLINE inline double pair_term(SetRows const& rows, int i, int e, int j)
{
    double const together = shared_expert(rows, i, e, j);
    double least = together < no_null_expert
                       ? gate_term(rows, i, j, 1) + gate_term(rows, e, j, 1) + together
                       : no_null_expert;
    double const *const a = rows.fitted(i), *const b = rows.fitted(e);
    if (rows.location(rows.target(j)) > 0)
        return least;
    double const split =
        rows.location(a) + rows.location(b) + expert_term(rows, i, j, 1) +
        expert_term(rows, e, j, 1) +
        split_bias(rows, rows.bias(a), rows.bias(b), rows.share(rows.bias(rows.target(j))));
    return split < least ? split : least;
}

MOE_END_ISA
