#pragma once

/// @file
/// How far a run is, for people.

#include "host/core/words.h"
#include "host/run/plan.h"

#include <chrono>
#include <cstdio>
#include <string>

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

/// Shows finished work against the total with rate and time to go.
class Progress
{
public:
    Progress(ProgressStyle const& style, Work const& total);
    /// Ends the bar's line.
    ~Progress();
    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;

    /// Adds finished work and shows it: a bar always, lines every 10 % or 10 s.
    void advance(Work const& work);

private:
    std::string text(double share, double seconds) const;

    ProgressStyle style_;
    Work total_, done_;
    std::chrono::steady_clock::time_point begin_;
    double shown_share_ = 0, shown_seconds_ = 0;
};

/// A duration as 0:42, 12:05 or 3:04:05.
std::string format_seconds(double seconds);

} // namespace moerate
