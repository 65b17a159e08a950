#include "host/core/text.h"
#include "host/rates/compare.h"
#include "host/rates/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace moerate
{
namespace
{

using Json = nlohmann::ordered_json;

std::string slope_cell(ComparedSlope const& side)
{
    if (std::isnan(side.slope.slope))
        return "none";
    return fmt::format(side.bracketed ? "({:.3f})" : "{:.3f}", side.slope.slope);
}

std::string interval_cell(SlopeInterval const& of)
{
    if (std::isnan(of.slope))
        return "none";
    return std::isnan(of.lo) ? fmt::format("{:.3f} [none]", of.slope)
                             : fmt::format("{:.3f} [{:.3f}, {:.3f}]", of.slope, of.lo, of.hi);
}

std::string p_cell(double p)
{
    return std::isnan(p) ? "-" : p < 0.0001 ? "<0.0001" : fmt::format("{:.4f}", p);
}

std::string range_cell(std::vector<int> const& n)
{
    return n.empty() ? "-" : fmt::format("{} .. {}", n.front(), n.back());
}

/// The same for both sides, or "x | y".
std::string both(std::string const& a, std::string const& b)
{
    return a == b ? a : a + " | " + b;
}

Json number_json(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json interval_json(char const* name, SlopeInterval const& of)
{
    return {{name, number_json(of.slope)}, {"lo", number_json(of.lo)}, {"hi", number_json(of.hi)}};
}

Json side_json(ComparedSlope const& side)
{
    Json json{{"study", side.study}, {"label", side.label}};
    if (!side.loss.empty())
        json["loss"] = side.loss;
    if (!side.target.empty())
        json["target"] = side.target;
    json["n"] = side.n;
    json["replicates"] = side.replicates;
    json["truths"] = side.truths;
    json.update(interval_json("slope", side.slope));
    json["bracketed"] = side.bracketed;
    return json;
}

Json within_json(Comparison const& one)
{
    Json json{{"count", one.within.size()},
              {"spread", number_json(spread_of(one))},
              {"differences", Json::array()}};
    for (DifferenceWithin const& within : one.within) {
        json["differences"].push_back({{"truth", within.truth}});
        json["differences"].back().update(interval_json("slope", within.difference));
    }
    return json;
}

bool several_truths(Comparison const& one)
{
    return one.a.truths > 1 || one.b.truths > 1;
}

/// What the lines rest on that are over several truths.
std::string truths_note(std::vector<Comparison> const& all)
{
    if (std::none_of(all.begin(), all.end(), several_truths))
        return "";
    std::string text =
        wrapped("Slopes and differences over T truths are means of those within each; their "
                "intervals are Student's, of what truths and their replicates vary. Paired are "
                "the truths that both have (docs/reading-the-table.md).");
    if (std::any_of(all.begin(), all.end(), [](Comparison const& one) {
            return several_truths(one) && (one.a.truths == 1 || one.b.truths == 1);
        }))
        text += wrapped("A side of one truth says nothing about other truths.");
    return text;
}

/// The block of differences within truths; empty where no line has several.
std::string within_block(std::vector<Comparison> const& all, std::vector<std::string> const& names)
{
    std::set<int> truths;
    for (Comparison const& one : all)
        for (DifferenceWithin const& within : one.within)
            truths.insert(within.truth);
    if (truths.empty())
        return "";
    std::vector<std::vector<std::string>> lines{{"quantity", "A", "B", "spread"}};
    for (int const truth : truths)
        lines[0].push_back(fmt::format("truth {}", truth));
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].within.empty())
            continue;
        lines.push_back({all[i].quantity, names[2 * i], names[2 * i + 1],
                         fmt::format("{:.3f}", spread_of(all[i]))});
        for (int const truth : truths) {
            auto const found =
                std::find_if(all[i].within.begin(), all[i].within.end(),
                             [&](DifferenceWithin const& within) { return within.truth == truth; });
            lines.back().push_back(found == all[i].within.end()
                                       ? "-"
                                       : fmt::format("{:.3f}", found->difference.slope));
        }
    }
    return "\nThe difference within each truth; spread: their standard deviation\n\n" +
           aligned(lines);
}

/// A ratio of means, which may be of any size: short where its last decimals say nothing.
std::string ratio_cell(SlopeInterval const& of)
{
    auto const text = [](double value) {
        bool const plain = value == 0 || (std::fabs(value) >= 1e-3 && std::fabs(value) < 1e6);
        return plain ? fmt::format("{:.3f}", value) : fmt::format("{:.4g}", value);
    };
    if (std::isnan(of.slope))
        return "none";
    return std::isnan(of.lo) ? text(of.slope) + " [none]"
                             : fmt::format("{} [{}, {}]", text(of.slope), text(of.lo), text(of.hi));
}

