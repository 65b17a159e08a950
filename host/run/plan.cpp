#include "host/run/plan.h"

#include "kernels/model/shape.h"

#include "host/study/identity.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace moerate
{
namespace
{

bool same_loss(LossSpec const& a, LossSpec const& b)
{
    return std::tie(a.choice.loss, a.choice.r, a.choice.gauge, a.target) ==
           std::tie(b.choice.loss, b.choice.r, b.choice.gauge, b.target);
}

void add_losses(Cell& cell, std::vector<LossSpec> const& losses)
{
    for (LossSpec const& loss : losses) {
        auto const same = [&](LossSpec const& known) { return same_loss(known, loss); };
        if (std::none_of(cell.losses.begin(), cell.losses.end(), same))
            cell.losses.push_back(loss);
    }
}

} // namespace

Work& Work::operator+=(Work const& other)
{
    fits += other.fits;
    sample_updates += other.sample_updates;
    regression_points += other.regression_points;
    flops += other.flops;
    return *this;
}

Plan make_plan(Study const& study)
{
    Plan plan;
    std::map<std::string, int> cell_at;
    using DataId = std::tuple<std::uint32_t, std::uint32_t, double, bool>;
    std::map<DataId, std::vector<int>> curves_of;
    std::vector<DataId> order; // of first appearance
    for (int c = 0; c < static_cast<int>(study.curves.size()); ++c) {
        Curve const& curve = study.curves[c];
        StreamKey const key = truth_key(study, curve);
        DataId const id{key.key0, key.key1, curve.noise_variance, curve.estimator.double_precision};
        if (curves_of[id].empty())
            order.push_back(id);
        curves_of[id].push_back(c);
    }
    for (DataId const& id : order) {
        for (int const n : study.n) {
            int const any = curves_of[id].front();
            DataSpec data{any, n, {}, data_key(study, study.curves[any], n, 0)};
            for (int const c : curves_of[id]) {
                Curve const& curve = study.curves[c];
                std::string const cell = cell_id(study, curve, n);
                auto const [at, fresh] = cell_at.try_emplace(cell, plan.cells.size());
                if (fresh) {
                    plan.cells.push_back({cell, c, n, {}});
                    data.cells.push_back(at->second);
                }
                add_losses(plan.cells[at->second], curve.losses);
            }
            plan.data.push_back(std::move(data));
        }
    }
    return plan;
}

StreamKey key_of(Plan const& plan, Job const& job)
{
    StreamKey key = plan.data[job.data].key;
    key.replicate = static_cast<std::uint32_t>(job.replicate);
    return key;
}

TruthId truth_id(StreamKey const& key)
{
    return {key.key0, key.key1};
}

std::vector<Job> missing_jobs(Study const& study, Plan const& plan, Store const* store)
{
    std::vector<std::set<int>> stored(plan.cells.size());
    if (store != nullptr) {
        for (std::size_t c = 0; c < plan.cells.size(); ++c) {
            std::vector<int> const known = store->replicates(plan.cells[c].id);
            stored[c].insert(known.begin(), known.end());
        }
    }
    std::vector<Job> jobs;
    for (int data = 0; data < static_cast<int>(plan.data.size()); ++data) {
        for (int replicate = 0; replicate < study.replicates; ++replicate) {
            Job job{data, replicate, {}};
            for (int const cell : plan.data[data].cells) {
                if (stored[cell].count(replicate) == 0)
                    job.cells.push_back(cell);
            }
            if (!job.cells.empty())
                jobs.push_back(std::move(job));
        }
    }
    return jobs;
}

bool in_float64(Study const& study, Plan const& plan, Job const& job)
{
    return study.curves[plan.data[job.data].curve].estimator.double_precision;
}

Work work_of(Study const& study, Plan const& plan, Job const& job)
{
    DataSpec const& data = plan.data[job.data];
    Curve const& source = study.curves[data.curve];
    double const n = data.n;
    Work work;
    work.flops = n * flops_per_prediction(source.truth.model);
    for (int const cell : job.cells) {
        Curve const& curve = study.curves[plan.cells[cell].curve];
        double const updates = n * curve.estimator.settings.epochs;
        double const points = 2.0 * study.regression_samples;
        work.fits += 1;
        work.sample_updates += updates;
        work.regression_points += points;
        work.flops += (2 * updates + points + 2 * n) * flops_per_prediction(curve.model);
    }
    return work;
}

} // namespace moerate
