#pragma once

/// @file
/// Standard streams and descriptors that may be full, closed or gone.

#include <cstdio>
#include <string>
#include <string_view>

namespace moerate
{

/// To be called before anything is opened. Puts /dev/null, opened the wrong way round so that using
/// it fails, in place of each of the descriptors 0 to 2 that is closed: else the next file to be
/// opened, a store perhaps, would get its number, and messages with it. A reader that went away and
/// a file at its size limit are then errors of the write, no longer signals that end the process.
void guard_streams();

/// Writes a message and flushes. Whether it arrives is no reason to end: failures are ignored.
void say(std::FILE* out, std::string_view text) noexcept;

/// Whether what a descriptor leads to is a pipe or socket that nobody reads any more.
bool reader_is_gone(int descriptor) noexcept;

/// Ends the process as a program that knows nothing of SIGPIPE ends where its reader went away:
/// shells say nothing and see 141.
[[noreturn]] void end_without_reader() noexcept;

/// Writes all of `bytes`. False with errno set where that fails.
bool write_all(int descriptor, std::string_view bytes) noexcept;

} // namespace moerate
