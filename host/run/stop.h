#pragma once

/// @file
/// Stopping by SIGINT, SIGTERM and SIGUSR1 with all finished work saved.

namespace moerate
{

/// While it lives, the first SIGINT, SIGTERM or SIGUSR1 only sets a flag and says so on stderr; a
/// second SIGINT or SIGTERM ends the process at once with 128 + its number. SIGUSR1 never does: a
/// job's script may pass it on beside a SIGTERM that the batch system sends to both. One at a time.
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
