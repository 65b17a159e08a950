#include "host/run/pipeline.h"

#include <set>

namespace moerate
{

Pipeline::Pipeline(Device& device, Study const& study, Plan const& plan, Trace const* trace)
    : device_(device), study_(study), plan_(plan), trace_(trace), single_(device, study),
      double_(device, study)
{}

/// Frees the references that `jobs` do not need: a sweep may have many.
template <class Real>
void Pipeline::keep(References<Real>& references, std::vector<Job> const& jobs)
{
    std::set<TruthId> used;
    for (Job const& job : jobs)
        used.insert(plan_.data[job.data].truth);
    references.keep(used);
}

/// Makes those that they need.
template <class Real>
void Pipeline::make(References<Real>& references, std::vector<Job> const& jobs)
{
    for (Job const& job : jobs) {
        for (int const c : job.cells) {
            Cell const& cell = plan_.cells[c];
            Curve const& curve = study_.curves[cell.curve];
            for (Target const target : targets_of(curve, cell.losses))
                references.of(curve, cell.n, target);
        }
    }
}

/// The fits of jobs of one precision.
template <class Real>
std::vector<FitRow> Pipeline::fits(References<Real>& references, std::vector<Job> const& jobs)
{
    if (jobs.empty())
        return {};
    JobBlock<Real> block(
        device_, study_, plan_, jobs,
        [&](Curve const& curve, int n, Target target) -> Reference<Real> const& {
            return references.of(curve, n, target);
        },
        trace_);
    block.fit();
    block.risk();
    return block.rows();
}

std::vector<FitRow> Pipeline::run(std::vector<Job> const& jobs)
{
    std::vector<Job> const in_single = jobs_in(study_, plan_, jobs, false);
    std::vector<Job> const in_double = jobs_in(study_, plan_, jobs, true);
    keep(single_, in_single);
    keep(double_, in_double);
    // All before the first fit, so that a block's peak (memory.h) does not depend on the one
    // before.
    make(single_, in_single);
    make(double_, in_double);
    std::vector<FitRow> singles = fits(single_, in_single);
    std::vector<FitRow> doubles = fits(double_, in_double);
    std::vector<FitRow> rows;
    rows.reserve(singles.size() + doubles.size());
    auto next_single = singles.begin(), next_double = doubles.begin();
    for (Job const& job : jobs)
        for (int const cell : job.cells)
            rows.push_back(
                std::move(in_float64(study_, plan_, cell) ? *next_double++ : *next_single++));
    return rows;
}

void Pipeline::forget()
{
    single_.keep({});
    double_.keep({});
}

} // namespace moerate
