#include "host/measure/measure_json.h"
#include "host/measure/reader.h"
#include "host/study/document.h"
#include "host/study/study.h"
#include "kernels/family/losses.h"
#include "kernels/family/optimizers.h"

#include <fmt/format.h>

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

std::string atoms(std::vector<int> const& list)
{
    std::vector<std::string> words;
    for (int atom : list)
        words.push_back(std::to_string(atom));
    return joined(words);
}

std::string truth_text(TruthSpec const& truth)
{
    std::string text = fmt::format("{} atoms, {}\n", truth.model.k, family(truth.model));
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
    if (curve.model.k > curve.truth.model.k)
        text += fmt::format("; {} extra on {}, {}", curve.model.k - curve.truth.model.k,
                            start.extra.empty() ? "any true atom at random"
                                                : "true atoms " + atoms(start.extra),
                            start.split == Split::share ? "sharing its mass" : "as null experts");
    return text;
}

std::string estimator_text(EstimatorSpec const& estimator)
{
    SgdSettings const& sgd = estimator.settings;
    return fmt::format("{}: {} epochs, rate {}, batch {}, {}, objective {}/B sum (y - f)^2, {}",
                       name_of<Optimizers>(estimator.optimizer), sgd.epochs, sgd.learning_rate,
                       estimator.full_batch ? "n (full)" : std::to_string(sgd.batch),
                       sgd.sampling == Sampling::permutation ? "a fresh permutation each epoch"
                                                             : "samples drawn with replacement",
                       sgd.loss_factor, estimator.double_precision ? "float64" : "float32");
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

/// The parameters whose distances form the Voronoi cells (spec.md 2.1): all but the biases of the
/// score.
std::string cell_keys(Model const& model)
{
    std::vector<std::string> gate, expert;
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        if (block.role == Role::bias || block.role == Role::group_bias)
            continue;
        (b < model.layout.expert_begin ? gate : expert).emplace_back(block.name);
    }
    return fmt::format("gate {}; expert {}", joined(gate), joined(expert));
}

bool same_gate(Model const& a, Model const& b)
{
    return gate_to_json(a.gate) == gate_to_json(b.gate);
}

/// A loss without a mass term presumes a target with as many atoms as the fit: in the papers the
/// projection of the truth onto the fitted family (003 eq 12).
bool meant_for_projection(LossSpec const& loss)
{
    bool meant = false;
    visit(Losses{}, loss.choice.loss,
          [&](auto member) { meant = member.form().mass_cells == MassCells::none; });
    return meant && loss.target == Target::truth;
}

std::string notes(Curve const& curve)
{
    std::string text;
    bool const same = same_gate(curve.truth.model, curve.model);
    if (!same)
        text += "  note      parameters of different gates are not comparable unless the target is "
                "of the fitted\n            family; the expert errors always are\n";
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
    std::string text = fmt::format("\ncurve \"{}\"\n", curve.label);
    text +=
        fmt::format("  data      d = {}, noise variance {}\n", curve.model.d, curve.noise_variance);
    text += "  truth     " + truth_text(curve.truth);
    text += fmt::format("  fit       {} atoms, {}; {} parameters\n", curve.model.k,
                        family(curve.model), curve.model.layout.size);
    text += "  start     " + start_text(curve) + "\n";
    text += "  estimator " + estimator_text(curve.estimator) + "\n";
    for (LossSpec const& loss : curve.losses)
        text += "  loss      " + loss_text(loss) + "\n";
    text += "  cells by  " + cell_keys(curve.model) + "\n";
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
    std::string text = fmt::format("study \"{}\"", study.id);
    text += study.title.empty() ? "\n" : fmt::format(": {}\n", study.title);
    if (!study.source.empty())
        text += fmt::format("  source    {}\n", study.source);
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
