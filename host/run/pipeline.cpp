#include "host/run/pipeline.h"

#include <set>

namespace moerate
{

template <class Real>
Pipeline<Real>::Pipeline(Device& device, Study const& study, Plan const& plan)
    : device_(device), study_(study), plan_(plan), references_(device, study)
{}

template <class Real>
std::vector<FitRow> Pipeline<Real>::run(std::vector<Job> const& jobs)
{
    // Keep the evaluation points of the truths in use only: a sweep may have many.
    std::set<TruthId> used;
    for (Job const& job : jobs)
        used.insert(truth_id(plan_.data[job.data].key));
    references_.keep(used);
    JobBlock<Real> block(device_, study_, plan_, jobs,
                         [this](Curve const& curve, Target target) -> Reference<Real> const& {
                             return references_.of(curve, target);
                         });
    block.generate();
    block.start();
    block.fit();
    block.risk();
    return block.rows();
}

template class Pipeline<float>;
template class Pipeline<double>;

} // namespace moerate
