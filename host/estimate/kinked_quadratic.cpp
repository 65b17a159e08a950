#include "host/estimate/kinked_quadratic.h"

#include "host/estimate/kinked_dual.h"
#include "kernels/lse/free_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

/// Minima beyond that are told at most.
constexpr std::size_t most_minima = 8;

/// Decreases that differ by no more are those of one minimum.
constexpr double same_minimum = 1e-6;

} // namespace

std::vector<double> sizes_of(KinkedQuadratic const& model)
{
    double const dead = dead_diagonal(model.gram, model.p);
    std::vector<double> sizes(model.p, 0);
    for (std::size_t i = 0; i < model.p; ++i) {
        double size = model.gram[i * model.p + i];
        if (!(size > dead)) {
            size = 0;
            for (Kink const& kink : *model.kinks)
                if (kink.distance == 0)
                    size += kink.curvature * kink.crossing[i] * kink.crossing[i];
        }
        if (size > dead)
            sizes[i] = size;
    }
    return sizes;
}

KinkedStep minimum_of(KinkedQuadratic const& model, double damping)
{
    KinkedDual dual(model, damping);
    return dual.factored() ? dual.minimise() : KinkedStep{};
}

// The model is convex, so that with v its slope at s it falls by no more than it does at s and, for
// all t in the box, v.(s - t).
double gain_in_box(KinkedQuadratic const& model)
{
    std::vector<Kink> const none;
    KinkedQuadratic smooth = model;
    smooth.kinks = &none;
    KinkedStep const best = minimum_of(smooth, flat_eigenvalue);
    if (!best.found)
        return std::numeric_limits<double>::quiet_NaN();
    double const dead = dead_diagonal(model.gram, model.p);
    double gain = 0;
    for (std::size_t i = 0; i < model.p; ++i) {
        double const* const row = model.gram + i * model.p;
        if (!(row[i] > dead))
            continue;
        double curved = flat_eigenvalue * row[i] * best.step[i];
        for (std::size_t j = 0; j < model.p; ++j)
            curved += row[j] * best.step[j];
        double const slope = model.gradient[i] + curved;
        double const to = model.z[i] + best.step[i];
        double const room = slope > 0 ? to - model.lower[i] : model.upper[i] - to;
        gain -= best.step[i] * (2 * model.gradient[i] + curved);
        gain += 2 * std::fabs(slope) * std::max(0.0, room);
    }
    return gain;
}

std::vector<KinkedStep> minima_beyond(KinkedQuadratic const& model, double damping, double least)
{
    KinkedDual dual(model, damping);
    if (!dual.factored())
        return {};
    double const here = dual.minimise().decrease;
    std::vector<KinkedStep> found;
    for (std::size_t const kink : dual.ahead()) {
        KinkedStep other = KinkedDual(dual).beyond(kink);
        auto const same = [&](KinkedStep const& step) {
            return std::fabs(step.decrease - other.decrease) <= same_minimum * other.decrease;
        };
        if (other.found && other.decrease > std::max(least, here) &&
            std::none_of(found.begin(), found.end(), same))
            found.push_back(std::move(other));
    }
    std::sort(found.begin(), found.end(),
              [](KinkedStep const& a, KinkedStep const& b) { return a.decrease < b.decrease; });
    if (found.size() > most_minima)
        found.erase(found.begin(), found.end() - most_minima);
    return found;
}

} // namespace moerate
