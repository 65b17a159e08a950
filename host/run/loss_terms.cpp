#include "host/run/loss_terms.h"

#include "host/run/measure_losses.h"
#include "kernels/loss/loss_one.h"

#include <cstdint>

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
    std::vector<char> memory(scratch_bytes(lanes, task) + 64); // arrays begin at multiples of 64
    auto const address = reinterpret_cast<std::uintptr_t>(memory.data());
    Scratch const scratch(memory.data() + (64 - address % 64) % 64);
    LevelRule const rule = rule_of(task);
    LossParts parts{};
    LossWork const work = flat_one(lanes, task, rule, moves_of(task, rule.form), scratch, parts);
    LossTerms terms;
    for (int i = 0; i < work.k; ++i)
        terms.atom.push_back(work.atom_term[i].value());
    for (int j = 0; j < work.k_true; ++j)
        terms.mass.push_back(work.cell_term[j].value());
    return terms;
}

} // namespace moerate
