#include "host/probe/identify.h"

#include "host/core/text.h"
#include "host/measure/families.h"
#include "kernels/family/losses.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{
namespace
{

constexpr std::size_t most_relations = 12;

std::string loss_name(int loss)
{
    return names_of<Losses>()[loss];
}

/// Lines of the table of ranks.
std::vector<std::string> rank_line(std::string const& name, Dependence const& of)
{
    return {name,
            std::to_string(of.functions),
            std::to_string(of.rank),
            std::to_string(of.functions - of.rank),
            std::to_string(of.zero.size()),
            fmt::format("{:.1e}", of.least),
            of.rounding > 0 ? fmt::format("{:.1e}", of.rounding) : "-"};
}

std::string relations_text(std::string const& name, Dependence const& of)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(of.relations.size(), most_relations); ++i)
        text += fmt::format("  {}\n", of.relations[i]);
    if (of.relations.size() > most_relations)
        text +=
            fmt::format("  and {} more (--json has all)\n", of.relations.size() - most_relations);
    if (of.joining > 0)
        text += fmt::format("  {} more that join functions of several atoms\n", of.joining);
    return text.empty() ? "" : fmt::format("\n{}, dependent combinations:\n{}", name, text);
}

std::string flat_text(FoundFlat const& one, IdentifyQuestion const& question)
{
    std::string text =
        fmt::format("\n{} (k = {}, k* = {}, gauge {}): {} = {:.4g} at max|f - f*| = {:.1e}: {}\n",
                    one.near ? "flat" : "at a distance", one.k, question.truth.model.k,
                    one.gauge == Gauge::none ? "none" : "align", loss_name(question.loss),
                    one.flat.loss, one.flat.difference, one.flat.words.kind);
    for (std::string const& line : one.flat.words.lines)
        text += fmt::format("  {}\n", line);
    return text;
}

nlohmann::ordered_json dependence_json(Dependence const& of, int dropped)
{
    return {{"functions", of.functions}, {"rank", of.rank},         {"zero", of.zero},
            {"least", of.least},         {"rounding", of.rounding}, {"sharp", of.sharp},
            {"samples", of.samples},     {"dropped", dropped},      {"joining", of.joining},
            {"relations", of.relations}};
}

} // namespace

std::string identification_text(Identification const& found, IdentifySettings const& settings)
{
    IdentifyQuestion const& question = found.question;
    std::string text = fmt::format("{}: d = {}, k* = {}, k = {}; {} samples\n", question.regime,
                                   question.truth.model.d, question.truth.model.k, question.over.k,
                                   settings.samples);
    text += aligned({{"derivatives", "functions", "rank", "dependent", "zero", "least", "rounding"},
                     rank_line("df/d theta", found.first),
                     rank_line("F_i, dF_i, d2F_i", found.second)});
    for (Dependence const* of : {&found.first, &found.second})
        if (of->rank == 0)
            text += fmt::format("too few of the samples ({}) are away from kinks to tell ranks: "
                                "--samples\n",
                                of->samples);
        else if (!of->sharp)
            text += fmt::format("the cut between {:.1e} and {:.1e} is not sharp: take this rank "
                                "with care, and of combinations what is told alone (smooth "
                                "functions of few inputs are too near to dependent to be told "
                                "apart: larger --d)\n",
                                of->least, of->rounding);
    text += relations_text("df/d theta", found.first);
    text += relations_text("F_i, dF_i, d2F_i", found.second);
    for (FoundFlat const& one : found.found)
        text += flat_text(one, question);
    if (found.found.empty())
        text += fmt::format("\nno flat direction at {} = {}, and no measure of the same f at a "
                            "distance, from {} and {} starts\n",
                            loss_name(question.loss), settings.epsilon, settings.starts,
                            settings.blind);
    return text;
}

nlohmann::ordered_json identification_json(Identification const& found,
                                           IdentifySettings const& settings)
{
    nlohmann::ordered_json flats = nlohmann::ordered_json::array();
    for (FoundFlat const& one : found.found)
        flats.push_back({{"k", one.k},
                         {"gauge", one.gauge == Gauge::none ? "none" : "align"},
                         {"where", one.near ? "near" : "far"},
                         {"kind", one.flat.words.kind},
                         {"words", one.flat.words.lines},
                         {"blocks", one.flat.blocks},
                         {"loss", one.flat.loss},
                         {"difference", one.flat.difference},
                         {"measure", measure_to_json(one.flat.measure)}});
    return {{"regime", found.question.regime},
            {"truth", measure_to_json(found.question.truth)},
            {"loss", loss_name(found.question.loss)},
            {"r", found.question.r},
            {"k", found.question.over.k},
            {"epsilon", settings.epsilon},
            {"samples", settings.samples},
            {"first", dependence_json(found.first, found.first_dropped)},
            {"second", dependence_json(found.second, found.second_dropped)},
            {"found", flats}};
}

} // namespace moerate
