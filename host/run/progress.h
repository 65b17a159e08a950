#pragma once

/// @file
/// How far a run is, for people.

#include "host/core/words.h"
#include "host/run/time_model.h"

#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

namespace moerate
{

/// Where and how progress is shown.
struct ProgressStyle
{
    std::FILE* out = nullptr; ///< null: silent
    bool bar = false;         ///< one line that is redrawn (a terminal); else a line now and then
    bool color = false;

    /// On stderr: a bar if it is a terminal, coloured unless NO_COLOR is set; silent if quiet.
    static ProgressStyle of_stderr(bool quiet);
};

/// Seconds that all but `done` of `total` will take, by what was measured; infinite without any.
/// One block is stored while the next is computed: whichever of the two takes longer counts.
double time_left(std::vector<TimedWork> const& done, Work const& total);

/// Shows finished work against the total with rate and time to go. For several threads.
class Progress
{
public:
    Progress(ProgressStyle const& style, Work const& total);
    /// Ends the bar's line.
    ~Progress();
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    /// What is being worked on from now on: "softmax n=1000". The first call starts the clock.
    void at(std::string const& name);
    /// Adds finished work and shows it: a bar always, lines every 10 % or 10 s. Its seconds are
    /// divided by the workers that were at work at a time.
    void advance(TimedWork const& block);

private:
    std::string text(double share, double seconds) const;

    ProgressStyle style_;
    Work total_, done_;
    std::mutex mutex_;
    std::string name_;
    bool begun_ = false;
    std::chrono::steady_clock::time_point begin_;
    std::vector<TimedWork> measured_;
    double shown_share_ = 0, shown_seconds_ = 0;
};

/// A duration as 0:42, 12:05 or 3:04:05, rounded up: time to go.
std::string format_seconds(double seconds);

/// A duration as it is: 0.04 s, 8.4 s, from a minute on as format_seconds has it.
std::string format_duration(double seconds);

} // namespace moerate
