#include "host/run/runner.h"

#include "host/run/pipeline.h"
#include "host/run/remeasure.h"
#include "version.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>

namespace moerate
{
namespace
{

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string now_utc()
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

/// Lines with the time in front, appended to DIR/run.log. A log that cannot be written is no reason
/// to stop: everything in it is in the store as well.
class Log
{
public:
    explicit Log(std::string const& folder) : out_(folder + "/run.log", std::ios::app) {}
    void line(std::string const& text) { out_ << now_utc() << ' ' << text << std::endl; }

private:
    std::ofstream out_;
};

/// Parameters go where they are not wanted.
void drop_parameters(std::vector<FitRow>& rows)
{
    for (FitRow& row : rows) {
        row.start_theta.clear();
        row.theta.clear();
    }
}

RunRow run_row(Device const& device, RunOptions const& options)
{
    RunRow row;
    row.argv = fmt::format("{}", fmt::join(options.argv, " "));
    row.commit = MOE_COMMIT;
    row.dirty = MOE_DIRTY;
    row.build = MOE_BUILD_TYPE;
    row.simd = device.info().simd;
    row.device = device.info().kind + " " + device.info().name;
    row.driver = device.info().driver;
    row.threads = device.info().threads;
    return row;
}

/// One pass over the missing fits.
class Blocks
{
public:
    Blocks(Study const& study, Plan const& plan, Store& store, Device& device,
           RunOptions const& options, Log& log)
        : study_(study), plan_(plan), store_(store), device_(device), options_(options), log_(log),
          single_(device, study, plan), double_(device, study, plan)
    {}

    void run(std::vector<Job> const& jobs, RunReport& report);

private:
    bool precise(Job const& job) const
    {
        return study_.curves[plan_.data[job.data].curve].estimator.double_precision;
    }
    std::size_t memory() const;
    std::vector<Job> next(std::vector<Job> const& jobs, std::size_t from) const;
    void save(std::vector<FitRow>& rows, RunReport& report);

    Study const& study_;
    Plan const& plan_;
    Store& store_;
    Device& device_;
    RunOptions const& options_;
    Log& log_;
    Pipeline<float> single_;
    Pipeline<double> double_;
    double speed_ = 0; ///< flops (of Work) per second, of the blocks so far
};

/// Bytes that a block may use: enough to keep many threads busy, at most half of what is free.
std::size_t Blocks::memory() const
{
    std::size_t const limit = static_cast<std::size_t>(device_.info().kind == "cuda" ? 16 : 1)
                              << 30;
    std::size_t const free = device_.info().free_bytes;
    return free == 0 ? limit : std::min(limit, free / 2);
}

/// Jobs from `from` on that make one block: one precision, about block_seconds of work, bounded
/// memory.
std::vector<Job> Blocks::next(std::vector<Job> const& jobs, std::size_t from) const
{
    std::vector<Job> block;
    Work sum;
    for (std::size_t i = from; i < jobs.size() && precise(jobs[i]) == precise(jobs[from]); ++i) {
        Work work = sum;
        work += work_of(study_, plan_, jobs[i]);
        bool const full =
            work.bytes > memory() || work.flops > speed_ * options_.block_seconds ||
            (options_.block_jobs > 0 && static_cast<int>(block.size()) >= options_.block_jobs);
        if (full && !block.empty())
            break;
        sum = work;
        block.push_back(jobs[i]);
    }
    return block;
}

void Blocks::save(std::vector<FitRow>& rows, RunReport& report)
{
    for (FitRow const& row : rows) {
        report.failed +=
            row.status == FitStatus::not_finite || row.status == FitStatus::diverged ? 1 : 0;
    }
    report.fits += static_cast<long long>(rows.size());
    if (!options_.keep_parameters)
        drop_parameters(rows);
    store_.add_fits(rows);
}

void Blocks::run(std::vector<Job> const& jobs, RunReport& report)
{
    Work total;
    for (Job const& job : jobs)
        total += work_of(study_, plan_, job);
    if (!jobs.empty()) {
        speed_ = measure_speed(study_, device_);
        log_.line(fmt::format("{} fits to do, about {:.0f} s", total.fits, total.flops / speed_));
    }
    Progress progress(options_.progress, total);
    for (std::size_t from = 0; from < jobs.size();) {
        if (options_.stop && options_.stop()) {
            report.interrupted = true;
            return;
        }
        std::vector<Job> const block = next(jobs, from);
        Work work;
        for (Job const& job : block)
            work += work_of(study_, plan_, job);
        auto const begin = Clock::now();
        std::vector<FitRow> rows = precise(block.front()) ? double_.run(block) : single_.run(block);
        save(rows, report);
        double const seconds = seconds_since(begin);
        // The first blocks also pay for the evaluation points: follow the speed slowly.
        speed_ = 0.5 * (speed_ + work.flops / std::max(seconds, 1e-6));
        report.sample_updates += work.sample_updates;
        from += block.size();
        progress.advance(work);
        log_.line(fmt::format("block of {} fits saved, {:.2f} s, {} of {} jobs done", work.fits,
                              seconds, from, jobs.size()));
    }
}

/// Cells whose share of failed fits is above the study's limit.
std::vector<std::string> too_many_failed(Study const& study, Plan const& plan, Store const& store)
{
    std::vector<std::string> result;
    for (Cell const& cell : plan.cells) {
        auto const [fits, failed] = store.count(cell.id);
        if (failed > study.max_failed * fits)
            result.push_back(fmt::format("{} n={}: {} of {}", study.curves[cell.curve].label,
                                         cell.n, failed, fits));
    }
    return result;
}

std::vector<CellRow> cell_rows(Study const& study, Plan const& plan)
{
    std::vector<CellRow> rows;
    for (Cell const& cell : plan.cells) {
        Curve const& curve = study.curves[cell.curve];
        rows.push_back({cell.id, curve.label, cell.n, canonical_curve(study, curve)});
    }
    return rows;
}

} // namespace

RunReport run_study(Study const& study, std::string const& folder, Device& device,
                    RunOptions const& options)
{
    auto const begin = Clock::now();
    Plan const plan = make_plan(study);
    Store store = Store::create(folder, study);
    Log log(folder);
    RunRow const row = run_row(device, options);
    log.line(fmt::format("run of \"{}\", commit {}{}, {} {}, {} threads: {}", study.id, row.commit,
                         row.dirty ? " (dirty)" : "", row.device, row.simd, row.threads, row.argv));
    store.begin_run(row);
    store.add_cells(cell_rows(study, plan));

    RunReport report;
    Remeasured const measured = remeasure(study, plan, store, device, options.stop);
    report.losses = measured.losses;
    report.unmeasured = measured.unmeasured;
    report.interrupted = measured.stopped;
    std::vector<Job> const jobs = missing_jobs(study, plan, &store);
    report.reused = static_cast<long long>(plan.cells.size()) * study.replicates;
    for (Job const& job : jobs)
        report.reused -= static_cast<long long>(job.cells.size());
    Blocks(study, plan, store, device, options, log).run(jobs, report);
    report.too_many_failed = too_many_failed(study, plan, store);
    report.seconds = seconds_since(begin);

    std::string const outcome = report.interrupted ? "interrupted" : "done";
    store.finish_run(outcome);
    log.line(
        fmt::format("{}: {} fits, {} of them failed, {} losses measured on stored fits, {:.1f} s",
                    outcome, report.fits, report.failed, report.losses, report.seconds));
    return report;
}

} // namespace moerate
