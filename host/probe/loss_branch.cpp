#include "host/probe/loss_branch.h"

#include "host/run/measure_losses.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

LossTask<double> task_of(Model const& fitted, Measure const& truth, LossChoice const& choice,
                         std::vector<double> const& theta)
{
    return {fitted, truth.model, theta.data(), truth.theta.data(), choice, nullptr, nullptr};
}

LossWork work_of(LossTask<double> const& task, Scratch scratch)
{
    LossForm const form = form_of(task.choice.loss);
    return loss_work(scratch, task, form, moves_of(task, form));
}

} // namespace

LossBranch::LossBranch(Model const& fitted, Measure const& truth, LossChoice const& choice,
                       LossTask<double> const& task)
    : model_(&fitted), truth_(&truth), choice_(choice), memory_(task),
      work_(work_of(task, memory_.scratch()))
{}

void LossBranch::shift(Move move, int fitted, int target) const
{
    SerialLanes const lanes;
    if (move == Move::centre)
        centre(lanes, work_, cell_.data());
    else if (move == Move::land)
        land(lanes, work_, fitted, target);
    else
        std::fill_n(work_.next_shift, work_.columns.moving.size, 0.0);
}

bool LossBranch::find_move()
{
    auto const led = [&](Move move, int fitted, int target) {
        shift(move, fitted, target);
        int const size = work_.columns.moving.size;
        if (!std::equal(work_.shift, work_.shift + size, work_.next_shift))
            return false;
        move_ = move;
        fitted_ = fitted;
        true_ = target;
        return true;
    };
    if (!work_.moves.location || led(Move::none, 0, 0) || led(Move::centre, 0, 0))
        return true;
    for (int i = 0; i < work_.k; ++i)
        for (int j = 0; j < work_.k_true; ++j)
            if (led(Move::land, i, j))
                return true;
    return false;
}

std::optional<LossBranch> LossBranch::at(Model const& fitted, Measure const& truth,
                                         LossChoice const& choice, std::vector<double> const& theta)
{
    if (form_of(choice.loss).grouped() || choice.against == Against::set || !all_finite(theta))
        return {};
    SerialLanes const lanes;
    LossTask<double> const task = task_of(fitted, truth, choice, theta);
    std::optional<LossBranch> branch(LossBranch(fitted, truth, choice, task));
    LossWork const& work = branch->work_;
    gather(lanes, task, work, {work.k}, {work.k_true});
    double const value = measure_level(lanes, work, rule_of(task)).value().value();
    branch->cell_.assign(work.cell, work.cell + work.k);
    if (!std::isfinite(value) || !branch->find_move())
        return {};
    return branch;
}

std::optional<double> LossBranch::value(std::vector<double> const& theta) const
{
    SerialLanes const lanes;
    LossTask<double> const task = task_of(*model_, *truth_, choice_, theta);
    LevelRule const rule = rule_of(task);
    gather_rows(lanes, work_.columns, *model_, theta.data(), {work_.k}, work_.row);
    fill_masses(lanes, work_, rule);
    begin_moves(lanes, work_);
    if (work_.moves.location) {
        fill_weights(lanes, work_);
        shift(move_, fitted_, true_);
        if (!move_by(lanes, work_, work_.next_shift))
            return {};
    }
    return loss_parts(lanes, work_, rule.form, rule.r, cell_.data()).value().value();
}

} // namespace moerate
