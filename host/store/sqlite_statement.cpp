#include "host/store/sqlite.h"
#include "host/store/sqlite_errors.h"

#include <sqlite3.h>

#include <cstring>
#include <limits>

namespace moerate::sqlite
{

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "parameters are stored little-endian");

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

bool Statement::step_if_readable()
{
    int const code = sqlite3_step(handle_.get());
    if (code != SQLITE_ROW)
        sqlite3_reset(handle_.get());
    return code == SQLITE_ROW;
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

} // namespace moerate::sqlite
