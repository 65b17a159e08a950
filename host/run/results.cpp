#include "host/run/results.h"

#include "host/core/streams.h"
#include "host/core/text.h"
#include "host/run/runner.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace moerate
{
namespace
{

/// Parameters go where they are not wanted.
void drop_parameters(std::vector<FitRow>& rows)
{
    for (FitRow& row : rows)
        for (Point& point : row.points)
            point.theta.clear();
}

} // namespace

Log::Log(std::string const& file)
    : descriptor_(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0666))
{}

Log::~Log()
{
    if (descriptor_ >= 0)
        close(descriptor_);
}

void Log::line(std::string const& text)
{
    std::lock_guard<std::mutex> const lock(mutex_);
    if (descriptor_ >= 0)
        write_all(descriptor_, fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}\n",
                                           fmt::gmtime(std::time(nullptr)), printable(text)));
}

Results::Results(Store& store, Log& log, RunReport& report, RunOptions const& options,
                 Work const& total, std::size_t workers, Trace* trace)
    : store_(store), log_(log), report_(report), trace_(trace),
      keep_parameters_(options.keep_parameters), total_(total.fits),
      workers_(static_cast<double>(workers)), progress_(options.progress, total)
{}

void Results::save(std::vector<FitRow> rows, Work const& work, std::string const& device,
                   double seconds)
{
    std::lock_guard<std::mutex> const lock(mutex_);
    if (saving_.valid())
        saving_.get();
    saving_ = std::async(std::launch::async, [=, rows = std::move(rows)]() mutable {
        write(rows, work, device, seconds);
    });
}

void Results::finish()
{
    std::lock_guard<std::mutex> const lock(mutex_);
    if (saving_.valid())
        saving_.get();
}

void Results::write(std::vector<FitRow>& rows, Work const& work, std::string const& device,
                    double seconds)
{
    if (!keep_parameters_)
        drop_parameters(rows);
    if (trace_ != nullptr) // before they are stored: what is stored is not done, and traced, again
        trace_->write(rows);
    auto const begin = std::chrono::steady_clock::now();
    store_.add_fits(rows);
    std::chrono::duration<double> const saving = std::chrono::steady_clock::now() - begin;
    for (FitRow const& row : rows) {
        report_.failed += failed(row.status) ? 1 : 0;
    }
    report_.fits += work.fits;
    report_.sample_updates += work.sample_updates;
    progress_.advance({work, seconds / workers_, saving.count()});
    log_.line(fmt::format("block of {} fits on {} saved, {:.2f} s and {:.2f} s to save, {} of {} "
                          "fits done",
                          work.fits, device, seconds, saving.count(), report_.fits, total_));
}

} // namespace moerate
