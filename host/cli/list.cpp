#include "host/cli/commands.h"

#include "host/cli/output.h"
#include "host/estimate/estimators.h"
#include "host/measure/families.h"
#include "host/rates/verdict.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/loss_fits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

using nlohmann::ordered_json;

/// Shape of a parameter for one atom, empty for a number; r is the gate's rank.
std::string shape_text(Extent extent)
{
    switch (extent) {
    case Extent::one:
        return "";
    case Extent::d:
        return "d";
    case Extent::d_d:
        return "d x d";
    case Extent::r:
        return "r";
    case Extent::r_d:
        return "r x d";
    }
    return "";
}

/// Whose parameter it is.
std::string owner_text(Role role)
{
    switch (role) {
    case Role::shared:
    case Role::temperature:
        return "all";
    case Role::group_location:
    case Role::group_bias:
        return "group";
    default:
        return "atom";
    }
}

template <class Member>
ordered_json parameters_json()
{
    ordered_json list = ordered_json::array();
    for (Parameter const& p : Member::parameters)
        list.push_back(
            {{"name", p.name}, {"shape", shape_text(p.extent)}, {"of", owner_text(p.role)}});
    return list;
}

/// Losses that fit some gate which `chosen` accepts.
template <class Chosen>
ordered_json losses_json(Chosen const& chosen)
{
    ordered_json list = ordered_json::array();
    for_each(Losses{}, [&](auto loss, int number) {
        bool fit = false;
        GateSpec gate;
        for (gate.score = 0; gate.score < Scores::size; ++gate.score)
            for (gate.normalizer = 0; gate.normalizer < Normalizers::size; ++gate.normalizer)
                for (int learned : {0, 1}) {
                    gate.learned_temperature = learned;
                    fit = fit || (chosen(gate) && composes(gate) && fits(number, gate));
                }
        if (fit)
            list.push_back(loss.name);
    });
    return list;
}

/// The members of a list; `add` completes the entry of each.
template <class List, class Add>
ordered_json axis_of(Add const& add)
{
    ordered_json axis = ordered_json::array();
    for_each(List{}, [&](auto member, int number) {
        ordered_json entry{
            {"name", member.name}, {"formula", member.formula}, {"source", member.source}};
        add(member, number, entry);
        axis.push_back(std::move(entry));
    });
    return axis;
}

ordered_json estimators_json()
{
    ordered_json axis = ordered_json::array();
    for (EstimatorKind const& kind : estimators()) {
        std::vector<std::string> keys;
        for (Key const& key : kind.keys)
            keys.push_back(key.name);
        axis.push_back({{"name", kind.name},
                        {"formula", kind.formula},
                        {"source", kind.source},
                        {"keys", keys}});
    }
    return axis;
}

/// Why slopes are in brackets, with what decides (host/rates/verdict.h).
ordered_json reasons_json()
{
    ordered_json axis = ordered_json::array();
    for (ReasonRule const& rule : reason_rules()) {
        bool const has = !std::isnan(rule.threshold);
        axis.push_back(
            {{"name", rule.code},
             {"formula", rule.when},
             {"source", has ? fmt::format("threshold {:g}", rule.threshold) : "no threshold"},
             {"threshold", has ? ordered_json(rule.threshold) : ordered_json(nullptr)}});
    }
    return axis;
}

ordered_json axes()
{
    auto const plain = [](auto, int, ordered_json&) {};
    auto const score = [](auto member, int number, ordered_json& entry) {
        entry["parameters"] = parameters_json<decltype(member)>();
        entry["losses"] = losses_json([&](GateSpec const& gate) { return gate.score == number; });
    };
    auto const normalizer = [](auto member, int number, ordered_json& entry) {
        entry["parameters"] = parameters_json<decltype(member)>();
        entry["losses"] =
            losses_json([&](GateSpec const& gate) { return gate.normalizer == number; });
    };
    auto const expert = [](auto member, int, ordered_json& entry) {
        entry["parameters"] = parameters_json<decltype(member)>();
    };
    return {{"scores", axis_of<Scores>(score)},
            {"normalizers", axis_of<Normalizers>(normalizer)},
            {"experts", axis_of<Experts>(expert)},
            {"activations", axis_of<Activations>(plain)},
            {"losses", axis_of<Losses>(plain)},
            {"estimators", estimators_json()},
            {"reasons", reasons_json()}};
}

/// "A (d x d), b; of each group: w (d)".
std::string parameters_text(ordered_json const& parameters)
{
    std::string text, owner = "atom";
    for (ordered_json const& p : parameters) {
        std::string const shape = p["shape"], of = p["of"];
        if (of != owner)
            text += fmt::format("{}of {}: ", text.empty() ? "" : "; ",
                                of == "all" ? "all atoms" : "each " + of);
        else if (!text.empty())
            text += ", ";
        owner = of;
        text += p["name"].get<std::string>() + (shape.empty() ? "" : " (" + shape + ")");
    }
    return text;
}

void print_axis(ordered_json const& axis)
{
    std::size_t width = 0;
    for (ordered_json const& member : axis)
        width = std::max(width, member["name"].get<std::string>().size());
    for (ordered_json const& member : axis) {
        print("  {:<{}}  {}  [{}]\n", member["name"].get<std::string>(), width,
              member["formula"].get<std::string>(), member["source"].get<std::string>());
        if (member.contains("parameters") && !member["parameters"].empty())
            print("  {:<{}}    parameters {}\n", "", width, parameters_text(member["parameters"]));
        if (member.contains("keys"))
            print("  {:<{}}    keys {}\n", "", width,
                  joined(member["keys"].get<std::vector<std::string>>()));
        if (member.contains("losses"))
            print("  {:<{}}    losses {}\n", "", width,
                  joined(member["losses"].get<std::vector<std::string>>()));
    }
}

} // namespace

std::vector<std::string> axis_names()
{
    std::vector<std::string> names;
    ordered_json const all = axes();
    for (auto const& axis : all.items())
        names.push_back(axis.key());
    return names;
}

int list_command(std::string const& only, CommonOptions const& common)
{
    ordered_json document = ordered_json::object();
    ordered_json const all = axes();
    for (auto const& axis : all.items()) {
        if (!only.empty() && axis.key() != only)
            continue;
        document[axis.key()] = axis.value();
        if (common.json)
            continue;
        print("{}\n", axis.key());
        print_axis(axis.value());
    }
    if (common.json)
        print_json(document);
    return 0;
}

} // namespace moerate
