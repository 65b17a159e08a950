// A folder on a file system that has no locks at all, as Lustre without -o flock: these are this
// program's flock and fcntl, so that the library's calls can be told to fail.

#include "host/core/error.h"
#include "host/store/file_lock.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <cerrno>
#include <cstdarg>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

int lock_error = 0; ///< errno of every lock; 0: locks as they are

struct NoLocks
{
    explicit NoLocks(int error) { lock_error = error; }
    ~NoLocks() { lock_error = 0; }
};

int refused_lock()
{
    errno = lock_error;
    return -1;
}

int fcntl_without_locks(int descriptor, int command, void* argument)
{
    if (lock_error != 0 && (command == F_SETLK || command == F_SETLKW || command == F_GETLK))
        return refused_lock();
    return static_cast<int>(::syscall(SYS_fcntl, descriptor, command, argument));
}

} // namespace

extern "C" int flock(int descriptor, int operation)
{
    if (lock_error != 0)
        return refused_lock();
    return static_cast<int>(::syscall(SYS_flock, descriptor, operation));
}

extern "C" int fcntl64(int descriptor, int command, ...) // as SQLite calls it
{
    va_list list;
    va_start(list, command);
    void* const argument = va_arg(list, void*);
    va_end(list);
    return fcntl_without_locks(descriptor, command, argument);
}

extern "C" int fcntl(int descriptor, int command, ...) // as the library does
{
    va_list list;
    va_start(list, command);
    void* const argument = va_arg(list, void*);
    va_end(list);
    return fcntl_without_locks(descriptor, command, argument);
}

TEST_CASE("a writer is refused where the file system has no locks, and readers read")
{
    TempFolder folder;
    Study const study = tiny_study();
    {
        Store store = Store::create(folder.path(), study, Shard{1, 2});
        add_cells(store, study);
        store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.5)});
    }
    for (int const error : {ENOLCK, ENOSYS, EOPNOTSUPP}) {
        NoLocks const here(error);
        try {
            Store::create(folder.path(), study, Shard{2, 2});
            FAIL("written without a lock");
        } catch (StoreError const& refused) {
            CHECK_THAT(refused.what(), Contains("store.2of2.lock") &&
                                           Contains("the file system has no locks") &&
                                           Contains("-o flock"));
        }
        CHECK_FALSE(std::filesystem::exists(folder.path() + "/store.2of2.sqlite"));
        Store const read = Store::open(folder.path());
        CHECK(read.count(cell_row(study, study.curves[0], 100).id).fits == 1);
        CHECK_FALSE(read.being_written());
    }
    CHECK_NOTHROW(Store::create(folder.path(), study, Shard{2, 2}));
}

TEST_CASE("a merged store is read where the file system has no locks")
{
    TempFolder folder;
    Study const study = tiny_study();
    {
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.5)});
    }
    CHECK(can_lock(folder.path("store.sqlite")));
    NoLocks const here(ENOLCK);
    CHECK_FALSE(can_lock(folder.path("store.sqlite")));
    Store const read = Store::open(folder.path());
    CHECK(read.count(cell_row(study, study.curves[0], 100).id).fits == 1);
}
