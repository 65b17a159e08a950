#include "host/rates/verdict.h"

#include "host/rates/certificates.h"
#include "host/rates/line_test.h"
#include "host/rates/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

using Json = nlohmann::ordered_json;

/// Counts of one kind by n, and of how many.
struct Counts
{
    std::vector<int> n, count, of;
};

/// Fits by n of which `is` holds, among those that `counts`.
template <class In, class Is>
Counts counts_of(std::vector<FitsAt> const& all, In&& in, Is&& is)
{
    Counts counts;
    for (FitsAt const& at : all) {
        int of = 0, count = 0;
        for (FitRow const& fit : at.fits)
            if (in(fit)) {
                ++of;
                count += is(fit) ? 1 : 0;
            }
        counts.n.push_back(at.n);
        counts.of.push_back(of);
        counts.count.push_back(count);
    }
    return counts;
}

/// The n at which the share is too large or too small.
template <class Beyond>
Counts beyond(Counts const& all, Beyond&& is)
{
    Counts some;
    for (std::size_t i = 0; i < all.n.size(); ++i)
        if (all.of[i] > 0 && is(all.count[i], all.of[i])) {
            some.n.push_back(all.n[i]);
            some.count.push_back(all.count[i]);
            some.of.push_back(all.of[i]);
        }
    return some;
}

/// The reason of a rule about shares, if some n is beyond its threshold; words(those n) is its
/// text.
template <class Beyond, class Words>
void add_share(std::vector<Reason>& reasons, ReasonRule const& rule, Counts const& all, Beyond&& is,
               Words&& say)
{
    Counts const some = beyond(all, is);
    if (some.n.empty())
        return;
    reasons.push_back(
        {rule.code,
         say(some),
         {{"n", some.n}, {"count", some.count}, {"of", some.of}, {"threshold", rule.threshold}}});
}

/// The same where more than a share is too many.
void add_many(std::vector<Reason>& reasons, ReasonRule const& rule, Counts const& all,
              char const* format)
{
    add_share(
        reasons, rule, all, [&](int count, int of) { return above(count, of, rule.threshold); },
        [&](Counts const& some) {
            return fmt::format(format, counts_text(some.count, some.of, some.n));
        });
}

bool every(FitRow const&)
{
    return true;
}

bool counts(FitRow const& fit)
{
    return !failed(fit.status);
}

/// "0 .. 30 % of fits at n = 2000, 4000".
std::string shares_text(Counts const& some)
{
    double least = 1, most = 0;
    for (std::size_t i = 0; i < some.n.size(); ++i) {
        double const share = static_cast<double>(some.count[i]) / some.of[i];
        least = std::min(least, share);
        most = std::max(most, share);
    }
    std::string const range = least == most
                                  ? fmt::format("{:.0f}", 100 * least)
                                  : fmt::format("{:.0f} .. {:.0f}", 100 * least, 100 * most);
    return fmt::format("{} % of fits at n = {}", range, fmt::join(some.n, ", "));
}

void add_shares(std::vector<Reason>& reasons, std::vector<FitsAt> const& all, bool reference)
{
    add_many(reasons, rule::box, counts_of(all, counts, on_the_box),
             "a parameter is on the box in {}");
    add_many(reasons, rule::failed,
             counts_of(all, every, [](FitRow const& fit) { return failed(fit.status); }),
             "failed have {}");
    add_many(reasons, rule::no_descent,
             counts_of(all, every,
                       [](FitRow const& fit) { return fit.status == FitStatus::no_descent; }),
             "no descent, the training error ended above the start's in {}: such fits measure the "
             "steps, not the estimator");
    auto const known = [&](FitRow const& fit) {
        return counts(fit) && known_admissible(fit, reference).has_value();
    };
    auto const holds = [&](FitRow const& fit) { return *known_admissible(fit, reference); };
    add_share(
        reasons, rule::admissible, counts_of(all, known, holds),
        [](int count, int of) {
            return static_cast<double>(count) / of < rule::admissible.threshold;
        },
        [](Counts const& some) {
            return fmt::format("admissible are only {}: the theory's upper bounds do not apply",
                               shares_text(some));
        });
}

/// The rank that decides at each n: the largest.
std::optional<Reason> too_few_samples(Curve const& curve, std::vector<FitsAt> const& all)
{
    int const p = curve.model.layout.size;
    auto const ranks = static_cast<int>(rule::few_samples.threshold);
    for (FitsAt const& at : all) {
        std::optional<int> rank;
        for (FitRow const& fit : at.fits)
            if (counts(fit))
                rank = std::max(rank, fit.facts.rank);
        int const least = rank.value_or(p);
        if (at.n / ranks >= least)
            continue;
        long long const needed = static_cast<long long>(ranks) * least;
        return Reason{
            rule::few_samples.code,
            rank ? fmt::format("n = {} is below {} rank = {}", at.n, ranks, needed)
                 : fmt::format("n = {} is below {} p = {} (p counts parameters; the rank is not "
                               "known for {})",
                               at.n, ranks, needed, curve.estimator->name()),
            {{"n", at.n},
             {rank ? "rank" : "parameters", least},
             {"threshold", rule::few_samples.threshold}}};
    }
    return std::nullopt;
}

