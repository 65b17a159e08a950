#include "host/run/plan.h"

#include "kernels/model/shape.h"

#include <set>

namespace moerate
{

Work& Work::operator+=(Work const& other)
{
    fits += other.fits;
    sample_updates += other.sample_updates;
    regression_points += other.regression_points;
    flops += other.flops;
    effort += other.effort;
    starts += other.starts;
    return *this;
}

Work operator*(long long times, Work const& work)
{
    auto const factor = static_cast<double>(times);
    return {times * work.fits,   factor * work.sample_updates, factor * work.regression_points,
            factor * work.flops, factor * work.effort,         times * work.starts};
}

Work work_of(Study const& study, Plan const& plan, Job const& job)
{
    DataSpec const& data = plan.data[job.data];
    Curve const& source = study.curves[data.curve];
    double const n = data.n;
    Work work;
    std::set<bool> precisions; // the data of each are generated
    for (int const cell : job.cells) {
        Curve const& curve = study.curves[plan.cells[cell].curve];
        FitCost const start = curve.estimator->cost(curve.model, data.n);
        int const starts = curve.start.number.count;
        double const points = points_of(starts);
        work.fits += 1;
        work.starts += starts;
        work.sample_updates += starts * start.sample_updates;
        work.regression_points += points * study.regression_samples;
        double const fits = starts * start.flops;
        double const measured =
            points * (study.regression_samples + n) * flops_per_prediction(curve.model);
        work.flops += fits + measured;
        int const number = plan.cells[cell].curve;
        work.effort += (plan.slowness.empty() ? 1 : plan.slowness[number]) * fits + measured;
        precisions.insert(in_float64(study, plan, cell));
    }
    double const made =
        static_cast<double>(precisions.size()) * n * flops_per_prediction(source.truth.model);
    work.flops += made;
    work.effort += made;
    return work;
}

} // namespace moerate
