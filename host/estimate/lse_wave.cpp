#include "host/estimate/lse_wave.h"

#include "host/estimate/lse_memory.h"
#include "kernels/lse/accelerate_api.h"

#include <algorithm>
#include <iterator>
#include <type_traits>

namespace moerate
{
namespace
{
/// Memory of one fit, numbers of arrays (Slices).
struct FitMemory
{
    int other;       ///< a second theta
    int gradient[2]; ///< at either theta
    int gram;        ///< none where the item has one
    int work;        ///< of the Gram matrix by the maps, then of the step
    int curvature, along, probe, change, probe_f;
    int coefficients[2], f[2]; ///< at either theta
};
} // namespace

template <class Real>
LseWave<Real>::LseWave(Device& device, LseItem<Real> const* items, std::size_t count)
    : device_(device), mse_(device, count), steps_(device, count), factors_(device)
{
    std::vector<FitMemory> memory(count);
    for (std::size_t i = 0; i < count; ++i) {
        LseItem<Real> const& item = items[i];
        auto const p = static_cast<std::size_t>(coordinate_count(item.model));
        memory[i].other = numbers_.add(static_cast<std::size_t>(item.model.layout.size));
        for (int& gradient : memory[i].gradient)
            gradient = numbers_.add(p);
        memory[i].gram = numbers_.add(gram_own(item));
        memory[i].curvature = numbers_.add(p * p);
        memory[i].along = numbers_.add(p);
        memory[i].work = numbers_.add(work_numbers(item));
        memory[i].probe = numbers_.add(static_cast<std::size_t>(item.model.layout.size));
        memory[i].change = numbers_.add(p);
        memory[i].probe_f = coefficients_.add(static_cast<std::size_t>(item.n));
        for (int at = 0; at < 2; ++at) {
            memory[i].f[at] = coefficients_.add(static_cast<std::size_t>(item.n));
            memory[i].coefficients[at] = coefficients_.add(coefficient_numbers(item));
        }
    }
    numbers_.allocate(device);
    coefficients_.allocate(device);
    for (std::size_t i = 0; i < count; ++i) {
        LseItem<Real> const& item = items[i];
        FitMemory const& at = memory[i];
        fits_.push_back(
            {&item,
             {item.settings, item.n, coordinate_count(item.model), item.noise_variance},
             {item.theta, numbers_.at(at.other)},
             {numbers_.at(at.gradient[0]), numbers_.at(at.gradient[1])},
             item.gram == nullptr ? numbers_.at(at.gram) : item.gram,
             numbers_.at(at.curvature),
             numbers_.at(at.along),
             numbers_.at(at.work),
             numbers_.at(at.probe),
             numbers_.at(at.change),
             {coefficients_.at(at.coefficients[0]), coefficients_.at(at.coefficients[1])},
             {coefficients_.at(at.f[0]), coefficients_.at(at.f[1])},
             coefficients_.at(at.probe_f),
             mse_.data() + i,
             steps_.data() + i});
        fits_.back().exact = !item.settings.float32;
        if (item.settings.factored && std::is_same_v<Real, double>)
            fits_.back().factors_kind = factors_.expect(item.model, item.n);
    }
    factors_.allocate();
}

template <class Real>
typename LseWave<Real>::Fits LseWave<Real>::live()
{
    Fits some;
    for (LseFit<Real>& fit : fits_)
        if (fit.live)
            some.push_back(&fit);
    return some;
}

/// MSE, gradient, coefficients and predictions at the trials.
template <class Real>
void LseWave<Real>::linearize(Fits const& some)
{
    run_list(some, 1, [](LseFit<Real> const& fit, int) {
        int const at = 1 - fit.now;
        LseItem<Real> const& item = *fit.item;
        return LinearizeTask<Real>{item.model,       fit.theta[at], item.n,
                                   item.x,           item.y,        fit.coefficients[at],
                                   fit.gradient[at], fit.mse,       fit.f[at]};
    });
}

/// The trial from a fit's point; `first`: the point itself, put into the box.
template <class Real>
StepTask step_task(LseFit<Real> const& fit, bool first)
{
    LseItem<Real> const& item = *fit.item;
    return {item.model,
            fit.theta[fit.now],
            item.lower,
            item.upper,
            first ? nullptr : fit.gram,
            fit.curvature,
            fit.gradient[fit.now],
            fit.moved ? fit.gradient[1 - fit.now] : nullptr,
            fit.along,
            fit.progress.curved() ? 1 : 0,
            fit.progress.damping(),
            fit.progress.gain_below(),
            fit.work,
            fit.theta[1 - fit.now],
            fit.step};
}

template <class Real>
void LseWave<Real>::step(Fits const& some, bool first)
{
    run_list(some, 1, [first](LseFit<Real> const& fit, int) { return step_task(fit, first); });
}

/// Bends the trials of fits that are long on their way. The second derivative of the residuals is
/// taken by differences, which have no digits in float32.
template <class Real>
void LseWave<Real>::accelerate(Fits const& all)
{
    Fits some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), [](LseFit<Real> const* fit) {
        return std::is_same_v<Real, double> && fit->progress.accelerated();
    });
    run_list(some, 1, [](LseFit<Real> const& fit, int) {
        return AccelerateTask{step_task(fit, false), fit.probe, nullptr};
    });
    run_list(some, 1, [](LseFit<Real> const& fit, int) {
        LseItem<Real> const& item = *fit.item;
        return LinearizeTask<Real>{item.model, fit.probe, item.n,  item.x,     item.y,
                                   nullptr,    nullptr,   nullptr, fit.probe_f};
    });
    run_list(some, 1, [](LseFit<Real> const& fit, int) {
        LseItem<Real> const& item = *fit.item;
        int const at = fit.now; // all but J^T is known there
        return LinearizeTask<Real>{
            item.model,           fit.theta[at], item.n,  item.x,  fit.probe_f,
            fit.coefficients[at], fit.change,    nullptr, nullptr, fit.f[at]};
    });
    run_list(some, 1, [](LseFit<Real> const& fit, int) {
        return AccelerateTask{step_task(fit, false), fit.probe, fit.change};
    });
}

