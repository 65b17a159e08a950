#include "host/estimate/polish_step.h"

#include "host/estimate/kinked_sizes.h"
#include "kernels/lse/free_set.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace moerate
{
namespace
{

/// Other minima that are looked for are lower by more than this in n MSE, in units of the MSE.
constexpr double least_other = stationary_gain / 10;

KinkedQuadratic model_of(PolishFit const& fit, std::vector<Kink> const& kinks)
{
    return {fit.z.size(),     fit.gradient.data(), fit.gram.data(), fit.z.data(),
            fit.lower.data(), fit.upper.data(),    &kinks};
}

/// The kinks that the point is on.
std::vector<Kink> kinks_at(PolishFit const& fit)
{
    std::vector<Kink> kinks;
    std::copy_if(fit.kinks.begin(), fit.kinks.end(), std::back_inserter(kinks),
                 [](Kink const& kink) { return kink.distance == 0; });
    return kinks;
}

/// Norm of a vector.
double norm_of(std::vector<double> const& values)
{
    double square = 0;
    for (double const value : values)
        square += value * value;
    return std::sqrt(square);
}

/// What is known of the point, with the generalised gradient that `step` chose on its kinks.
StepRecord record_of(PolishFit const& fit, KinkedStep const& step)
{
    std::vector<double> gradient = fit.gradient;
    for (std::size_t s = 0; s < fit.kinks.size(); ++s) {
        Kink const& kink = fit.kinks[s];
        if (kink.distance > 0)
            continue;
        double const along =
            std::inner_product(kink.crossing.begin(), kink.crossing.end(), step.step.begin(), 0.0);
        double const slope = // of a concave one that the step passes that of its other side
            kink.jump > 0 ? step.slope[s]
            : along > 0   ? kink.jump
                          : 0;
        for (std::size_t i = 0; slope != 0 && i < gradient.size(); ++i)
            gradient[i] += slope * kink.crossing[i];
    }
    StepRecord record{
        step.decrease, step.decrease, norm_of(step.step), norm_of(fit.z), 0, 0, -1, 0, 1};
    std::vector<double> const sizes = sizes_of(model_of(fit, fit.kinks));
    for (std::size_t i = 0; i < fit.z.size(); ++i) {
        double const z = fit.z[i], g = gradient[i];
        bool const low = z <= fit.lower[i], high = z >= fit.upper[i];
        record.at_bound += low || high ? 1 : 0;
        double const to = std::min(std::max(z - g, fit.lower[i]), fit.upper[i]);
        record.projected_gradient = std::max(record.projected_gradient, std::fabs(to - z));
        if (sizes[i] > 0 && !(low && g > 0) && !(high && g < 0))
            record.steepest = std::max(record.steepest, std::fabs(g) / std::sqrt(sizes[i]));
    }
    return record;
}

/// The trial of a step.
void move(PolishFit& fit, KinkedStep const& step)
{
    std::vector<double> z = fit.z;
    for (std::size_t i = 0; i < z.size(); ++i)
        z[i] = std::min(std::max(z[i] + step.step[i], fit.lower[i]), fit.upper[i]);
    scatter_coordinates(SerialLanes{}, fit.item->model, z.data(), fit.trial.data());
}

/// From a minimum to another one nearby that is lower by the model; false: there is none left.
bool leave(PolishFit& fit)
{
    LseResult const& result = fit.progress.result();
    if (result.end != LseEnd::gain || result.rounds >= fit.progress.settings().iterations)
        return false;
    if (!fit.searched) {
        double const unit = result.mse; // as p is large beside n, sigma_hat^2 is more
        fit.beyond =
            minima_beyond(model_of(fit, fit.kinks), fit.progress.damping(), least_other * unit / 2);
        fit.searched = true;
    }
    if (fit.beyond.empty())
        return false;
    move(fit, fit.beyond.back());
    fit.beyond.pop_back();
    return true;
}

} // namespace

void take_trial(PolishFit& fit)
{
    fit.searched = false;
    fit.beyond.clear();
    fit.theta = fit.trial;
    fit.z.resize(fit.lower.size());
    gather_coordinates(SerialLanes{}, fit.item->model, fit.theta.data(), fit.z.data());
}

bool find_trial(PolishFit& fit)
{
    for (;;) {
        KinkedStep const step = minimum_of(model_of(fit, fit.kinks), fit.progress.damping());
        StepRecord record{0, 0, 0, 0, 0, 0, -1, 0, 0};
        if (step.found)
            record = record_of(fit, step);
        if (step.found && 2 * step.decrease <= fit.progress.gain_below()) {
            KinkedStep const longest = minimum_of(model_of(fit, kinks_at(fit)), flat_eigenvalue);
            record.gain = longest.found && fit.near.all_on ? 2 * longest.decrease : -1;
        }
        LseProgress::Next const next = fit.progress.after(record);
        if (next == LseProgress::Next::step)
            continue;
        if (next == LseProgress::Next::trial) {
            move(fit, step);
            return true;
        }
        fit.on = static_cast<int>(kinks_at(fit).size());
        return leave(fit);
    }
}

} // namespace moerate
