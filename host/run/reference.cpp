#include "host/run/reference.h"

#include "host/store/loss_reference.h"

#include <iterator>
#include <stdexcept>

namespace moerate
{

Measure target_measure(Study const& study, Curve const& curve, int n, Target target)
{
    if (auto known = known_target(study, curve, n, target))
        return *known;
    if (!curve.projection)
        throw std::logic_error("the projection of \"" + curve.label +
                               "\" was asked for before it was searched for");
    return *curve.projection;
}

std::set<Target> targets_of(Curve const& curve, std::vector<LossSpec> const& losses)
{
    std::set<Target> targets{Target::truth, curve.target};
    for (LossSpec const& loss : losses)
        targets.insert(loss.target);
    return targets;
}

template <class Real>
Reference<Real> const& References<Real>::of(Curve const& curve, int n, Target target)
{
    auto const [id, fresh] = ids_.try_emplace({&curve, n});
    if (fresh)
        id->second = truth_id(moved_truth_key(study_, curve, n));
    Curve const* const own = target == Target::truth ? nullptr : &curve;
    std::unique_ptr<Reference<Real>>& made = made_[{id->second, target, own}];
    if (!made)
        made = std::make_unique<Reference<Real>>(
            reference_of<Real>(device_, study_, curve, n, target));
    return *made;
}

template <class Real>
void References<Real>::keep(std::set<TruthId> const& used)
{
    for (auto it = made_.begin(); it != made_.end();)
        it = used.count(std::get<TruthId>(it->first)) == 0 ? made_.erase(it) : std::next(it);
}

template class References<float>;
template class References<double>;

} // namespace moerate
