#pragma once

/// @file
/// Locks of store files.

#include <string>

namespace moerate
{

/// Exclusive right to write into a store file, held until the end of the object or of the process,
/// however it ends. Lock file: FOLDER/NAME.
class WriterLock
{
public:
    /// Throws StoreError if another process holds it or the folder cannot be written.
    WriterLock(std::string const& folder, std::string const& name);
    ~WriterLock();
    /// Whether some process holds the lock. Looking takes it for an instant, which a
    /// writer that comes just then waits out.
    static bool held(std::string const& folder, std::string const& name);
    WriterLock(WriterLock const&) = delete;
    WriterLock& operator=(WriterLock const&) = delete;

private:
    int descriptor_;
};

/// Whether SQLite can lock the file; false on a file system that has no locks, as Lustre without
/// -o flock.
bool can_lock(std::string const& file);

} // namespace moerate
