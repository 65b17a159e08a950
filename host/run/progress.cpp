#include "host/run/progress.h"

#include "host/core/streams.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <unistd.h>

namespace moerate
{
namespace
{

constexpr int bar_width = 24;
constexpr double line_share = 0.1;    ///< a line each tenth of the work
constexpr double line_seconds = 10.0; ///< or each 10 s

} // namespace

ProgressStyle ProgressStyle::of_stderr(bool quiet)
{
    if (quiet)
        return {};
    bool const terminal = isatty(STDERR_FILENO) != 0;
    char const* no_color = std::getenv("NO_COLOR");
    return {stderr, terminal, terminal && (no_color == nullptr || *no_color == 0)};
}

Progress::Progress(ProgressStyle const& style, Work const& total)
    : style_(style), total_(total), begin_(std::chrono::steady_clock::now())
{}

Progress::~Progress()
{
    if (style_.out != nullptr && style_.bar && done_.fits > 0)
        say(style_.out, "\n");
}

double time_left(std::vector<TimedWork> const& done, Work const& total)
{
    Work finished;
    double saving = 0;
    for (TimedWork const& one : done) {
        finished += one.work;
        saving += one.saving;
    }
    if (finished.fits == 0)
        return std::numeric_limits<double>::infinity();
    Work left = total;
    left.fits -= finished.fits;
    left.sample_updates -= finished.sample_updates;
    left.regression_points = std::max(0.0, left.regression_points - finished.regression_points);
    left.effort = std::max(0.0, left.effort - finished.effort);
    return std::max(fitted_time(done).seconds(left),
                    saving / static_cast<double>(finished.fits) * static_cast<double>(left.fits));
}

void Progress::at(std::string const& name)
{
    std::lock_guard<std::mutex> const lock(mutex_);
    name_ = name;
    if (!begun_)
        begin_ = std::chrono::steady_clock::now();
    begun_ = true;
}

void Progress::advance(TimedWork const& block)
{
    std::lock_guard<std::mutex> const lock(mutex_);
    done_ += block.work;
    if (style_.out == nullptr)
        return;
    double const seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    measured_.push_back(block);
    double const share = total_.effort > 0 ? std::min(1.0, done_.effort / total_.effort) : 1.0;
    if (style_.bar) {
        int const filled = static_cast<int>(std::lround(share * bar_width));
        std::string const bar = std::string(filled, '#') + std::string(bar_width - filled, '.');
        say(style_.out, fmt::format("\r{}[{}]{} {}\x1b[K", style_.color ? "\x1b[32m" : "", bar,
                                    style_.color ? "\x1b[0m" : "", text(share, seconds)));
    } else if (share >= 1 || share - shown_share_ >= line_share ||
               seconds - shown_seconds_ >= line_seconds)
    {
        say(style_.out, fmt::format("moerate: {}\n", text(share, seconds)));
        shown_share_ = share;
        shown_seconds_ = seconds;
    }
}

std::string Progress::text(double share, double seconds) const
{
    std::string const left = share < 1 ? format_seconds(time_left(measured_, total_)) : "";
    return fmt::format("{:3.0f} %  {} of {} fits  {}updates/s  {} {}{}", 100 * share, done_.fits,
                       total_.fits, format_si(done_.sample_updates / std::max(seconds, 1e-9)),
                       share < 1 ? "left" : "took", share < 1 ? left : format_seconds(seconds),
                       share < 1 && !name_.empty() ? "  at " + name_ : "");
}

std::string format_seconds(double seconds)
{
    auto const whole = static_cast<long long>(std::ceil(std::max(0.0, seconds)));
    long long const hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours > 0)
        return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
    return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string format_duration(double seconds)
{
    if (seconds >= 60)
        return format_seconds(seconds);
    return seconds < 1 ? fmt::format("{:.2f} s", seconds) : fmt::format("{:.1f} s", seconds);
}

} // namespace moerate