/// Why pairs have no difference, each reason once, with the pairs that it is of.
std::string reasons_of(std::vector<Comparison> const& all, std::vector<std::string> const& names)
{
    std::vector<std::string> heads; // "none regression error", in the order of the lines
    std::map<std::string, std::map<std::string, std::vector<std::string>>> pairs;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Comparison const& one = all[i];
        if (one.not_comparable.empty())
            continue;
        bool const gates = one.quantity == "loss"; // of two gates: the losses say all
        std::string const head = gates ? "not comparable" : "none " + one.quantity;
        std::string const pair =
            gates ? one.a.loss + " | " + one.b.loss : names[2 * i] + " | " + names[2 * i + 1];
        if (pairs.count(head) == 0)
            heads.push_back(head);
        std::vector<std::string>& of = pairs[head][one.not_comparable];
        if (std::find(of.begin(), of.end(), pair) == of.end())
            of.push_back(pair);
    }
    std::string text;
    for (std::string const& head : heads)
        for (auto const& [reason, of] : pairs[head])
            text +=
                wrapped(printable(fmt::format("{} {}: {}.", head, fmt::join(of, "; "), reason)));
    return text;
}

/// `names` of A and B, line by line.
std::string notes_of(std::vector<Comparison> const& all, std::vector<std::string> const& names)
{
    std::string text;
    auto const any = [&](auto const& is) { return std::any_of(all.begin(), all.end(), is); };
    auto const is_paired = [](Comparison const& one) {
        return one.not_comparable.empty() && one.paired;
    };
    if (any(is_paired))
        text += wrapped("paired: both curves have the same x, noise and starts at each n and "
                        "replicate (of one seed and truth, or with a truth of their own), and one "
                        "bootstrap draw of replicates serves both, over the n and replicates that "
                        "both have.");
    if (any([](Comparison const& one) { return one.not_comparable.empty() && !one.paired; }))
        text += wrapped(
            "unpaired: the data of both have nothing in common, nor have the bootstrap draws.");
    text +=
        wrapped("difference: slope of A minus that of B, [95 % interval]; below 0 where A falls "
                "faster. p: that it is 0; Holm: corrected over the comparisons of the same "
                "quantity. ratio: mean of A over mean of B at the largest n.");
    if (any([](Comparison const& one) { return one.a.bracketed || one.b.bracketed; }))
        text += wrapped("( ) a slope with a reason against it, which `moerate rates` names: the "
                        "difference is then not one of rates.");
    text += truths_note(all);
    text += reasons_of(all, names);
    return text;
}

} // namespace

std::string comparison_table(std::vector<Comparison> const& all)
{
    std::set<std::string> studies;
    for (Comparison const& one : all)
        studies.insert({one.a.study, one.b.study});
    std::vector<std::string> names; // of A and B, line by line
    for (Comparison const& one : all)
        for (ComparedSlope const* side : {&one.a, &one.b})
            names.push_back(studies.size() > 1 ? side->study + ": " + side->label : side->label);
    bool const several = std::any_of(all.begin(), all.end(), several_truths);
    std::vector<std::vector<std::string>> lines{{"quantity", "A", "B", "slope A", "slope B",
                                                 "difference", "p", "Holm", "ratio", "draws", "n",
                                                 "R"}};
    if (several)
        lines[0].push_back("T");
    for (std::size_t i = 0; i < all.size(); ++i) {
        Comparison const& one = all[i];
        std::vector<std::string> line{one.quantity, names[2 * i], names[2 * i + 1]};
        if (one.not_comparable.empty())
            line.insert(
                line.end(),
                {slope_cell(one.a), slope_cell(one.b), interval_cell(one.difference), p_cell(one.p),
                 p_cell(one.holm), one.ratio_n > 0 ? ratio_cell(one.ratio) : "-",
                 one.paired ? "paired" : "unpaired", both(range_cell(one.a.n), range_cell(one.b.n)),
                 both(fmt::format("{}", one.a.replicates), fmt::format("{}", one.b.replicates))});
        else
            line.insert(line.end(), {"-", "-", "not comparable", "-", "-", "-", "-", "-", "-"});
        if (several)
            line.push_back(one.not_comparable.empty() ? both(fmt::format("{}", one.a.truths),
                                                             fmt::format("{}", one.b.truths))
                                                      : "-");
        lines.push_back(std::move(line));
    }
    return aligned(lines) + within_block(all, names) + "\n" + notes_of(all, names);
}

Json comparisons_json(std::vector<Comparison> const& all)
{
    Json document;
    document["comparisons"] = Json::array();
    for (Comparison const& one : all) {
        Json json{{"quantity", one.quantity},
                  {"a", side_json(one.a)},
                  {"b", side_json(one.b)},
                  {"comparable", one.not_comparable.empty()}};
        if (!one.not_comparable.empty()) {
            json["reason"] = one.not_comparable;
        } else {
            json["paired"] = one.paired;
            json["difference"] = interval_json("slope", one.difference);
            json["truths"] = one.within.empty() ? Json(nullptr) : within_json(one);
            json["p"] = number_json(one.p);
            json["p_holm"] = number_json(one.holm);
            if (one.ratio_n > 0) {
                json["ratio"] = interval_json("value", one.ratio);
                json["ratio"]["n"] = one.ratio_n;
            }
        }
        document["comparisons"].push_back(std::move(json));
    }
    return document;
}

} // namespace moerate
