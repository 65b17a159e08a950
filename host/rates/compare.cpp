#include "host/rates/compare.h"

#include "host/rates/compare_sums.h"
#include "host/rates/notes.h"
#include "host/rates/quantities.h"
#include "host/study/identity.h"
#include "host/study/loss_words.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace moerate
{
namespace
{

/// A curve with its fits under each truth.
struct Fits
{
    ComparedCurve of;
    std::vector<std::vector<FitsAt>> all;

    Curve const& curve() const { return *of.truths.front(); }

    /// What `get` takes from the fits under each truth.
    template <class Get>
    std::vector<TruthNumbers> numbers(Get&& get) const
    {
        std::vector<TruthNumbers> found;
        for (std::size_t t = 0; t < all.size(); ++t) {
            Curve const& curve = *of.truths[t];
            found.push_back({truth_number(curve),
                             get(all[t]),
                             {streams_key(*of.study, curve), of.study->nested}});
        }
        return found;
    }
};

/// The row of a curve and one of its losses; of any for an empty name.
RateRow const* row_of(std::vector<RateRow> const& rows, ComparedSlope const& side)
{
    auto const found = std::find_if(rows.begin(), rows.end(), [&](RateRow const& row) {
        // A row over several truths has the label that their curves share.
        bool const own =
            row.label == side.label || side.label.rfind(row.label + " [truth ", 0) == 0;
        bool const same = loss_text(row) == side.loss && row.target == side.target;
        return row.study == side.study && own && (side.loss.empty() || same);
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
    result.a.label = a.of.label;
    result.b.study = b.of.study->id;
    result.b.label = b.of.label;
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
    auto const numbers = [&](std::vector<FitsAt> const& fits) {
        return error_numbers(error_kinds()[kind], fits, at_fit);
    };
    fill_sums(result, device, a.numbers(numbers), b.numbers(numbers));
    all.push_back(std::move(result));
}

/// A loss as tables show it, its target left out.
std::string loss_name(LossSpec const& loss)
{
    LossKey key = loss_key(loss, at_fit);
    key.target = "truth";
    return loss_text(key);
}

/// The same with its target, where that is not the truth.
std::string loss_target_name(LossSpec const& loss)
{
    LossKey key = loss_key(loss, at_fit);
    key.target = word_of(loss.target); // no revision
    return loss_target_text(key);
}

/// The losses of a curve as tables show them, after one another.
std::string loss_names(Curve const& curve)
{
    std::string text;
    for (LossSpec const& loss : curve.losses)
        text += (text.empty() ? "" : ", ") + loss_target_name(loss);
    return text;
}

void add_losses(std::vector<Comparison>& all, Device& device, Fits const& a, Fits const& b,
                std::vector<RateRow> const& rows)
{
    if (gate_to_json(a.curve().model.gate) != gate_to_json(b.curve().model.gate)) {
        Comparison result = named(a, b, "loss");
        result.a.loss = loss_names(a.curve());
        result.b.loss = loss_names(b.curve());
        result.not_comparable =
            "losses of different gates are distances of different parameters: compare errors";
        all.push_back(std::move(result));
        return;
    }
    for (LossSpec const& loss : a.curve().losses)
        for (LossSpec const& other : b.curve().losses) {
            if (loss.target != other.target || loss_name(loss) != loss_name(other))
                continue;
            Comparison result = named(a, b, loss_target_name(loss));
            for (ComparedSlope* side : {&result.a, &result.b}) {
                side->loss = loss_name(loss);
                side->target = word_of(loss.target);
                if (RateRow const* const row = row_of(rows, *side))
                    side->bracketed = row->bracketed.has_value();
            }
            auto const numbers = [](LossSpec const& of) {
                return [key = loss_key(of, at_fit)](std::vector<FitsAt> const& fits) {
                    return numbers_of(fits, "loss",
                                      [&](FitRow const& fit) { return loss_number(fit, key); });
                };
            };
            fill_sums(result, device, a.numbers(numbers(loss)), b.numbers(numbers(other)));
            all.push_back(std::move(result));
        }
}

/// Corrects the p of each quantity by themselves.
void correct(std::vector<Comparison>& all)
{
    std::map<std::string, std::vector<Comparison*>> families;
    for (Comparison& one : all)
        if (!std::isnan(one.p))
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
    for (ComparedCurve const& one : curves) {
        fits.push_back({one, {}});
        for (Curve const* curve : one.truths)
            fits.back().all.push_back(fits_of(*one.store, *one.study, *curve));
    }
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
