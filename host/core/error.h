#pragma once

/// @file
/// Errors that end a command, each with its exit code (design.md 5). Texts follow one grammar:
/// what is wrong (why) what to do.

#include <stdexcept>
#include <string>

namespace moerate
{

enum class Exit : int
{
    done = 0,
    failure = 1,
    usage = 2,        ///< command line, experiment file or input data
    failed_fits = 3,  ///< finished, with more failed fits than study.max_failed
    store = 4,        ///< store does not match the study, or is damaged
    device = 5,       ///< device not usable
    interrupted = 75, ///< stopped by signal with all finished work saved
    no_reader = 141,  ///< the reader of a pipe went away: nobody is told
};

/// An error for the user.
class Error : public std::runtime_error
{
public:
    Error(Exit code, std::string const& text) : std::runtime_error(text), code_(code) {}
    Exit code() const { return code_; }

private:
    Exit code_;
};

/// Bad input: command line, experiment file, JSON case.
struct UsageError : Error
{
    explicit UsageError(std::string const& text) : Error(Exit::usage, text) {}
};

/// A store that does not match or cannot be read or written.
struct StoreError : Error
{
    explicit StoreError(std::string const& text) : Error(Exit::store, text) {}
};

} // namespace moerate
