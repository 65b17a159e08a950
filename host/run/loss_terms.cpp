#include "host/run/loss_terms.h"

#include "host/measure/loss_memory.h"
#include "host/run/measure_losses.h"

namespace moerate
{

std::optional<LossTerms> loss_terms(Measure const& fitted, Measure const& reference,
                                    LossChoice const& choice)
{
    if (form_of(choice.loss).grouped() || choice.against == Against::set ||
        !all_finite(fitted.theta))
        return std::nullopt;
    LossTask<double> const task{
        fitted.model, reference.model, fitted.theta.data(), reference.theta.data(), choice,
        nullptr,      nullptr};
    SerialLanes const lanes;
    LossMemory memory(task);
    LevelRule const rule = rule_of(task);
    LossParts parts{};
    LossWork const work =
        flat_one(lanes, task, rule, moves_of(task, rule.form), memory.scratch(), parts);
    LossTerms terms;
    for (int i = 0; i < work.k; ++i)
        terms.atom.push_back(work.atom_term[i].value());
    for (int j = 0; j < work.k_true; ++j)
        terms.mass.push_back(work.cell_term[j].value());
    return terms;
}

} // namespace moerate
