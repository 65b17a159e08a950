#include "host/probe/constant.h"

#include "host/estimate/rank.h"
#include "host/measure/inclusion.h"
#include "host/probe/flat.h"
#include "host/run/reference.h"
#include "host/run/target_search.h"
#include "host/study/truth.h"
#include "kernels/family/losses.h"
#include "kernels/lse/coordinates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

constexpr double within = 2;       ///< factor of ratios that are one constant
constexpr double is_falling = 1.3; ///< exponent of the last step from which on the ratio falls
constexpr int fresh_points = 10000;
constexpr double equal_functions = 1e-9; ///< of |f*|, at fresh points
constexpr double origin_loss = 1e-9;
constexpr int screened_share = 4; ///< of the rounds: after those the nearest points alone go on

/// Fills in what a point says beside its distance.
void complete(ConstantCurve& curve, ConstantPoint& point)
{
    ConstantPoint const* before = nullptr;
    for (ConstantPoint const& one : curve.points)
        before = one.reached && one.least && one.ratio > 0 ? &one : before;
    if (point.distance <= flat_distance * curve.size) { // rounding alone
        point.ratio = 0;
        point.exponent = std::numeric_limits<double>::quiet_NaN();
        point.needed = std::numeric_limits<double>::infinity();
        return;
    }
    point.ratio = point.distance / point.epsilon;
    point.exponent = before == nullptr ? std::numeric_limits<double>::quiet_NaN()
                                       : std::log(point.distance / before->distance) /
                                             std::log(point.epsilon / before->epsilon);
    point.needed = point.rank / (point.distance * point.distance);
    point.least = before == nullptr || curve.split > equal_functions * curve.size ||
                  point.distance <= before->distance;
}

/// The least |f - f*| of the split truths.
double split_distance(Device& device, NoiseFree const& sample, Model const& model)
{
    Normal normal(device, model, sample.n, sample.x.data(), sample.y.data());
    double least = std::numeric_limits<double>::infinity();
    for (int extra = 0; extra < sample.truth.model.k; ++extra)
        least = std::min(least, std::sqrt(normal.mse(split_truth(sample, model, extra))));
    return least;
}

/// The nearest point at a loss: from the former loss's, then from the starts of one set of free
/// coordinates after the other, those of experts alone first, by which most flat directions are
/// found; a distance of 0 ends it, and the nearest one goes on with all coordinates free.
std::optional<Nearest> nearest_at(NearestSearch& search, double epsilon,
                                  std::vector<std::vector<char>> const& sets,
                                  std::optional<Nearest> const& before, int each)
{
    std::optional<Nearest> best;
    auto const take = [&](std::optional<Nearest> const& found) {
        if (found && (!best || found->distance < best->distance))
            best = found;
    };
    if (before)
        take(search.at(epsilon, {*before}, {}, 0));
    for (std::size_t const set : {2, 0, 1, 3}) {
        if (best && best->distance <= flat_distance * search.sample().size)
            break;
        take(search.at(epsilon, {}, sets.at(set), each));
    }
    if (best && best->distance > flat_distance * search.sample().size)
        take(search.at(epsilon, {*best}, {}, 0));
    return best;
}

/// From the points of small losses on to those of larger ones, which a flat direction reaches, too.
void widen(NearestSearch& search, std::vector<double> const& epsilon,
           std::vector<std::optional<Nearest>>& nearest)
{
    for (std::size_t e = nearest.size(); e-- > 1;) {
        std::optional<Nearest>& larger = nearest[e - 1];
        if (!nearest[e] || (larger && larger->distance <= flat_distance * search.sample().size))
            continue;
        auto const found = search.at(epsilon[e - 1], {*nearest[e]}, {}, 0);
        if (found && (!larger || found->distance < larger->distance))
            larger = found;
    }
}

/// Where the distance is 0, whether it is so at fresh points, too: a measure of the truth's f.
void judge_flat(NoiseFree const& fresh, Model const& model, ConstantPoint& point,
                ConstantCurve& curve)
{
    if (point.distance > flat_distance * curve.size)
        return;
    Measure const measure{model, point.theta};
    double const gap = largest_difference(fresh, measure);
    if (!(gap <= equal_functions * curve.size)) {
        point.few_samples = true;
        return;
    }
    curve.end = ConstantEnd::flat; // the losses fall: the last counts
    curve.counterexample = measure;
    curve.flat_loss = point.epsilon;
    curve.largest_gap = gap;
}

/// The nearest point of each loss, each search from the former one's point, too.
void search_curve(Device& device, ConstantSettings const& settings, NoiseFree const& sample,
                  StreamKey key, LossLevel const& level, Box::Bounds const& box,
                  ConstantCurve& curve)
{
    Model const& model = level.fitted();
    NearestSettings chosen{settings.starts, settings.rounds, flat_distance, key.key0};
    chosen.in_a_row = 1;
    chosen.exact = true;
    chosen.screened = settings.rounds / screened_share;
    NearestSearch search(sample, level, box, chosen);
    Normal normal(device, model, sample.n, sample.x.data(), sample.y.data());
    std::vector<std::vector<char>> const sets = free_sets(model);
    int const each = std::max(search.origins(), settings.starts / static_cast<int>(sets.size()));
    key.n = 1; // points that the search has not seen
    NoiseFree const fresh(device, sample.truth, key, fresh_points);
    std::vector<std::optional<Nearest>> nearest;
    for (double const epsilon : settings.epsilon)
        nearest.push_back(nearest_at(search, epsilon, sets,
                                     nearest.empty() ? std::nullopt : nearest.back(), each));
    widen(search, settings.epsilon, nearest);
    for (std::size_t e = 0; e < nearest.size(); ++e) {
        ConstantPoint point;
        point.epsilon = settings.epsilon[e];
        point.reached = nearest[e].has_value();
        if (point.reached) {
            point.distance = nearest[e]->distance;
            point.theta = nearest[e]->theta;
            point.rank = rank_of(normal.at(point.theta).gram,
                                 static_cast<std::size_t>(coordinate_count(model)))
                             .rank;
            complete(curve, point);
            judge_flat(fresh, model, point, curve);
        }
        curve.points.push_back(point);
    }
    conclude(curve);
}

