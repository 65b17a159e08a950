#include "host/study/loss_words.h"

#include "host/core/text.h"
#include "host/measure/reader.h"
#include "kernels/family/losses.h"
#include "kernels/loss/columns.h"

#include <fmt/format.h>

#include <vector>

namespace moerate
{
namespace
{

std::string loss_text(LossSpec const& loss)
{
    std::string text;
    visit(Losses{}, loss.choice.loss, [&](auto member) {
        text = std::string(member.name);
        if (member.has_r)
            text += fmt::format(" (r = {})", loss.choice.r);
    });
    return text + fmt::format(", gauge {}, target {}",
                              loss.choice.gauge == Gauge::align ? "align" : "none",
                              word_of(loss.target));
}

/// Names of the parameters in a stretch of columns; where one side lacks one, that is said.
std::string keys_in(Columns const& columns, Range stretch, Curve const& curve)
{
    std::vector<std::string> names;
    for (int c = 0; c < columns.count; ++c) {
        Column const& column = columns.column[c];
        if (column.range.begin < stretch.begin || column.range.begin >= stretch.end())
            continue;
        Block const* const fitted = find_block(curve.model.layout, column.id);
        Block const* const truth = find_block(curve.truth.model.layout, column.id);
        std::string name = fitted != nullptr ? fitted->name : truth->name;
        if (fitted == nullptr || truth == nullptr)
            name += fitted == nullptr ? " (0 in the fit)" : " (0 in the truth)";
        names.push_back(std::move(name));
    }
    return joined(names);
}

/// The parameters whose distances form a loss's Voronoi cells (spec.md 2.1): its gate locations,
/// the temperature where it is one, and all expert parameters.
std::string cell_keys(LossSpec const& loss, Curve const& curve)
{
    LossForm const form = form_of(loss.choice.loss);
    Columns const columns = columns_of(form, Level::atoms, curve.model, curve.truth.model);
    std::string gate = keys_in(columns, columns.moving, curve);
    if (columns.of(Part::T).size > 0)
        gate += gate.empty() ? "T" : ", T";
    std::string const text =
        fmt::format("gate {}; expert {}", gate, keys_in(columns, columns.expert, curve));
    if (!form.grouped())
        return text;
    Columns const groups = columns_of(form, Level::groups, curve.model, curve.truth.model);
    return fmt::format("groups {}; their members: {}", keys_in(groups, groups.location, curve),
                       text);
}

/// What is claimed of a loss, struck where the claim does not stand, with the reason.
std::string theory_text(Theory const& theory)
{
    if (theory.claim.empty())
        return "";
    std::string text = fmt::format(
        "  theory    {}", theory.claim == "sub" ? "slower than any power of n" : theory.claim);
    if (!theory.stands)
        text += " \u2717 does not stand";
    if (!theory.why.empty())
        text += ": " + printable(theory.why);
    return text + "\n";
}

} // namespace

std::string losses_text(Curve const& curve)
{
    std::string text, keys;
    for (LossSpec const& loss : curve.losses) {
        std::string const own = cell_keys(loss, curve);
        if (!keys.empty() && own != keys)
            text += "  cells by  " + keys + "\n";
        keys = own;
        text += "  loss      " + loss_text(loss) + "\n" + theory_text(loss.theory);
    }
    return text + "  cells by  " + keys + "\n";
}

std::string word_of(Target target)
{
    return target == Target::truth ? "truth" : "projection";
}

} // namespace moerate
