#include "host/run/targets.h"

#include "host/run/results.h"
#include "host/run/target_samples.h"
#include "host/run/target_search.h"
#include "host/store/store.h"
#include "host/study/identity.h"

#include <fmt/format.h>

#include <chrono>

namespace moerate
{
namespace
{

/// What the store has of a curve's projection, after a search where it has nothing.
std::vector<TargetRow> target_rows(Study const& study, Curve const& curve, Store& store,
                                   Store const* others, Device& device, Log& log)
{
    std::string const id = target_id(study, curve);
    std::vector<TargetRow> rows = store.target(id);
    if (!rows.empty()) {
        check_samples(study, curve, rows.front().distance);
        return rows;
    }
    if (others != nullptr && !(rows = others->target(id)).empty()) {
        check_samples(study, curve, rows.front().distance);
        store.add_target(id, canonical_target(study, curve), rows);
        return rows;
    }
    log.line(fmt::format("search for the projection of \"{}\": {} starts, {} samples", curve.label,
                         study.search.starts, study.search.samples));
    auto const begin = std::chrono::steady_clock::now();
    rows = search_projection(device, study, curve);
    std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
    log.line(fmt::format("found {} minima, the lowest {:.6g} away from the truth, {:.1f} s",
                         rows.size(), rows.front().distance, seconds.count()));
    store.add_target(id, canonical_target(study, curve), rows);
    return rows;
}

} // namespace

Study with_targets(Study study, Store& store, Store const* others, Device& device, Log& log)
{
    for (Curve& curve : study.curves) {
        if (!needs_search(curve))
            continue;
        std::vector<TargetRow> const rows = target_rows(study, curve, store, others, device, log);
        curve.projection = std::make_shared<Measure const>(Measure{curve.model, rows[0].theta});
    }
    return study;
}

Study with_unknown_targets(Study study)
{
    for (Curve& curve : study.curves) {
        if (!needs_search(curve) || curve.projection)
            continue;
        Measure zero{curve.model, std::vector<double>(curve.model.layout.size)};
        curve.projection = std::make_shared<Measure const>(std::move(zero));
    }
    return study;
}

} // namespace moerate
