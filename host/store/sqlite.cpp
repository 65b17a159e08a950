#include "host/store/sqlite.h"

#include "host/store/sqlite_errors.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

namespace moerate::sqlite
{
void Database::Close::operator()(sqlite3* handle) const
{
    sqlite3_close_v2(handle);
}

namespace
{

/// A file as an address in which nothing means anything but its path.
std::string frozen_address(std::string const& file)
{
    std::string address = "file:";
    for (char const c : file)
        address += c == '%' || c == '?' || c == '#' ? fmt::format("%{:02x}", c) : std::string(1, c);
    return address + "?immutable=1";
}

} // namespace

Database::Database(std::string const& file, Mode mode, int wait_ms)
    : file_(file), path_(file), mode_(mode)
{
    open(wait_ms);
}

Database::Database(std::string const& file, Mode mode, std::string const& shown_as)
    : file_(shown_as), path_(file), mode_(mode)
{
    open(0);
}

std::unique_ptr<Database> Database::another() const
{
    auto other = std::make_unique<Database>(
        path_, mode_ == Mode::frozen ? Mode::frozen : Mode::beside, usual_wait_ms);
    other->file_ = file_;
    return other;
}

void Database::open(int wait_ms)
{
    // Readers too open for writing where they may: after a kill the next to open the file has to
    // roll the broken transaction back. query_only keeps them from anything else.
    // No locks of SQLite's own, some hundred a fit: one thread at a time uses a connection.
    int const flags =
        SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX |
        (mode_ == Mode::frozen ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE) |
        (mode_ == Mode::write ? SQLITE_OPEN_CREATE : 0);
    std::string const address = mode_ == Mode::frozen ? frozen_address(path_) : path_;
    sqlite3* handle = nullptr;
    int const code = sqlite3_open_v2(address.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) {
        // A folder opened as a file is reported as an input/output error by some systems.
        bool const folder = std::filesystem::is_directory(path_);
        fail(file_, folder ? SQLITE_CANTOPEN : code,
             folder ? "it is a folder" : sqlite3_errstr(code));
    }
    sqlite3_busy_timeout(handle, wait_ms);
    if (mode_ == Mode::read || mode_ == Mode::beside)
        execute("PRAGMA query_only = ON");
    execute("PRAGMA temp_store = MEMORY");
    if (mode_ == Mode::write || mode_ == Mode::read)
        check_pages();
}

void Database::check_pages()
{
    Snapshot const one_state(*this);
    Statement check(*this, "PRAGMA quick_check(1)");
    if (check.step() && check.text(0) != "ok")
        fail(file_, SQLITE_CORRUPT, check.text(0));
    std::error_code not_yet_there; // SQLite makes a file when it first writes
    std::uintmax_t const size =
        std::filesystem::file_size(sqlite3_db_filename(handle_.get(), "main"), not_yet_there);
    if (!not_yet_there)
        check_last_page(size);
}

void Database::check_last_page(std::uintmax_t size)
{
    if (size % static_cast<std::uintmax_t>(integer("PRAGMA page_size")) != 0)
        damaged(file_, "it was cut off within its last page");
}

void Database::execute(std::string const& sql)
{
    int const code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(file_, code, sqlite3_errmsg(handle_.get()));
}

std::int64_t Database::integer(std::string const& sql)
{
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

void Database::copy_to(std::string const& file) const
{
    std::error_code reason;
    std::filesystem::remove(file, reason); // opening says why it cannot be written
    Database copy(file, Mode::write);
    copy.execute("PRAGMA journal_mode = OFF"); // a copy that is not whole is worth nothing
    // SQLite's own way: another descriptor of this file would drop the locks on it when it closes.
    sqlite3_backup* const backup =
        sqlite3_backup_init(copy.handle_.get(), "main", handle_.get(), "main");
    if (backup != nullptr)
        sqlite3_backup_step(backup, -1);
    int const code =
        backup == nullptr ? sqlite3_errcode(copy.handle_.get()) : sqlite3_backup_finish(backup);
    if (code != SQLITE_OK)
        fail(file, code, sqlite3_errmsg(copy.handle_.get()));
}

bool Database::in_transaction() const
{
    return sqlite3_get_autocommit(handle_.get()) == 0;
}

int Database::changes() const
{
    return sqlite3_changes(handle_.get());
}

void Database::rollback() noexcept
{
    if (in_transaction())
        sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Snapshot::Snapshot(Database& database) : database_(database.in_transaction() ? nullptr : &database)
{
    if (database_ != nullptr)
        database_->execute("BEGIN");
}

Snapshot::~Snapshot()
{
    if (database_ != nullptr)
        database_->rollback();
}

} // namespace moerate::sqlite
