#include "host/run/remeasure.h"

#include "host/run/measure_losses.h"
#include "host/study/truth.h"

#include <map>
#include <set>

namespace moerate
{
namespace
{

/// Losses that each stored fit of a cell lacks, by replicate.
std::map<int, std::set<LossKey>> lacking(Cell const& cell, Store const& store)
{
    std::set<LossKey> wanted;
    for (LossSpec const& loss : cell.losses) {
        wanted.insert(loss_key(loss, "start"));
        wanted.insert(loss_key(loss, "fit"));
    }
    std::map<int, std::set<LossKey>> result;
    for (int const replicate : store.replicates(cell.id)) {
        std::set<LossKey> const known = store.loss_keys(cell.id, replicate);
        for (LossKey const& key : wanted) {
            if (known.count(key) == 0)
                result[replicate].insert(key);
        }
    }
    return result;
}

/// Measures the lacking losses of one cell and stores them.
Remeasured remeasure_cell(Study const& study, Cell const& cell, Store& store, Device& device)
{
    std::map<int, std::set<LossKey>> const missing = lacking(cell, store);
    if (missing.empty())
        return {};
    Remeasured done;
    Curve const& curve = study.curves[cell.curve];
    std::vector<double> const truth = true_parameters(study, curve);
    std::vector<FitRow> const fits = store.fits(cell.id, true);
    std::vector<LossRequest> requests;
    std::vector<std::pair<int, LossKey>> keys; // replicate, and what is asked for
    for (FitRow const& fit : fits) {
        auto const wanted = missing.find(fit.replicate);
        if (wanted == missing.end())
            continue;
        if (fit.theta.empty()) {
            done.unmeasured += static_cast<long long>(wanted->second.size());
            continue;
        }
        for (LossSpec const& loss : cell.losses) {
            for (bool const at_fit : {false, true}) {
                LossKey const key = loss_key(loss, at_fit ? "fit" : "start");
                if (wanted->second.count(key) == 0)
                    continue;
                requests.push_back({&curve.model, at_fit ? &fit.theta : &fit.start_theta,
                                    &curve.truth.model, &truth, loss.choice});
                keys.emplace_back(fit.replicate, key);
            }
        }
    }
    std::vector<LossRow> rows = measure_losses(device, requests);
    std::map<int, std::vector<LossRow>> by_replicate;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].key = keys[i].second;
        by_replicate[keys[i].first].push_back(std::move(rows[i]));
    }
    store.transaction([&] {
        for (auto const& [replicate, losses] : by_replicate)
            store.add_losses(cell.id, replicate, losses);
    });
    done.losses = static_cast<long long>(rows.size());
    return done;
}

} // namespace

Remeasured remeasure(Study const& study, Plan const& plan, Store& store, Device& device,
                     std::function<bool()> const& stop)
{
    Remeasured total;
    for (Cell const& cell : plan.cells) {
        if (stop && stop()) {
            total.stopped = true;
            break;
        }
        Remeasured const done = remeasure_cell(study, cell, store, device);
        total.losses += done.losses;
        total.unmeasured += done.unmeasured;
    }
    return total;
}

} // namespace moerate
