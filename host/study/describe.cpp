#include "host/core/text.h"
#include "host/measure/measure_json.h"
#include "host/measure/reader.h"
#include "host/study/document.h"
#include "host/study/study.h"
#include "kernels/family/losses.h"
#include "kernels/loss/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace moerate
{
namespace
{

/// "linear + softmax gate, ridge relu experts": the values of the names in use.
std::string family(Model const& model)
{
    std::string text = "gate " + toml_value(gate_to_json(model.gate)) + ", expert " +
                       toml_value(expert_to_json(model.expert));
    if (model.gate.learned_temperature == 0 && model.temperature != 1.0)
        text += fmt::format(", T = {}", model.temperature);
    return text;
}

/// "5 atoms" or "5 atoms in groups of 2, 3".
std::string count_text(Model const& model)
{
    std::string text = fmt::format("{} atoms", model.k);
    if (model.groups == 0)
        return text;
    std::vector<std::string> sizes;
    for (int group = 0; group < model.groups; ++group)
        sizes.push_back(std::to_string(
            std::count(model.group_of, model.group_of + model.k, std::uint8_t(group))));
    return text + " in groups of " + joined(sizes);
}

std::string atoms(std::vector<int> const& list)
{
    std::vector<std::string> words;
    for (int atom : list)
        words.push_back(std::to_string(atom));
    return joined(words);
}

std::string truth_text(TruthSpec const& truth)
{
    std::string text = fmt::format("{}, {}\n", count_text(truth.model), family(truth.model));
    if (!truth.draw)
        return text +
               fmt::format("            given{}{}\n", truth.file.empty() ? "" : " by ", truth.file);
    TruthDraw const& draw = *truth.draw;
    text += fmt::format("            drawn: gate parameters N(0, {}), expert parameters N(0, {})",
                        draw.gate_variance, draw.expert_variance);
    if (!draw.zero_gate.empty())
        text += fmt::format("; {} of atoms {} zero",
                            draw.zero_bias ? "all gate parameters" : "gate locations (not b)",
                            atoms(draw.zero_gate));
    return text + "\n";
}

std::string start_text(Curve const& curve)
{
    StartSpec const& start = curve.start;
    std::string text;
    if (start.kind == StartKind::near)
        text = fmt::format("near the target: each parameter + N(0, s^2), s = {} n^({})",
                           start.scale, start.exponent);
    else
        text = start.kind == StartKind::truth ? "on the truth itself" : "on the target itself";
    if (curve.model.k > curve.truth.model.k) {
        char const* const group = curve.model.groups > 0 ? " of its own group" : "";
        text += fmt::format("; {} extra on {}, {}", curve.model.k - curve.truth.model.k,
                            start.extra.empty()
                                ? fmt::format("any true atom{} at random", group)
                                : fmt::format("true atoms {}{}", atoms(start.extra), group),
                            start.split == Split::share ? "sharing its mass" : "as null experts");
    }
    if (start.number.count > 1)
        text += fmt::format("\n            {} starts: the first as above, {} around it, {} blind",
                            start.number.count, start.number.count - start.number.blind - 1,
                            start.number.blind);
    return text;
}

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
                              loss.target == Target::truth ? "truth" : "projection");
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

/// A line for each loss, and below the last of those that share them the keys of their cells.
std::string losses_text(Curve const& curve)
{
    std::string text, keys;
    for (LossSpec const& loss : curve.losses) {
        std::string const own = cell_keys(loss, curve);
        if (!keys.empty() && own != keys)
            text += "  cells by  " + keys + "\n";
        keys = own;
        text += "  loss      " + loss_text(loss) + "\n";
    }
    return text + "  cells by  " + keys + "\n";
}

bool same_families(Model const& a, Model const& b)
{
    return gate_to_json(a.gate) == gate_to_json(b.gate) &&
           expert_to_json(a.expert) == expert_to_json(b.expert);
}

/// A loss without a mass term presumes a target with as many atoms as the fit: in the papers the
/// projection of the truth onto the fitted family (003 eq 12).
bool meant_for_projection(LossSpec const& loss)
{
    return form_of(loss.choice.loss).mass_cells == MassCells::none && loss.target == Target::truth;
}

std::string notes(Curve const& curve)
{
    std::string text;
    bool const same = same_families(curve.truth.model, curve.model);
    if (!same)
        text += "  note      parameters of different families are not comparable unless the target "
                "is of the fitted\n            family; the expert errors always are\n";
    for (LossSpec const& loss : curve.losses)
        if ((!same || curve.model.k > curve.truth.model.k) && meant_for_projection(loss))
            text +=
                fmt::format("  note      target \"truth\" is not the paper's target for {}: the "
                            "papers measure it against the\n            projection of the truth "
                            "onto the fitted family\n",
                            name_of<Losses>(loss.choice.loss));
    return text;
}

std::string curve_text(Curve const& curve)
{
    std::string text = fmt::format("\ncurve \"{}\"\n", printable(curve.label));
    text +=
        fmt::format("  data      d = {}, noise variance {}\n", curve.model.d, curve.noise_variance);
    text += "  truth     " + truth_text(curve.truth);
    text += fmt::format("  fit       {}, {}; {} parameters\n", count_text(curve.model),
                        family(curve.model), curve.model.layout.size);
    text += "  start     " + start_text(curve) + "\n";
    text += fmt::format("  estimator {}: {}\n", curve.estimator->name(), curve.estimator->text());
    text += losses_text(curve);
    if (curve.reported_slope)
        text += fmt::format("  reported  slope {}\n", *curve.reported_slope);
    if (!curve.theory.empty())
        text += fmt::format("  theory    {}\n",
                            curve.theory == "sub" ? "slower than any power of n" : curve.theory);
    return text + notes(curve);
}

} // namespace

std::string describe(Study const& study)
{
    std::string n;
    for (int size : study.n)
        n += (n.empty() ? "" : ", ") + std::to_string(size);
    std::string text = fmt::format("study \"{}\"", printable(study.id));
    text += study.title.empty() ? "\n" : fmt::format(": {}\n", printable(study.title));
    if (!study.source.empty())
        text += fmt::format("  source    {}\n", printable(study.source));
    text += fmt::format("  n         {}{}\n", n,
                        study.nested ? " (nested: a smaller n is a prefix of a larger one)" : "");
    text +=
        fmt::format("  seed {}, {} replicates, regression error on {} samples, at most {} % of "
                    "fits may fail\n",
                    study.seed, study.replicates, study.regression_samples, 100 * study.max_failed);
    for (Curve const& curve : study.curves)
        text += curve_text(curve);
    return text;
}

} // namespace moerate
