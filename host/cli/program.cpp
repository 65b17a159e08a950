#include "host/cli/program.h"

#include "host/core/error.h"
#include "host/core/streams.h"
#include "host/core/text.h"
#include "host/device/device.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <new>
#include <unistd.h>

namespace moerate
{
namespace
{

/// Writes "NAME: error: text" and returns the exit code.
int fail(std::string const& name, Exit code, std::string const& text)
{
    say(stderr, name + ": error: " + printable(text, "\n") + "\n");
    return static_cast<int>(code);
}

/// The work, with every error as a message and an exit code.
int outcome_of(std::string const& name, std::function<int()> const& work)
{
    try {
        return work();
    } catch (Error const& error) {
        if (error.code() == Exit::no_reader)
            return static_cast<int>(Exit::no_reader);
        return fail(name, error.code(), error.what());
    } catch (DeviceError const& error) {
        return fail(name, Exit::device, error.what());
    } catch (std::filesystem::filesystem_error const& error) {
        // A name that no file system takes is the user's; all else is the disk's.
        bool const name_of_user = error.code() == std::errc::filename_too_long ||
                                  error.code() == std::errc::too_many_symbolic_link_levels;
        return fail(name, name_of_user ? Exit::usage : Exit::failure,
                    fmt::format("{} cannot be used ({}) {}", error.path1().string(),
                                error.code().message(),
                                name_of_user ? "name another place" : "check disk and rights"));
    } catch (std::bad_alloc const&) {
        return fail(name, Exit::failure,
                    "out of memory (the work does not fit) close other programs or use a smaller n "
                    "or fewer threads");
    } catch (std::exception const& error) {
        return fail(name, Exit::failure, error.what());
    }
}

} // namespace

int run_program(std::string const& name, std::function<int()> const& work)
{
    guard_streams();
    int const code = outcome_of(name, work);
    bool const written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    // As `head` ends a pipeline. What the work itself found out counts for more.
    if (code == static_cast<int>(Exit::no_reader) ||
        (!written && code == 0 && reader_is_gone(STDOUT_FILENO)))
        end_without_reader();
    if (written || reader_is_gone(STDOUT_FILENO))
        return code;
    int const lost = fail(name, Exit::failure,
                          "cannot write to standard output (it is full or closed) send it to "
                          "another place");
    return code == 0 ? lost : code;
}

} // namespace moerate
