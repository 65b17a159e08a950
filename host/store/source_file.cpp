#include "host/store/source_file.h"

#include "host/core/error.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace moerate
{
namespace
{

using Version = SourceFile::Version;
namespace files = std::filesystem;

/// Saving a block takes milliseconds, on a slow network file system a second.
constexpr int most_tries = 60;
constexpr std::chrono::milliseconds pause_between{100};
/// A journal that is there for so long is of a writer that was killed.
constexpr int tries_of_a_writer = 20;

long long nanoseconds(timespec const& time)
{
    return 1000000000LL * time.tv_sec + time.tv_nsec;
}

/// What is there under a name, found by opening it: a network file system asks its server anew
/// then.
struct Glance
{
    bool there = false;
    long long size = 0, changed = 0;
    unsigned char head[28] = {}; ///< first bytes
};

Glance glance_at(std::string const& file)
{
    Glance glance;
    int const descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return glance;
    struct stat info = {};
    if (::fstat(descriptor, &info) == 0) {
        glance.there = true;
        glance.size = info.st_size;
        glance.changed = nanoseconds(info.st_mtim);
        if (::pread(descriptor, glance.head, sizeof glance.head, 0) < 0)
            glance.size = 0;
    }
    ::close(descriptor);
    return glance;
}

std::string journal_of(std::string const& file)
{
    return file + "-journal";
}

Version version_of(std::string const& file)
{
    // The journal first: it is written before the file, and goes after it.
    Glance const journal = glance_at(journal_of(file)), own = glance_at(file);
    Version version;
    version.size = own.size;
    version.changed = own.changed;
    for (int i = 24; i < 28; ++i) // SQLite's change counter, of each transaction
        version.counter = 256 * version.counter + own.head[i];
    if (journal.there) {
        version.journal_size = journal.size;
        version.journal_changed = journal.changed;
        version.hot = journal.size > 0 && journal.head[0] != 0;
    }
    return version;
}

[[noreturn]] void restless(std::string const& file)
{
    throw StoreError(fmt::format(
        "{} changes faster than it can be read (a run is writing it) ask again later", file));
}

} // namespace

bool SourceFile::Version::operator==(Version const& other) const
{
    return size == other.size && changed == other.changed && counter == other.counter &&
           journal_size == other.journal_size && journal_changed == other.journal_changed;
}

SourceFile::SourceFile(std::string const& file, Reading reading, Check check)
    : file_(file), reading_(reading)
{
    if (reading == Reading::locked)
        open_locked(check);
    else if (check != Check::never)
        ask([](sqlite::Database& database) {
            database.check_pages();
            return true;
        });
}

void SourceFile::open_locked(Check check)
{
    using Mode = sqlite::Database::Mode;
    database_ = std::make_unique<sqlite::Database>(file_, check == Check::first ? Mode::read
                                                                                : Mode::beside);
    if (check != Check::beside)
        return;
    try {
        // Undoes a broken transaction first, for which a connection must be alone.
        database_->integer("PRAGMA schema_version");
        std::shared_ptr<sqlite::Database> const other = database_->another();
        check_ = std::async(std::launch::async, [other] { other->check_pages(); }).share();
    } catch (std::exception const&) { // unreadable, or no thread to be had
        database_->check_pages();
    }
}

SourceFile::SourceFile(std::unique_ptr<sqlite::Database> database)
    : file_(database->file()), reading_(Reading::locked), database_(std::move(database))
{}

SourceFile::~SourceFile()
{
    database_.reset();
    std::error_code nothing_lost;
    if (!copy_.empty())
        files::remove_all(copy_, nothing_lost);
}

bool SourceFile::unchanged() const
{
    return copied_ || (version_ && *version_ == version_of(file_));
}

void SourceFile::changed_meanwhile() const
{
    throw StoreError(
        fmt::format("{} has changed while it was read (a run has begun to write it) do "
                    "the same again; nothing was changed",
                    file_));
}

/// Opens the state of the file that is there now, unless that is open.
void SourceFile::refresh(int tries)
{
    for (;; ++tries) {
        if (tries > 0)
            std::this_thread::sleep_for(pause_between);
        if (tries > most_tries)
            restless(file_);
        Version const now = version_of(file_);
        if (version_ && *version_ == now && (copied_ || first_copy_ > 0))
            return;
        version_.reset();
        database_.reset();
        if (now.hot && tries < tries_of_a_writer)
            continue; // a block that is being saved
        copied_ = now.hot || tries >= first_copy_;
        if (copied_)
            open_copy(now);
        else
            database_ = std::make_unique<sqlite::Database>(file_, sqlite::Database::Mode::frozen);
        if (database_ != nullptr && version_of(file_) == now) {
            version_ = now;
            if (!copied_)
                database_->check_last_page(static_cast<std::uintmax_t>(now.size));
            return;
        }
    }
}

/// Opens a copy, where SQLite undoes the broken transaction: what is there is its owner's.
void SourceFile::open_copy(Version const& version)
{
    if (copy_.empty()) {
        std::string folder = (files::temp_directory_path() / "moerate-XXXXXX").string();
        if (::mkdtemp(folder.data()) == nullptr)
            throw Error(Exit::failure, fmt::format("cannot make a folder in {} (needed for a copy "
                                                   "of {}) set TMPDIR to one that has room",
                                                   files::temp_directory_path().string(), file_));
        copy_ = folder;
    }
    std::string const copy = copy_ + "/" + files::path(file_).filename().string();
    std::error_code none, reason;
    auto const over = files::copy_options::overwrite_existing;
    files::copy_file(file_, copy, over, reason);
    files::remove(journal_of(copy), none);
    if (!reason && version.journal_size >= 0)
        files::copy_file(journal_of(file_), journal_of(copy), over, reason);
    if (!(version_of(file_) == version)) // it is torn, and the next try's
        return;
    if (reason) // half of a journal would undo half of a transaction
        throw Error(Exit::failure,
                    fmt::format("cannot copy {} to {} ({}) set TMPDIR to one that has room", file_,
                                copy_, reason.message()));
    database_ = std::make_unique<sqlite::Database>(copy, sqlite::Database::Mode::read, file_);
}

} // namespace moerate
