#include "host/run/plan.h"

#include "host/study/identity.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
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

Plan make_plan(Study const& study)
{
    Plan plan;
    std::map<std::string, int> cell_at;
    using DataId = std::tuple<TruthId, TruthId, double>; // truth or path, streams, noise
    std::map<DataId, std::vector<int>> curves_of;
    std::vector<DataId> order; // of first appearance
    for (int c = 0; c < static_cast<int>(study.curves.size()); ++c) {
        Curve const& curve = study.curves[c];
        DataId const id{truth_id(moved_truth_key(study, curve, 0)),
                        truth_id(streams_key(study, curve)), curve.noise_variance};
        if (curves_of[id].empty())
            order.push_back(id);
        curves_of[id].push_back(c);
    }
    for (DataId const& id : order) {
        for (int const n : study.n) {
            Curve const& first = study.curves[curves_of[id].front()];
            DataSpec data{curves_of[id].front(), n, {}, data_key(study, first, n, 0), {}};
            data.truth = truth_id(moved_truth_key(study, first, n));
            for (int const c : curves_of[id]) {
                std::string const cell = cell_id(study, study.curves[c], n);
                auto const [at, fresh] = cell_at.try_emplace(cell, plan.cells.size());
                if (fresh) {
                    plan.cells.push_back({cell, c, n, {}});
                    data.cells.push_back(at->second);
                }
                add_losses(plan.cells[at->second], study.curves[c].losses);
            }
            plan.data.push_back(std::move(data));
        }
    }
    return plan;
}

std::vector<PlanLine> plan_lines(Study const& study, Plan const& plan)
{
    std::map<std::string, int> cell_at;
    for (std::size_t c = 0; c < plan.cells.size(); ++c)
        cell_at[plan.cells[c].id] = static_cast<int>(c);
    std::vector<PlanLine> lines;
    for (std::size_t c = 0; c < study.curves.size(); ++c) {
        std::vector<int> cells;
        for (int const n : study.n)
            cells.push_back(cell_at.at(cell_id(study, study.curves[c], n)));
        for (LossSpec const& loss : study.curves[c].losses)
            for (int const cell : cells)
                lines.push_back({static_cast<int>(c), loss, cell});
    }
    return lines;
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

JobNumbers::JobNumbers(Study const& study, Plan const& plan) : first_(plan.data.size())
{
    std::vector<double> cost;
    for (int data = 0; data < static_cast<int>(plan.data.size()); ++data)
        cost.push_back(work_of(study, plan, {data, 0, plan.data[data].cells}).flops);
    std::vector<int> order(plan.data.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return cost[a] > cost[b]; });
    for (std::size_t place = 0; place < order.size(); ++place)
        first_[order[place]] = static_cast<long long>(place) * study.replicates;
}

namespace
{

/// Replicates below `below` of a cell that a store holds, added to `all`.
void add_stored(std::vector<int>& all, Store const* store, std::string const& cell, int below)
{
    if (store == nullptr)
        return;
    std::vector<int> const more = store->replicates(cell);
    std::vector<int> both;
    std::set_union(all.begin(), all.end(), more.begin(),
                   std::lower_bound(more.begin(), more.end(), below), std::back_inserter(both));
    all = std::move(both);
}

} // namespace

MissingJobs::MissingJobs(Study const& study, Plan const& plan, Store const* store,
                         Share const& share)
    : study_(&study), plan_(&plan), numbers_(study, plan), shard_(share.shard),
      stored_(plan.cells.size()), pass_(study.replicates)
{
    for (std::size_t c = 0; c < plan.cells.size(); ++c) {
        add_stored(stored_[c], store, plan.cells[c].id, study.replicates);
        add_stored(stored_[c], share.others, plan.cells[c].id, study.replicates);
    }
}

bool MissingJobs::ours(int data, int replicate) const
{
    return !shard_ || shard_->has(numbers_.of(data, replicate));
}

/// Jobs of one kind of data that belong to the shard, stored or not.
long long MissingJobs::ours_on(int data) const
{
    if (!shard_)
        return study_->replicates;
    auto const below = [&](long long number) { // numbers of the shard that are less
        return (number + shard_->n - shard_->i) / shard_->n;
    };
    return below(numbers_.of(data, study_->replicates)) - below(numbers_.of(data, 0));
}

bool MissingJobs::missing(int cell, int replicate) const
{
    std::vector<int> const& stored = stored_[cell];
    return !std::binary_search(stored.begin(), stored.end(), replicate);
}

void MissingJobs::in_passes(int least_fits)
{
    std::size_t least_cells = plan_->cells.size();
    for (DataSpec const& data : plan_->data)
        least_cells = std::min(least_cells, data.cells.size());
    int const cells = std::max(1, static_cast<int>(least_cells));
    pass_ = std::max((study_->replicates - 1) / 10 + 1, (least_fits - 1) / cells + 1);
}

std::optional<Job> MissingJobs::next()
{
    int const kinds = static_cast<int>(plan_->data.size());
    while (begin_ < study_->replicates) {
        int const end = begin_ + std::min(pass_, study_->replicates - begin_);
        for (; data_ < kinds; ++data_, replicate_ = begin_) {
            while (replicate_ < end) {
                Job job{data_, replicate_++, {}};
                if (!ours(job.data, job.replicate))
                    continue;
                for (int const cell : plan_->data[data_].cells) {
                    if (missing(cell, job.replicate))
                        job.cells.push_back(cell);
                }
                if (!job.cells.empty())
                    return job;
            }
        }
        begin_ = replicate_ = end;
        data_ = 0;
    }
    return std::nullopt;
}

/// Cost of all jobs of one kind of data.
Work MissingJobs::work_on(int data) const
{
    std::vector<int> const& cells = plan_->data[data].cells;
    // Replicates of which nothing is stored are all alike.
    std::set<int> touched;
    for (int const cell : cells)
        for (int const replicate : stored_[cell])
            if (ours(data, replicate))
                touched.insert(touched.end(), replicate);
    Work work = (ours_on(data) - static_cast<long long>(touched.size())) *
                work_of(*study_, *plan_, {data, 0, cells});
    for (int const replicate : touched) {
        Job job{data, replicate, {}};
        for (int const cell : cells)
            if (missing(cell, replicate))
                job.cells.push_back(cell);
        if (!job.cells.empty())
            work += work_of(*study_, *plan_, job);
    }
    return work;
}

Work MissingJobs::work() const
{
    Work work;
    for (int data = 0; data < static_cast<int>(plan_->data.size()); ++data)
        work += work_on(data);
    return work;
}

int MissingJobs::stored(int cell) const
{
    return static_cast<int>(stored_[cell].size());
}

std::vector<Job> missing_jobs(Study const& study, Plan const& plan, Store const* store)
{
    std::vector<Job> jobs;
    MissingJobs missing(study, plan, store);
    while (std::optional<Job> job = missing.next())
        jobs.push_back(std::move(*job));
    return jobs;
}

bool in_float64(Study const& study, Plan const& plan, int cell)
{
    return study.curves[plan.cells[cell].curve].estimator->in_float64();
}

std::vector<Job> jobs_in(Study const& study, Plan const& plan, std::vector<Job> const& jobs,
                         bool float64)
{
    std::vector<Job> part;
    for (Job const& job : jobs) {
        Job one{job.data, job.replicate, {}};
        for (int const cell : job.cells)
            if (in_float64(study, plan, cell) == float64)
                one.cells.push_back(cell);
        if (!one.cells.empty())
            part.push_back(std::move(one));
    }
    return part;
}

} // namespace moerate
