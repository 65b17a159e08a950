#include "host/store/loss_reference.h"

#include "host/measure/embed.h"
#include "host/measure/inclusion.h"
#include "host/study/identity.h"
#include "host/study/truth.h"

namespace moerate
{

std::optional<Measure> known_target(Study const& study, Curve const& curve, int n, Target target)
{
    Measure truth = true_measure(study, curve, n);
    if (target == Target::truth)
        return truth;
    if (class_holds(curve.model, truth.model))
        return embedded(truth, curve.model);
    return std::nullopt;
}

std::optional<Measure> loss_reference(Store const& store, Study const& study, Curve const& curve,
                                      int n, Target target)
{
    if (auto known = known_target(study, curve, n, target))
        return known;
    std::vector<TargetRow> const rows = store.target(target_id(study, curve));
    if (rows.empty())
        return std::nullopt;
    return Measure{curve.model, rows.front().theta};
}

std::vector<LossBlock> blocks_of(Curve const& curve, LossSpec const& loss)
{
    bool const truth = loss.target == Target::truth; // a projection is one of the fitted model
    return loss_blocks(curve.model, truth ? curve.truth.model : curve.model, loss.choice);
}

} // namespace moerate
