#pragma once

/// @file
/// Stopping by SIGINT and SIGTERM with all finished work saved.

namespace moerate
{

/// While it lives, the first SIGINT or SIGTERM only sets a flag and says so on stderr; a second one
/// ends the process at once with 128 + its number. One at a time.
class StopOnSignal
{
public:
    StopOnSignal();
    ~StopOnSignal();
    StopOnSignal(StopOnSignal const&) = delete;
    StopOnSignal& operator=(StopOnSignal const&) = delete;

    /// Whether a signal has come.
    static bool requested();
};

} // namespace moerate