std::string interval_text(double value, double lo, double hi)
{
    return fmt::format("{:.3f} [{:.3f}, {:.3f}]", value, lo, hi);
}

Json interval_json(double value, double lo, double hi)
{
    return {{"slope", value}, {"lo", lo}, {"hi", hi}};
}

/// Whether a slope cannot be told from that of the starting points.
std::optional<Reason> start_reason(Estimate const& of, LogCurve const& paired,
                                   Estimate const& start)
{
    if (start.curve.drawn.empty() || paired.drawn.empty() || std::isnan(of.slope.lo))
        return std::nullopt;
    double const own = start.slope.slope;
    Contrast const apart = contrast(difference(paired, start.curve), LogLine(paired.n).weights());
    bool const within = of.slope.lo <= own && own <= of.slope.hi;
    if (!within && !(apart.lo <= 0 && 0 <= apart.hi))
        return std::nullopt;
    Json numbers{{"start", own}};
    std::string text = fmt::format("{} the starting points' own slope, {:.3f}",
                                   within ? "its interval holds" : "it cannot be told from", own);
    if (!std::isnan(apart.lo)) {
        text += fmt::format(" (difference {})", interval_text(apart.value, apart.lo, apart.hi));
        numbers["difference"] = interval_json(apart.value, apart.lo, apart.hi);
    }
    numbers["threshold"] = rule::start.threshold;
    return Reason{rule::start.code, text, numbers};
}

} // namespace

std::array<ReasonRule, 10> const& reason_rules()
{
    static std::array<ReasonRule, 10> const rules{
        rule::few_samples, rule::box,    rule::failed, rule::no_descent, rule::admissible,
        rule::floor,       rule::target, rule::start,  rule::grows,      rule::not_one_line};
    return rules;
}

std::vector<Reason> fit_reasons(Curve const& curve, std::vector<FitsAt> const& all, bool reference)
{
    std::vector<Reason> reasons;
    if (auto few = too_few_samples(curve, all))
        reasons.push_back(std::move(*few));
    add_shares(reasons, all, reference);
    return reasons;
}

std::optional<Reason> floor_reason(LogCurve const& regression)
{
    auto const flat = floor_of(regression, rule::floor.threshold);
    if (!flat)
        return std::nullopt;
    Contrast const& slope = flat->slope;
    std::string const numbers = interval_text(slope.value, slope.lo, slope.hi);
    Json json{{"n", flat->n}};
    json.update(interval_json(slope.value, slope.lo, slope.hi));
    json["threshold"] = rule::floor.threshold;
    return Reason{rule::floor.code,
                  flat->whole
                      ? fmt::format("the regression error does not fall, its slope is {}", numbers)
                      : fmt::format("the regression error has a floor, from n = {} on its "
                                    "slope is {}",
                                    flat->n, numbers),
                  json};
}

std::vector<Reason> slope_reasons(Estimate const& of, LogCurve const& paired, Estimate const& start)
{
    std::vector<Reason> reasons;
    if (auto near = start_reason(of, paired, start))
        reasons.push_back(std::move(*near));
    if (of.slope.slope > rule::grows.threshold)
        reasons.push_back({rule::grows.code,
                           fmt::format("it grows with n, slope {:.3f}", of.slope.slope),
                           {{"slope", of.slope.slope}, {"threshold", rule::grows.threshold}}});
    auto const lack = lack_of_fit(of.curve);
    if (lack && lack->p < rule::not_one_line.threshold)
        reasons.push_back(
            {rule::not_one_line.code,
             fmt::format(
                 "not one line over n, p = {:.2g}: at n = {} it is off the line by {:+.0f} %",
                 lack->p, lack->n, 100 * std::expm1(lack->residual)),
             {{"p", lack->p},
              {"n", lack->n},
              {"residual", lack->residual},
              {"deviation", lack->deviation},
              {"threshold", rule::not_one_line.threshold}}});
    return reasons;
}

std::optional<std::string> texts_of(std::vector<Reason> const& reasons)
{
    std::optional<std::string> text;
    for (Reason const& one : reasons)
        text = text ? *text + "; " + one.text : one.text;
    return text;
}

Json reasons_json(std::vector<Reason> const& reasons)
{
    Json list = Json::array();
    for (Reason const& one : reasons) {
        Json json{{"code", one.code}, {"text", one.text}};
        json.update(one.numbers);
        list.push_back(std::move(json));
    }
    return list;
}

} // namespace moerate
