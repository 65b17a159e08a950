#include "host/run/time_model.h"

#include "host/measure/measure_json.h"
#include "host/run/pipeline.h"
#include "host/run/speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace moerate
{
namespace
{

constexpr double pilot_seconds = 0.25; ///< of a block that is timed, about
constexpr int most_pilot_jobs = 4096;
constexpr std::size_t most_kinds = 64; ///< of fits that are timed each for itself

/// Jobs of one kind of data that take about pilot_seconds at `speed` flops a second, a multiple of
/// `workers` (those that work side by side), at most all replicates.
std::vector<Job> pilot(Study const& study, Plan const& plan, int data, double speed, int workers)
{
    Job job{data, 0, plan.data[data].cells};
    double const one = work_of(study, plan, job).effort;
    int const count = static_cast<int>(
        std::clamp(pilot_seconds * speed / one, 1.0, static_cast<double>(most_pilot_jobs)));
    std::vector<Job> jobs;
    int const rounds = std::max(1, count / workers);
    for (job.replicate = 0; job.replicate < std::min(rounds * workers, study.replicates);
         ++job.replicate)
        jobs.push_back(job);
    return jobs;
}

TimedWork timed(Study const& study, Plan const& plan, Device& device, std::vector<Job> const& jobs)
{
    Pipeline pipeline(device, study, plan);
    pipeline.run({jobs.front()}); // the truth at the evaluation points, which a run has once
    TimedWork result{{}, 0};
    for (Job const& job : jobs)
        result.work += work_of(study, plan, job);
    auto const begin = std::chrono::steady_clock::now();
    pipeline.run(jobs);
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
}

/// What two fits of one kind have in common: all but start, losses and the number of iterations.
std::string kind_of(Curve const& curve)
{
    return fmt::format("{} {} {} {} {} {}", gate_to_json(curve.model.gate).dump(),
                       expert_to_json(curve.model.expert).dump(), curve.model.d, curve.model.k,
                       curve.model.groups, curve.estimator->limited_to(1)->settings().dump());
}

/// Speed of the study's fastest kind of fits, flops a second; the plan has those of the others by
/// its slowness, where all of them do as much work as they are to: the speed of estimators that end
/// by themselves is one of data, which noise has not.
double measure_speeds(Study const& study, Plan& plan, Device& device)
{
    std::map<std::string, double> speeds;
    bool fixed = true;
    for (Curve const& curve : study.curves) {
        speeds.emplace(kind_of(curve), 0);
        fixed = fixed && curve.estimator->always_costs_that();
    }
    if (!fixed || speeds.size() == 1 || speeds.size() > most_kinds)
        return measure_speed(study, device);
    double fastest = 0;
    for (Curve const& curve : study.curves) {
        double& speed = speeds.at(kind_of(curve));
        if (speed == 0)
            speed = measure_speed(curve, device);
        fastest = std::max(fastest, speed);
    }
    for (Curve const& curve : study.curves)
        plan.slowness.push_back(fastest / speeds.at(kind_of(curve)));
    return fastest;
}

} // namespace

TimeModel fitted_time(std::vector<TimedWork> const& done)
{
    double ff = 0, fp = 0, pp = 0, ft = 0, pt = 0, f = 0, t = 0;
    for (TimedWork const& one : done) {
        double const effort = one.work.effort, points = one.work.regression_points;
        ff += effort * effort;
        fp += effort * points;
        pp += points * points;
        ft += effort * one.seconds;
        pt += points * one.seconds;
        f += effort;
        t += one.seconds;
    }
    TimeModel const plain{f > 0 ? t / f : 0, 0};
    double const determinant = ff * pp - fp * fp;
    if (!(determinant > 1e-3 * ff * pp)) // nearly the same mixture in every block
        return plain;
    TimeModel const both{(ft * pp - pt * fp) / determinant, (pt * ff - ft * fp) / determinant};
    if (both.per_flop < 0)
        return {0, pt / pp};
    return both.per_point < 0 ? plain : both;
}

TimeModel measure_time(Study const& study, Plan& plan, Device& device)
{
    double const speed = measure_speeds(study, plan, device);
    int const workers = std::max(device.info().launch_fits, device.info().threads);
    std::vector<int> moments; // kinds of data of which a job for each worker takes a moment
    for (int data = 0; data < static_cast<int>(plan.data.size()); ++data)
        if (work_of(study, plan, {data, 0, plan.data[data].cells}).effort * workers <=
            pilot_seconds * speed)
            moments.push_back(data);
    if (moments.empty())
        return {1 / speed, 0};
    auto const fewer = [&](int a, int b) { return plan.data[a].n < plan.data[b].n; };
    auto const [small, large] = std::minmax_element(moments.begin(), moments.end(), fewer);
    std::vector<TimedWork> done;
    for (int const data : {*small, *large}) {
        std::vector<Job> const jobs = pilot(study, plan, data, speed, workers);
        done.push_back(timed(study, plan, device, jobs));
    }
    return fitted_time(done);
}

} // namespace moerate
