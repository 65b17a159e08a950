#include "host/study/curve_notes.h"

#include "host/measure/inclusion.h"
#include "host/measure/measure_json.h"
#include "host/study/truth.h"
#include "kernels/family/loss_fits.h"
#include "kernels/family/losses.h"
#include "kernels/family/scores.h"
#include "kernels/spec/lookup.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{
namespace
{

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

/// Whether the truth at n has an atom whose gate locations are all 0.
bool has_flat_gate(Study const& study, Curve const& curve, int n)
{
    std::vector<double> const theta = true_parameters(study, curve, n);
    Layout const& layout = curve.truth.model.layout;
    for (int atom = 0; atom < curve.truth.model.k; ++atom) {
        bool flat = true;
        for (int b = 0; b < layout.blocks; ++b) {
            Block const& block = layout.block[b];
            for (int i = 0; i < block.width && block.role == Role::location; ++i)
                flat = flat && theta[std::size_t(block.offset + atom * block.width + i)] == 0;
        }
        if (flat)
            return true;
    }
    return false;
}

/// A loss whose mass term covers the cells of several atoms alone is that of regime 1 (003 eq 6):
/// an over-specified sigmoid fit of a truth that has an atom with w* = 0.
std::string regime_note(Study const& study, Curve const& curve)
{
    std::string text;
    // A truth on a path may leave the regime at some n; one that does not move is the same at all.
    auto const flat_at = [&](int n) { return has_flat_gate(study, curve, n); };
    auto const first = curve.truth.path ? study.n.begin() : study.n.end() - 1;
    auto const left = std::find_if_not(first, study.n.end(), flat_at);
    if (left == study.n.end())
        return text;
    std::string const where = curve.truth.path ? fmt::format(" (at n = {})", *left) : "";
    for (LossSpec const& loss : curve.losses)
        if (curve.model.k > curve.truth.model.k &&
            form_of(loss.choice.loss).mass_cells == MassCells::over)
            text += fmt::format(
                "  warning   the theorem of {} does not apply to this truth: it is about a true "
                "atom "
                "with w* = 0 that\n            several atoms share (regime 1), and here all w* != "
                "0{} "
                "(regime 2), where the loss is that of\n            all atoms (D3, L3) against the "
                "projection of the truth. truth.draw.zero_gate makes such an atom\n",
                name_of<Losses>(loss.choice.loss), where);
    return text;
}

/// A truth is drawn from the study's seed and all that [truth] says (truth_key).
std::string own_draws(Curve const& curve)
{
    auto const of_truth = [](SweptValue const& one) { return one.key.rfind("truth.", 0) == 0; };
    auto const swept = std::find_if(curve.swept.begin(), curve.swept.end(), of_truth);
    if (swept == curve.swept.end() || !curve.truth.draw)
        return {};
    return fmt::format("  note      each value of {} has a draw of its own, of all of the truth's "
                       "parameters: rates differ\n            by the draws as well (study.truths "
                       "averages over draws, truth.file gives a truth)\n",
                       swept->key);
}

/// Gates whose common shift is one of u = w / (|w| + tau1), which have to stay in the unit ball.
std::string edge_note(Curve const& curve)
{
    bool edged = false;
    visit(Scores{}, curve.model.gate.score, [&](auto score) {
        edged = score.location_shifts(curve.model.gate) && score.shifts_direction(curve.model.gate);
    });
    edged = edged && traits_of(curve.model.gate).mass == Mass::exponential;
    bool const aligned =
        std::any_of(curve.losses.begin(), curve.losses.end(),
                    [](LossSpec const& loss) { return loss.choice.gauge == Gauge::align; });
    if (!edged || !aligned || curve.model.k <= curve.truth.model.k)
        return {};
    return "  note      losses are taken after a common shift of all u = w / (|w| + tau1) that "
           "keeps "
           "|u| < 1: an\n            extra atom near that edge, even one that weighs nothing, "
           "keeps the "
           "others from being shifted, and\n            the loss is then mostly one of the gauge "
           "(docs/losses.md, \"The gauge\"); go by regression and\n            response errors\n";
}

} // namespace

std::string curve_notes(Study const& study, Curve const& curve)
{
    std::string text = regime_note(study, curve) + edge_note(curve) + own_draws(curve);
    if (!function_held(curve.model, curve.truth.model))
        text += "  note      the fitted family does not hold the truth: fits come to its "
                "projection at best\n            (target = \"projection\")\n";
    bool const same = same_families(curve.truth.model, curve.model);
    if (!same)
        text += "  note      parameters of different families are not comparable unless the target "
                "is of the fitted\n            family; the expert errors always are\n";
    if (curve.model.gate.score == find<Scores>("attention"))
        text +=
            "  note      losses compare K and kappa as they stand: Q and q, which all atoms share, "
            "enter none, and K -> c K with\n            Q -> Q / c changes a loss at the same f; "
            "go "
            "by regression and response errors\n";
    if (curve.model.gate.learned_temperature != 0 &&
        curve.truth.model.gate.learned_temperature == 0 && curve.truth.model.temperature != 1)
        text +=
            fmt::format("  note      the fit learns T and starts near T = 1, not near the truth's "
                        "{}: truth.gate with\n            temperature = \"learned\" makes T one of "
                        "the truth's parameters (another draw of all of them)\n",
                        curve.truth.model.temperature);
    for (LossSpec const& loss : curve.losses)
        if ((!same || curve.model.k > curve.truth.model.k) && meant_for_projection(loss))
            text +=
                fmt::format("  note      target \"truth\" is not the paper's target for {}: the "
                            "papers measure it against the\n            projection of the truth "
                            "onto the fitted family\n",
                            name_of<Losses>(loss.choice.loss));
    return text;
}

std::vector<Warning> truths_out_of_reach(Study const& study, std::string const& place)
{
    std::vector<Warning> warnings;
    for (Curve const& curve : study.curves) {
        if (!curve.estimator->bounded() || !same_families(curve.truth.model, curve.model))
            continue;
        // a truth without a path is the same at all n
        auto const first = curve.truth.path ? study.n.begin() : study.n.end() - 1;
        for (auto n = first; n != study.n.end(); ++n) {
            std::string const why =
                curve.estimator->out_of_reach(curve.truth.model, true_parameters(study, curve, *n));
            if (why.empty())
                continue;
            warnings.push_back(
                {fmt::format("{}: the truth of \"{}\" has {} (no fit can be there: its losses and "
                             "rates would be "
                             "those of the bound) raise the bound, or take another truth",
                             place, curve.label, why)});
            break;
        }
    }
    return warnings;
}

} // namespace moerate
