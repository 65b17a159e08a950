#include "host/probe/constant.h"

#include "host/core/text.h"
#include "host/study/loss_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

std::string number(double value, char const* none)
{
    return std::isfinite(value) ? fmt::format("{:.3g}", value) : none;
}

std::string end_word(ConstantEnd end)
{
    return end == ConstantEnd::steady    ? "steady"
           : end == ConstantEnd::growing ? "growing"
           : end == ConstantEnd::falling ? "falling"
           : end == ConstantEnd::flat    ? "flat"
                                         : "unknown";
}

std::string conclusion(ConstantCurve const& curve)
{
    switch (curve.end) {
    case ConstantEnd::steady:
        return fmt::format("the ratio stays: the loss's rate can show from n/sigma^2 = {} on",
                           number(curve.shows, "-"));
    case ConstantEnd::growing:
        return fmt::format(
            "the split truth has loss 0 and ||f - f*|| = {:.3g}: small losses are far "
            "from f*, and the loss is bounded only where they are not",
            curve.split);
    case ConstantEnd::falling:
        return fmt::format("the ratio falls, in the end as loss^{:.2g}: the loss is not bounded by "
                           "||f_G - f*|| up to a constant here, as far as these losses show",
                           curve.trend - 1);
    case ConstantEnd::flat:
        return fmt::format(
            "the ratio is 0: a measure at a loss of {:.3g} has the truth's f (max|f - f*| = "
            "{:.1e} at fresh points); no rate of the loss follows from one of f",
            curve.flat_loss, curve.largest_gap);
    case ConstantEnd::unknown:
        break;
    }
    for (ConstantPoint const& point : curve.points)
        if (point.few_samples)
            return fmt::format(
                "at a loss of {:.3g} the distance is 0 on the sample and not at fresh "
                "points: take more --samples",
                point.epsilon);
    return curve.points.size() < 2
               ? "one loss shows no trend: ask for several (--epsilon 0.3,0.1,0.03)"
               : "too few of the losses are reached in the box to say more";
}

} // namespace

std::string constants_text(std::vector<ConstantCurve> const& curves)
{
    std::string text;
    for (ConstantCurve const& curve : curves) {
        text +=
            fmt::format("{}{}: {}, gauge {}{}\n", text.empty() ? "" : "\n", printable(curve.label),
                        curve.loss, curve.gauge == Gauge::none ? "none" : "align",
                        curve.target == Target::truth ? "" : ", target projection");
        if (!curve.skipped.empty()) {
            text += fmt::format("  none: {}\n", curve.skipped);
            continue;
        }
        std::vector<std::vector<std::string>> lines{
            {"loss", "||f_G - f*||", "ratio", "exponent", "rank", "n/sigma^2"}};
        for (ConstantPoint const& point : curve.points)
            if (point.reached)
                lines.push_back({fmt::format("{:.3g}", point.epsilon),
                                 fmt::format("{:.3g}{}", point.distance, point.least ? "" : " *"),
                                 fmt::format("{:.3g}", point.ratio), number(point.exponent, "-"),
                                 std::to_string(point.rank), number(point.needed, "-")});
            else
                lines.push_back({fmt::format("{:.3g}", point.epsilon), "-", "-", "-", "-", "-"});
        text += aligned(lines) + conclusion(curve) + "\n";
        if (std::any_of(curve.points.begin(), curve.points.end(),
                        [](ConstantPoint const& point) { return !point.least; }))
            text +=
                "* more than at a larger loss: a twin is near there, or the least was not found "
                "(--starts, --rounds)\n";
    }
    return text;
}

nlohmann::ordered_json constants_json(std::vector<ConstantCurve> const& curves,
                                      ConstantSettings const& settings)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (ConstantCurve const& curve : curves) {
        nlohmann::ordered_json points = nlohmann::ordered_json::array();
        for (ConstantPoint const& point : curve.points) {
            nlohmann::ordered_json one{{"epsilon", point.epsilon}, {"reached", point.reached}};
            if (point.reached)
                one.update({{"distance", point.distance},
                            {"least", point.least},
                            {"few_samples", point.few_samples},
                            {"ratio", point.ratio},
                            {"exponent", point.exponent},
                            {"rank", point.rank},
                            {"n_over_sigma2", point.needed}});
            points.push_back(one);
        }
        nlohmann::ordered_json entry{{"label", curve.label},
                                     {"loss", curve.loss},
                                     {"r", curve.r},
                                     {"gauge", curve.gauge == Gauge::none ? "none" : "align"},
                                     {"target", word_of(curve.target)},
                                     {"skipped", curve.skipped},
                                     {"norm", curve.size},
                                     {"split", curve.split},
                                     {"end", end_word(curve.end)},
                                     {"n_over_sigma2", curve.shows},
                                     {"points", points}};
        if (curve.end == ConstantEnd::flat) {
            entry["at_loss"] = curve.flat_loss;
            entry["difference"] = curve.largest_gap;
            entry["counterexample"] = measure_to_json(curve.counterexample);
            entry["truth"] = measure_to_json(curve.truth);
        }
        list.push_back(entry);
    }
    return {{"samples", settings.samples}, {"starts", settings.starts}, {"curves", list}};
}

} // namespace moerate
