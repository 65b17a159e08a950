#include "host/rates/compare.h"

#include "host/rates/notes.h"
#include "host/rates/quantities.h"
#include "host/study/identity.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>

namespace moerate
{
namespace
{

/// A curve with its fits.
struct Fits
{
    ComparedCurve of;
    std::vector<FitsAt> all;
    Resampling resampling;
};

/// The places of the n that are in `chosen`.
Samples only(Samples const& samples, std::vector<int> const& chosen)
{
    Samples some;
    for (std::size_t i = 0; i < samples.n.size(); ++i)
        if (std::binary_search(chosen.begin(), chosen.end(), samples.n[i])) {
            some.n.push_back(samples.n[i]);
            some.values.push_back(samples.values[i]);
        }
    return some;
}

std::vector<int> common_n(Samples const& a, Samples const& b)
{
    std::vector<int> common;
    std::set_intersection(a.n.begin(), a.n.end(), b.n.begin(), b.n.end(),
                          std::back_inserter(common));
    return common;
}

bool same_streams(Resampling const& a, Resampling const& b)
{
    return a.nested == b.nested && a.key.key0 == b.key.key0 && a.key.key1 == b.key.key1;
}

/// Weight 1 at the last n, 0 elsewhere.
std::vector<double> at_last(std::vector<int> const& n)
{
    std::vector<double> weights(n.size(), 0.0);
    weights.back() = 1;
    return weights;
}

SlopeInterval interval_of(Contrast const& sum)
{
    return {sum.value, sum.lo, sum.hi};
}

void fill(ComparedSlope& side, Estimate const& of)
{
    side.n = of.curve.n;
    side.replicates = static_cast<int>(of.curve.replicates());
    side.slope = {of.slope.slope, of.slope.lo, of.slope.hi};
}

/// Fills slopes, difference and ratio from the numbers of both sides.
void fill(Comparison& result, Device& device, Fits const& a, Fits const& b, Numbers const& of_a,
          Numbers const& of_b)
{
    Samples own = of_a.samples, other = of_b.samples;
    std::vector<int> const common = common_n(own, other);
    result.paired = same_streams(a.resampling, b.resampling) && common.size() >= 2;
    if (result.paired) {
        own = only(own, common);
        other = only(other, common);
        keep_common(own, other);
    }
    Estimate const first = estimates(device, own, a.resampling, {Statistic::mean}, of_a.what)[0];
    Estimate const second = estimates(device, other, b.resampling, {Statistic::mean}, of_b.what)[0];
    for (auto const& [side, of] : {std::pair(&result.a, &first), {&result.b, &second}})
        if (of->curve.drawn.empty()) {
            result.not_comparable = "no slope of " + side->label + ": " + of->slope.reason;
            return;
        }
    fill(result.a, first);
    fill(result.b, second);
    auto const apart = [&](auto const& weights) {
        return result.paired ? contrast(difference(first.curve, second.curve), weights(own.n))
                             : independent_difference(contrast(first.curve, weights(own.n)),
                                                      contrast(second.curve, weights(other.n)));
    };
    Contrast const slope = apart([](std::vector<int> const& n) { return LogLine(n).weights(); });
    result.difference = interval_of(slope);
    result.p = p_of(slope);
    if (own.n.back() != other.n.back())
        return;
    Contrast const level = apart(at_last);
    result.ratio_n = own.n.back();
    result.ratio = {std::exp(level.value), std::exp(level.lo), std::exp(level.hi)};
}

/// The row of a curve and one of its losses; of any for an empty name.
RateRow const* row_of(std::vector<RateRow> const& rows, ComparedSlope const& side)
{
    auto const found = std::find_if(rows.begin(), rows.end(), [&](RateRow const& row) {
        // A row over several truths has the label that their curves share.
        bool const own =
            row.label == side.label || side.label.rfind(row.label + " [truth ", 0) == 0;
        return row.study == side.study && own &&
               (side.loss.empty() || loss_text(row) == side.loss);
    });
    return found == rows.end() ? nullptr : &*found;
}

/// The slope of a row that an error in L2 has.
Slope const& slope_of(RateRow const& row, std::size_t kind)
{
    Slope const* const slopes[] = {&row.regression,    &row.expert.over,   &row.expert.exact,
                                   &row.expert.missed, &row.response.cell, &row.response.gate};
    return *slopes[kind];
}

Comparison named(Fits const& a, Fits const& b, std::string const& quantity)
{
    Comparison result;
    result.quantity = quantity;
    result.a.study = a.of.study->id;
    result.a.label = a.of.curve->label;
    result.b.study = b.of.study->id;
    result.b.label = b.of.curve->label;
    return result;
}

/// Adds the error in L2 of this place in error_kinds, unless neither has it.
void add_error(std::vector<Comparison>& all, std::size_t kind, Device& device, Fits const& a,
               Fits const& b, std::vector<RateRow> const& rows)
{
    Comparison result = named(a, b, error_kinds()[kind].name);
    bool any = false;
    for (ComparedSlope* side : {&result.a, &result.b})
        if (RateRow const* const row = row_of(rows, *side)) {
            Slope const& slope = slope_of(*row, kind);
            side->bracketed = !row->reasons.empty() || !slope.reasons.empty();
            any = any || !std::isnan(slope.slope);
        }
    if (!any)
        return;
    fill(result, device, a, b, error_numbers(error_kinds()[kind], a.all, at_fit),
         error_numbers(error_kinds()[kind], b.all, at_fit));
    all.push_back(std::move(result));
}

/// The losses of a curve as tables show them, after one another.
std::string losses_text(Curve const& curve)
{
    std::string text;
    for (LossSpec const& loss : curve.losses) {
        LossKey key = loss_key(loss, at_fit);
        key.target = "truth";
        text += (text.empty() ? "" : ", ") + loss_text(key);
    }
    return text;
}

void add_losses(std::vector<Comparison>& all, Device& device, Fits const& a, Fits const& b,
                std::vector<RateRow> const& rows)
{
    if (gate_to_json(a.of.curve->model.gate) != gate_to_json(b.of.curve->model.gate)) {
        Comparison result = named(a, b, "loss");
        result.a.loss = losses_text(*a.of.curve);
        result.b.loss = losses_text(*b.of.curve);
        result.not_comparable =
            "losses of different gates are distances of different parameters: compare errors";
        all.push_back(std::move(result));
        return;
    }
    for (LossSpec const& loss : a.of.curve->losses)
        for (LossSpec const& other : b.of.curve->losses) {
            LossKey const key = loss_key(loss, at_fit);
            if (!(key == loss_key(other, at_fit)))
                continue;
            LossKey shown = key;
            shown.target = "truth";
            Comparison result =
                named(a, b, loss_text(shown) + (key.target == "truth" ? "" : " to " + key.target));
            for (ComparedSlope* side : {&result.a, &result.b}) {
                side->loss = loss_text(shown);
                if (RateRow const* const row = row_of(rows, *side))
                    side->bracketed = row->bracketed.has_value();
            }
            auto const numbers = [&](Fits const& fits) {
                return numbers_of(fits.all, "loss",
                                  [&](FitRow const& fit) { return loss_number(fit, key); });
            };
            fill(result, device, a, b, numbers(a), numbers(b));
            all.push_back(std::move(result));
        }
}

/// Corrects the p of each quantity by themselves.
void correct(std::vector<Comparison>& all)
{
    std::map<std::string, std::vector<Comparison*>> families;
    for (Comparison& one : all)
        if (one.not_comparable.empty())
            families[one.quantity].push_back(&one);
    for (auto const& family : families) {
        std::vector<double> p;
        for (Comparison const* one : family.second)
            p.push_back(one->p);
        std::vector<double> const corrected = holm(p);
        for (std::size_t i = 0; i < p.size(); ++i)
            family.second[i]->holm = corrected[i];
    }
}

} // namespace

std::vector<Comparison> compare(Device& device, std::vector<ComparedCurve> const& curves,
                                std::vector<std::pair<int, int>> const& pairs,
                                std::vector<RateRow> const& rows)
{
    std::vector<Fits> fits;
    for (ComparedCurve const& one : curves)
        fits.push_back({one,
                        fits_of(*one.store, *one.study, *one.curve),
                        {streams_key(*one.study, *one.curve), one.study->nested}});
    std::vector<Comparison> all;
    for (std::size_t kind = 0; kind < error_kinds().size(); ++kind)
        for (auto const& [a, b] : pairs)
            add_error(all, kind, device, fits[a], fits[b], rows);
    for (auto const& [a, b] : pairs)
        add_losses(all, device, fits[a], fits[b], rows);
    correct(all);
    return all;
}

std::vector<double> holm(std::vector<double> const& p)
{
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t i, std::size_t j) { return p[i] < p[j]; });
    std::vector<double> corrected(p.size());
    double largest = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
        largest = std::max(largest, std::min(1.0, static_cast<double>(p.size() - k) * p[order[k]]));
        corrected[order[k]] = largest;
    }
    return corrected;
}

} // namespace moerate