/// Whether a fit has come to its end by products in float32 alone: it goes on in float64.
template <class Real>
bool LseWave<Real>::doubt(LseFit<Real>& fit)
{
    bool const was = !fit.exact;
    fit.exact = true;
    if (was)
        fit.progress.reopen();
    return was;
}

/// Leaves the point in the item's own theta.
template <class Real>
void LseWave<Real>::end(LseFit<Real>& fit)
{
    fit.live = false;
    LseResult const& result = fit.progress.result();
    bool const followed = fit.item->settings.polished && result.end != LseEnd::not_finite;
    if (fit.item->ended && !followed)
        fit.item->ended(result);
    if (fit.now == 0)
        return;
    std::vector<double> theta(fit.item->model.layout.size);
    device_.download(theta.data(), fit.theta[1], theta.size() * sizeof(double));
    device_.upload(fit.theta[0], theta.data(), theta.size() * sizeof(double));
}

/// The starts, in their boxes, become the points.
template <class Real>
void LseWave<Real>::start()
{
    Fits const all = live();
    step(all, true);
    linearize(all);
    std::vector<double> const mse = mse_.download();
    for (std::size_t i = 0; i < fits_.size(); ++i) {
        if (fits_[i].progress.begin(mse[i]))
            fits_[i].now = 1;
        else
            end(fits_[i]);
    }
}

/// Steps until each live fit has a trial.
template <class Real>
void LseWave<Real>::find_trials()
{
    Fits waiting = live();
    while (!waiting.empty()) {
        step(waiting, false);
        std::vector<StepRecord> const steps = steps_.download();
        Fits again, doubted;
        for (LseFit<Real>* const fit : waiting) {
            fit->moved = false;
            Next const next = fit->progress.after(steps[place(*fit)]);
            if (next == Next::step)
                again.push_back(fit);
            else if (next == Next::end)
                doubt(*fit) ? doubted.push_back(fit) : end(*fit);
        }
        multiply(doubted);
        again.insert(again.end(), doubted.begin(), doubted.end());
        waiting = std::move(again);
    }
}

/// Decides on the trials; those fits whose trial is the new point.
template <class Real>
typename LseWave<Real>::Fits LseWave<Real>::judge()
{
    Fits const all = live();
    accelerate(all);
    linearize(all);
    std::vector<double> const mse = mse_.download();
    Fits moved;
    for (LseFit<Real>* const fit : all) {
        if (fit->progress.judge(mse[place(*fit)])) {
            fit->now = 1 - fit->now;
            fit->moved = true;
            moved.push_back(fit);
        }
    }
    return moved;
}

template <class Real>
std::vector<LseResult> LseWave<Real>::run()
{
    start();
    for (Fits moved = live(); !live().empty(); moved = judge()) {
        multiply(moved);
        find_trials();
    }
    std::vector<LseResult> results;
    for (LseFit<Real> const& fit : fits_)
        results.push_back(fit.progress.result());
    return results;
}

template class LseWave<float>;
template class LseWave<double>;

} // namespace moerate