/// Whether two losses of a fit are one function: the projection may be the truth itself.
bool same_loss(Study const& study, Curve const& curve, LossSpec const& a, LossSpec const& b)
{
    auto const same_target = [&] {
        Measure const to_a = target_measure(study, curve, study.n.back(), a.target);
        Measure const to_b = target_measure(study, curve, study.n.back(), b.target);
        return to_a.model.layout.size == to_b.model.layout.size && to_a.theta == to_b.theta;
    };
    bool const same = a.choice.loss == b.choice.loss && a.choice.r == b.choice.r &&
                      a.choice.gauge == b.choice.gauge && a.choice.against == b.choice.against;
    return same &&
           (a.target == b.target || (class_holds(curve.model, curve.truth.model) && same_target()));
}

ConstantCurve curve_of(Device& device, Study const& study, Curve const& curve, LossSpec const& loss,
                       ConstantSettings const& settings)
{
    ConstantCurve out;
    out.label = curve.label;
    out.loss = name_of<Losses>(loss.choice.loss);
    out.r = loss.choice.r;
    out.gauge = loss.choice.gauge;
    out.target = loss.target;
    Measure const truth = true_measure(study, curve, study.n.back());
    if (!class_holds(curve.model, truth.model)) {
        out.skipped =
            function_held(curve.model, truth.model)
                ? "the fitted class has f*, but by parameters that are none of the truth's: a loss "
                  "of 0 against those is out of reach"
                : "the fitted class does not hold the truth, so that f_G = f* is out of reach";
        return out;
    }
    out.truth = target_measure(study, curve, study.n.back(), loss.target);
    StreamKey const key = truth_key(study, curve);
    NoiseFree const sample(device, truth, key, settings.samples, true);
    out.size = sample.size;
    if (!(out.size > 0)) {
        out.skipped = "f* is 0 on the sample";
        return out;
    }
    LossLevel const level(device, curve.model, out.truth, loss.choice);
    double const there = level.value(split_truth(sample, curve.model, 0));
    out.split = split_distance(device, sample, curve.model);
    if (!(there <= origin_loss)) {
        out.skipped =
            fmt::format("the loss of the truth with an atom split is {:.3g}, not 0", there);
        return out;
    }
    search_curve(device, settings, sample, key, level, bounds_of(curve), out);
    return out;
}

} // namespace

void conclude(ConstantCurve& curve)
{
    curve.shows = curve.trend = std::numeric_limits<double>::quiet_NaN();
    std::vector<ConstantPoint const*> reached;
    for (ConstantPoint const& point : curve.points)
        if (point.reached && point.ratio > 0)
            reached.push_back(&point);
    bool const few = std::any_of(curve.points.begin(), curve.points.end(),
                                 [](ConstantPoint const& point) { return point.few_samples; });
    // A distance of 0 on the sample alone is less than the least at its loss.
    if (curve.end == ConstantEnd::flat || few || reached.size() < 2)
        return;
    ConstantPoint const &last = *reached.back(), &before = *reached[reached.size() - 2];
    curve.trend =
        std::log(last.distance / before.distance) / std::log(last.epsilon / before.epsilon);
    if (curve.split > equal_functions * curve.size) {
        curve.end = ConstantEnd::growing;
        return;
    }
    if (curve.trend > is_falling) {
        curve.end = ConstantEnd::falling;
        return;
    }
    curve.end = ConstantEnd::steady;
    auto at = reached.rbegin();
    for (; at != reached.rend(); ++at) {
        double const ratio = (*at)->ratio / last.ratio;
        if (ratio > within || ratio < 1 / within)
            break;
        curve.shows = (*at)->needed;
    }
    for (; at != reached.rend(); ++at) // a twin at a larger loss must be told from f*, too
        curve.shows = std::max(curve.shows, (*at)->needed);
}

std::vector<ConstantCurve> constants(Device& device, Study const& study,
                                     ConstantSettings const& settings,
                                     std::function<void(ConstantCurve const&)> const& told)
{
    std::vector<ConstantCurve> all;
    for (Curve const& curve : study.curves)
        for (LossSpec const& loss : curve.losses) {
            auto const same =
                std::find_if(curve.losses.begin(), curve.losses.end(), [&](LossSpec const& one) {
                    return same_loss(study, curve, one, loss); // itself, if no other
                });
            auto const back = &loss - &*same;
            all.push_back(back == 0 ? curve_of(device, study, curve, loss, settings)
                                    : all[all.size() - static_cast<std::size_t>(back)]);
            all.back().target = loss.target;
            told(all.back());
        }
    return all;
}

} // namespace moerate
