#pragma once

/// @file
/// Writers that are killed while they change a file, and what is left of it.

#include "host/store/sqlite.h"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace moerate_test
{

/// All bytes of a file.
inline std::string content(std::string const& file)
{
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// All that SQLite finds wrong in a file.
inline std::string faults(std::string const& file)
{
    moerate::sqlite::Database database(file, moerate::sqlite::Database::Mode::read);
    std::string found;
    moerate::sqlite::Statement pages(database, "PRAGMA integrity_check");
    while (pages.step())
        found += pages.text(0) == "ok" ? "" : pages.text(0);
    moerate::sqlite::Statement references(database, "PRAGMA foreign_key_check");
    while (references.step())
        found += " a row of " + references.text(0);
    return found;
}

inline int calls_left = 0; ///< in the child: calls that change files before it is killed

inline void count_call()
{
    if (calls_left-- == 0)
        kill(getpid(), SIGKILL);
}

/// The call at which the child dies is done by half.
inline ssize_t killing_write(int file, void const* data, std::size_t size)
{
    if (calls_left == 0)
        size = static_cast<std::size_t>(write(file, data, size / 2));
    count_call();
    return write(file, data, size);
}

inline ssize_t killing_pwrite(int file, void const* data, std::size_t size, off_t at)
{
    if (calls_left == 0)
        size = static_cast<std::size_t>(pwrite(file, data, size / 2, at));
    count_call();
    return pwrite(file, data, size, at);
}

inline int killing_unlink(char const* file)
{
    count_call();
    return unlink(file);
}

/// Does `work` in a process that is killed after so many of SQLite's calls that change files;
/// whether it lived to the end.
inline bool lives(int calls, std::function<void()> const& work)
{
    pid_t const child = fork();
    if (child == 0) {
        calls_left = calls;
        sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
        auto const replace = [&](char const* name, auto* call) {
            vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(call));
        };
        replace("write", &killing_write);
        replace("pwrite", &killing_pwrite);
        replace("pwrite64", &killing_pwrite);
        replace("unlink", &killing_unlink);
        try {
            work();
        } catch (...) {
            _exit(1);
        }
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    return WIFEXITED(status);
}

} // namespace moerate_test
