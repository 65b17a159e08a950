#include "host/run/pipeline.h"

#include "host/study/identity.h"

#include <set>

namespace moerate
{

template <class Real>
Pipeline<Real>::Pipeline(Device& device, Study const& study, Plan const& plan)
    : device_(device), study_(study), plan_(plan)
{}

template <class Real>
Reference<Real> const& Pipeline<Real>::truth_of(Curve const& curve)
{
    auto const [id, fresh] = ids_.try_emplace(&curve);
    if (fresh)
        id->second = truth_id(truth_key(study_, curve));
    std::unique_ptr<Reference<Real>>& truth = truths_[id->second];
    if (!truth)
        truth = std::make_unique<Reference<Real>>(moerate::truth_of<Real>(device_, study_, curve));
    return *truth;
}

template <class Real>
std::vector<FitRow> Pipeline<Real>::run(std::vector<Job> const& jobs)
{
    // Keep the evaluation points of the truths in use only: a sweep may have many.
    std::set<TruthId> used;
    for (Job const& job : jobs)
        used.insert(truth_id(plan_.data[job.data].key));
    for (auto it = truths_.begin(); it != truths_.end();)
        it = used.count(it->first) == 0 ? truths_.erase(it) : std::next(it);
    JobBlock<Real> block(
        device_, study_, plan_, jobs,
        [this](Curve const& curve) -> Reference<Real> const& { return truth_of(curve); });
    block.generate();
    block.start();
    block.fit();
    block.risk();
    return block.rows();
}

template class Pipeline<float>;
template class Pipeline<double>;

} // namespace moerate
