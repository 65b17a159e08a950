#include "host/core/text.h"
#include "host/measure/measure_json.h"
#include "host/measure/reader.h"
#include "host/study/curve_notes.h"
#include "host/study/document.h"
#include "host/study/loss_words.h"
#include "host/study/start_words.h"
#include "host/study/study.h"
#include "host/study/truth.h"
#include "kernels/family/losses.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace moerate
{
namespace
{

/// The families as the file names them.
std::string family(Model const& model)
{
    std::string text = "gate = " + toml_value(gate_to_json(model.gate)) +
                       ", expert = " + toml_value(expert_to_json(model.expert));
    if (model.gate.learned_temperature == 0 && model.temperature != 1.0)
        text += fmt::format(", temperature = {}", model.temperature);
    return text;
}

/// "experts = 5" or "groups = [2, 3]".
std::string count_text(Model const& model)
{
    if (model.groups == 0)
        return fmt::format("experts = {}", model.k);
    std::vector<std::string> sizes;
    for (int group = 0; group < model.groups; ++group)
        sizes.push_back(std::to_string(
            std::count(model.group_of, model.group_of + model.k, std::uint8_t(group))));
    return fmt::format("groups = [{}]", joined(sizes));
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
    if (truth.path)
        text += fmt::format("            path: base + {} n^{} (to - base), to {}; the base:\n",
                            truth.path->scale, truth.path->exponent,
                            truth.path->file.empty() ? "given" : "by " + truth.path->file);
    if (!truth.draw)
        return text +
               fmt::format("            given{}{}\n", truth.file.empty() ? "" : " by ", truth.file);
    TruthDraw const& draw = *truth.draw;
    text += fmt::format("            draw: gate parameters N(0, gate_variance = {}), expert "
                        "parameters N(0, expert_variance = {})",
                        draw.gate_variance, draw.expert_variance);
    if (!draw.zero_gate.empty())
        text +=
            fmt::format("\n            zero_gate = [{}], zero = \"{}\": {} of these atoms are 0",
                        atoms(draw.zero_gate), draw.zero_bias ? "all" : "location",
                        draw.zero_bias ? "all gate parameters" : "gate locations (not b)");
    return text + "\n";
}

/// The settings of an estimator as the file names them.
std::string settings_text(Estimator const& estimator)
{
    std::string text;
    nlohmann::json const settings = estimator.settings();
    for (auto const& item : settings.items())
        text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", item.key(),
                            toml_value(item.value()));
    return text;
}

/// What a projection is that losses are against.
std::string target_text(Study const& study, Curve const& curve)
{
    auto const against = [](LossSpec const& loss) { return loss.target == Target::projection; };
    if (std::none_of(curve.losses.begin(), curve.losses.end(), against))
        return "";
    if (!needs_search(curve))
        return "  target    projection: the truth itself, which the fitted family holds; losses "
               "without a mass term\n            take the nearest of the measures that give its "
               "f\n";
    return fmt::format("  target    projection: searched for once, {} samples without noise, {} "
                       "starts{}\n",
                       study.search.samples, study.search.starts,
                       curve.target == Target::projection ? "; errors are of it" : "");
}

std::string curve_text(Study const& study, Curve const& curve)
{
    std::string text = fmt::format("\ncurve \"{}\"\n", printable(curve.label));
    text += fmt::format(
        "  data      d = {0}, noise_variance = {1}: x ~ Uniform([-1, 1]^{0}), y = f*(x) + "
        "N(0, {1})\n",
        curve.model.d, curve.noise_variance);
    text += "  truth     " + truth_text(curve.truth);
    text += fmt::format("  fit       {}, {}; {} parameters\n", count_text(curve.model),
                        family(curve.model), curve.model.layout.size);
    text += "  start     " + start_text(curve) + "\n";
    text += fmt::format("  estimator {}: {}\n            {}\n", curve.estimator->name(),
                        curve.estimator->text(), settings_text(*curve.estimator));
    text += losses_text(curve) + target_text(study, curve);
    if (curve.reported_slope)
        text += fmt::format("  reported  slope {}\n", *curve.reported_slope);
    return text + curve_notes(study, curve);
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
    text += fmt::format("  seed = {}, replicates = {}, regression_samples = {}, max_failed = {}, "
                        "error_bars = {}\n",
                        study.seed, study.replicates,
                        study.regression_precision > 0 ? "auto"
                                                       : std::to_string(study.regression_samples),
                        study.max_failed, study.error_bars);
    if (study.truths > 1)
        text +=
            fmt::format("  truths    {}: every curve below once for each, which are drawn alike "
                        "from streams of their own\n",
                        study.truths);
    for (Curve const& curve : study.curves)
        if (truth_number(curve) == 1)
            text += curve_text(study, curve);
    return text;
}

} // namespace moerate
