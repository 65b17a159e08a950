#include "host/store/file_lock.h"

#include "host/core/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace moerate
{
namespace
{

/// Whether that is how locks fail on a file system that has none.
bool without_locks(int error)
{
    return error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL;
}

/// Takes the lock, in a second try where another process only looked whether it is held (errno says
/// why not).
bool lock_soon(int descriptor)
{
    for (int tries = 0; ::flock(descriptor, LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (errno != EWOULDBLOCK || tries == 10)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

} // namespace

WriterLock::WriterLock(std::string const& folder, std::string const& name)
{
    std::string const file = folder + "/" + name;
    // Not a lock on the database file itself: closing any descriptor of it would drop SQLite's own
    // locks.
    descriptor_ = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    if (descriptor_ < 0) {
        std::string const why = std::strerror(errno);
        if (errno == ENOSPC || errno == EDQUOT)
            throw Error(Exit::failure,
                        fmt::format("disk full: cannot create {} ({}) free space and "
                                    "run again",
                                    file, why));
        throw StoreError(fmt::format("cannot write into {} ({}) make the folder writable, or name "
                                     "another one with -o",
                                     folder, why));
    }
    if (!lock_soon(descriptor_)) {
        int const reason = errno;
        ::close(descriptor_);
        if (reason == EWOULDBLOCK)
            throw StoreError(fmt::format(
                "{} is in use (another `moerate run` holds {} and is writing there) wait "
                "for it, or name another folder with -o",
                folder, name));
        throw StoreError(fmt::format(
            "cannot lock {} ({}{}) name a folder on another file system, or have this one mounted "
            "with locks (Lustre: -o flock or localflock)",
            file, std::strerror(reason),
            without_locks(reason) ? ": the file system has no locks" : ""));
    }
}

bool WriterLock::held(std::string const& folder, std::string const& name)
{
    int const descriptor = ::open((folder + "/" + name).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    bool const held = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(descriptor);
    return held;
}

WriterLock::~WriterLock()
{
    ::close(descriptor_);
}

bool can_lock(std::string const& file)
{
    int const descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return true; // whoever opens it says why not
    struct flock asked = {};
    asked.l_type = F_RDLCK;
    asked.l_whence = SEEK_SET;
    bool const refused = ::fcntl(descriptor, F_GETLK, &asked) != 0 && without_locks(errno);
    ::close(descriptor);
    return !refused;
}

} // namespace moerate
