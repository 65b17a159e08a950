#include "host/study/start_words.h"

#include "host/measure/embed.h"
#include "host/measure/families.h"
#include "host/measure/inclusion.h"
#include "kernels/family/normalizers.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

constexpr char next_line[] = "\n            ";

/// Whether the given start is made of the truth's parameters and no others give the truth's f.
bool misses_truth(Curve const& curve)
{
    bool const of_truth = curve.start.kind == StartKind::truth || curve.target == Target::truth;
    return of_truth && !embedded_by_name(curve.truth.model, curve.model);
}

std::string origin(Curve const& curve)
{
    StartSpec const& start = curve.start;
    bool const held = class_holds(curve.model, curve.truth.model), misses = misses_truth(curve);
    std::string text;
    if (start.kind == StartKind::near)
        text = fmt::format("kind = \"near\": the target, each parameter + N(0, s^2), s = scale "
                           "n^exponent, scale = {}, exponent = {}",
                           start.scale, start.exponent);
    else {
        char const* const word = start.kind == StartKind::truth ? "truth" : "target";
        text = fmt::format("kind = \"{0}\": {1}", word,
                           misses ? "at the truth's parameters, by name"
                                  : fmt::format("on the {} itself", word));
    }
    // Near the target of a class that does not hold it, no start is on the truth anyway.
    if (misses && (held || start.kind != StartKind::near))
        text +=
            fmt::format("{0}what the truth lacks starts from 0 (T and lambda from 1): this is not "
                        "the truth's f{1}{0}(start_regression is its error)",
                        next_line, held ? ", which the fit has with other parameters" : "");
    return text;
}

/// What sharing the mass of a true atom does to f.
std::string shared_words(Curve const& curve)
{
    Model const& model = curve.model;
    bool logistic = false;
    visit(Normalizers{}, model.gate.normalizer,
          [&](auto member) { logistic = member.mass == Mass::logistic; });
    if (!has_role(model, Role::bias))
        return fmt::format(";{}the scores have no b to divide it by: f is not kept", next_line);
    if (logistic)
        return fmt::format(";{}that keeps f where the weight of the atom is the same for all x "
                           "(w* = 0) alone{}",
                           next_line,
                           vanishes(model.expert) ? ", split = \"null\" everywhere" : "");
    if (keys_of(model.gate).top && model.gate.top < model.k)
        return fmt::format(
            ";{}but each takes a place of the {} that are chosen, and pushes another "
            "atom out: f is not kept (start_regression)",
            next_line, model.gate.top);
    return {};
}

} // namespace

std::string start_text(Curve const& curve)
{
    StartSpec const& start = curve.start;
    std::string text = origin(curve);
    if (curve.model.k > curve.truth.model.k) {
        char const* const group = curve.model.groups > 0 ? " of its own group" : "";
        text += fmt::format("{}extra: {} on {}, {}", next_line, curve.model.k - curve.truth.model.k,
                            start.extra.empty() ? fmt::format("any true atom{} at random", group)
                                                : fmt::format("true atoms {}{}",
                                                              fmt::join(start.extra, ", "), group),
                            start.split == Split::share
                                ? "split = \"share\": they share its mass" + shared_words(curve)
                                : "split = \"null\": as null experts");
    }
    if (start.number.count > 1)
        text += fmt::format("{}{} starts: the first as above, {} around it, {} blind", next_line,
                            start.number.count, start.number.count - start.number.blind - 1,
                            start.number.blind);
    return text;
}

} // namespace moerate
