#include "host/store/sqlite_errors.h"

#include "host/core/error.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace moerate::sqlite
{

void fail(std::string const& file, int code, std::string const& why)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        throw Error(Exit::failure,
                    fmt::format("disk full while writing {} (all finished blocks are "
                                "saved) free space and run again",
                                file));
    case SQLITE_IOERR:
        throw Error(Exit::failure,
                    fmt::format("cannot read or write {} ({}; all finished blocks are "
                                "saved) check disk and quota and run again",
                                file, why));
    case SQLITE_NOMEM:
        throw Error(Exit::failure, fmt::format("{}: out of memory", file));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        throw StoreError(
            fmt::format("{} is locked (another program holds a transaction open) close "
                        "that program and run again",
                        file));
    case SQLITE_CORRUPT:
        damaged(file, why);
    case SQLITE_NOTADB:
        throw StoreError(fmt::format("{} is not a store (it is no SQLite database) move it away or "
                                     "name another folder; nothing was changed",
                                     file));
    case SQLITE_READONLY:
        if (code == SQLITE_READONLY_DBMOVED)
            throw StoreError(fmt::format(
                "{} was moved or removed while it was written to (what was saved is where "
                "the file is now) put it back and run again, or begin anew",
                file));
        throw StoreError(fmt::format("{} cannot be written ({}) make file and folder writable, or "
                                     "name another folder",
                                     file, why));
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        throw StoreError(
            fmt::format("{} cannot be opened ({}) check that it is a file that you may "
                        "read and write, or name another folder",
                        file, why));
    case SQLITE_CONSTRAINT:
        throw RefusedRow(fmt::format("{} refused a row ({}) the store is as before", file, why));
    default:
        throw StoreError(fmt::format("{}: SQLite error {} ({})", file, code, why));
    }
}

void damaged(std::string const& file, std::string const& why)
{
    std::string line; // SQLite's check has several: a message is one
    for (char const c : why)
        line += c == '\n' ? std::string(", ") : std::string(1, c);
    throw StoreError(fmt::format("{} is damaged ({}) move it away, or save what can be read with "
                                 "`moerate recover`; nothing was changed",
                                 file, line));
}

} // namespace moerate::sqlite
