#include "host/store/sqlite.h"

#include "host/core/error.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>
#include <filesystem>
#include <limits>

namespace moerate::sqlite
{
namespace
{

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "parameters are stored little-endian");

/// Throws the error that belongs to an SQLite result code.
[[noreturn]] void fail(std::string const& file, int code, std::string const& why)
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
        throw StoreError(
            fmt::format("{} is damaged ({}) move it away, or save what can be read with "
                        "`moerate recover`; nothing was changed",
                        file, why));
    case SQLITE_NOTADB:
        throw StoreError(fmt::format("{} is not a store (it is no SQLite database) move it away or "
                                     "name another folder; nothing was changed",
                                     file));
    case SQLITE_READONLY:
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
        throw StoreError(fmt::format("{} refused a row ({}) the store is as before", file, why));
    default:
        throw StoreError(fmt::format("{}: SQLite error {} ({})", file, code, why));
    }
}

} // namespace

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

Database::Database(std::string const& file, Mode mode, int wait_ms) : file_(file)
{
    open(file, mode, wait_ms);
}

Database::Database(std::string const& file, Mode mode, std::string const& shown_as)
    : file_(shown_as)
{
    open(file, mode, 0);
}

void Database::open(std::string const& file, Mode mode, int wait_ms)
{
    // Readers too open for writing where they may: after a kill the next to open the file has to
    // roll the broken transaction back. query_only keeps them from anything else.
    int const flags =
        SQLITE_OPEN_EXRESCODE |
        (mode == Mode::frozen ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE) |
        (mode == Mode::write ? SQLITE_OPEN_CREATE : 0);
    std::string const address = mode == Mode::frozen ? frozen_address(file) : file;
    sqlite3* handle = nullptr;
    int const code = sqlite3_open_v2(address.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) {
        // A folder opened as a file is reported as an input/output error by some systems.
        bool const folder = std::filesystem::is_directory(file);
        fail(file_, folder ? SQLITE_CANTOPEN : code,
             folder ? "it is a folder" : sqlite3_errstr(code));
    }
    sqlite3_busy_timeout(handle, wait_ms);
    if (mode == Mode::read)
        execute("PRAGMA query_only = ON");
    execute("PRAGMA temp_store = MEMORY");
    if (mode == Mode::write || mode == Mode::read)
        check_pages();
}

void Database::check_pages()
{
    Statement check(*this, "PRAGMA quick_check(1)");
    if (check.step() && check.text(0) != "ok")
        fail(file_, SQLITE_CORRUPT, check.text(0));
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

void Statement::Finalize::operator()(sqlite3_stmt* handle) const
{
    sqlite3_finalize(handle);
}

Statement::Statement(Database& database, std::string const& sql) : database_(&database)
{
    sqlite3_stmt* handle = nullptr;
    check(sqlite3_prepare_v2(database.handle_.get(), sql.c_str(), static_cast<int>(sql.size()),
                             &handle, nullptr));
    handle_.reset(handle);
}

void Statement::check(int code) const
{
    if (code != SQLITE_OK)
        fail(database_->file_, code, sqlite3_errmsg(database_->handle_.get()));
}

void Statement::restart()
{
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
}

void Statement::bind(int at, std::nullopt_t)
{
    check(sqlite3_bind_null(handle_.get(), at));
}

void Statement::bind(int at, int value)
{
    check(sqlite3_bind_int(handle_.get(), at, value));
}

void Statement::bind(int at, std::int64_t value)
{
    check(sqlite3_bind_int64(handle_.get(), at, value));
}

void Statement::bind(int at, double value)
{
    check(sqlite3_bind_double(handle_.get(), at, value)); // NaN becomes NULL
}

void Statement::bind(int at, std::string const& value)
{
    check(sqlite3_bind_text64(handle_.get(), at, value.data(), value.size(), SQLITE_TRANSIENT,
                              SQLITE_UTF8));
}

void Statement::bind(int at, std::vector<double> const& value)
{
    if (value.empty())
        bind(at, std::nullopt);
    else
        check(sqlite3_bind_blob64(handle_.get(), at, value.data(), value.size() * sizeof(double),
                                  SQLITE_TRANSIENT));
}

void Statement::bind_value_of(int at, Statement const& row, int column)
{
    check(sqlite3_bind_value(handle_.get(), at, sqlite3_column_value(row.handle_.get(), column)));
}

bool Statement::step()
{
    int const code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    std::string const why = sqlite3_errmsg(database_->handle_.get());
    sqlite3_reset(handle_.get());
    fail(database_->file_, code, why);
}

void Statement::run()
{
    while (step()) {
    }
    sqlite3_reset(handle_.get());
}

std::vector<std::string> Statement::columns() const
{
    std::vector<std::string> names;
    for (int c = 0; c < sqlite3_column_count(handle_.get()); ++c)
        names.emplace_back(sqlite3_column_name(handle_.get(), c));
    return names;
}

bool Statement::null(int column) const
{
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(handle_.get(), column);
}

double Statement::number(int column) const
{
    return null(column) ? std::numeric_limits<double>::quiet_NaN()
                        : sqlite3_column_double(handle_.get(), column);
}

std::string Statement::text(int column) const
{
    auto const* text = reinterpret_cast<char const*>(sqlite3_column_text(handle_.get(), column));
    int const size = sqlite3_column_bytes(handle_.get(), column);
    return text == nullptr ? std::string{} : std::string(text, static_cast<std::size_t>(size));
}

std::vector<double> Statement::numbers(int column) const
{
    void const* blob = sqlite3_column_blob(handle_.get(), column);
    auto const bytes = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    std::vector<double> values(bytes / sizeof(double));
    if (!values.empty())
        std::memcpy(values.data(), blob, values.size() * sizeof(double));
    return values;
}

bool Statement::same_value(int column, Statement const& other, int other_column) const
{
    sqlite3_stmt *const a = handle_.get(), *const b = other.handle_.get();
    int const type = sqlite3_column_type(a, column);
    if (type != sqlite3_column_type(b, other_column))
        return false;
    switch (type) {
    case SQLITE_NULL:
        return true;
    case SQLITE_INTEGER:
        return sqlite3_column_int64(a, column) == sqlite3_column_int64(b, other_column);
    case SQLITE_FLOAT:
        return sqlite3_column_double(a, column) == sqlite3_column_double(b, other_column);
    default: {
        void const *const x = sqlite3_column_blob(a, column), *const y = sqlite3_column_blob(
                                                                  b, other_column);
        int const size = sqlite3_column_bytes(a, column);
        return size == sqlite3_column_bytes(b, other_column) &&
               (size == 0 || std::memcmp(x, y, static_cast<std::size_t>(size)) == 0);
    }
    }
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
