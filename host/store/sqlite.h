#pragma once

/// @file
/// SQLite with owned handles and errors that say what to do. NaN and NULL are the same thing here;
/// vectors of numbers are BLOBs of float64, little-endian, an empty one is NULL.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace moerate::sqlite
{

/// An open database file. One thread at a time uses it and its statements.
class Database
{
public:
    enum class Mode
    {
        write,     ///< creates the file if there is none
        read,      ///< never changes content
        unchecked, ///< as write, of a file that is known to be damaged
        beside,    ///< as read, of a file whose pages another connection checks
        frozen ///< reads a file that nobody changes meanwhile, without locks; a journal beside it
               ///< is not looked at, and its pages are not checked
    };

    static constexpr int usual_wait_ms = 30000;

    /// Opens `file` and checks its pages (PRAGMA quick_check). Waits up to `wait_ms` milliseconds
    /// for locks of other processes, now and later. Throws StoreError if the file cannot be opened,
    /// is damaged or is no database; nothing is overwritten then.
    Database(std::string const& file, Mode mode, int wait_ms = usual_wait_ms);
    /// The same of a copy of `shown_as`, which is what messages name.
    Database(std::string const& file, Mode mode, std::string const& shown_as);

    /// Another connection to the file of a reader, for another thread; it does not check pages.
    std::unique_ptr<Database> another() const;

    /// Throws StoreError where a page is damaged.
    void check_pages();

    /// Throws StoreError where a file of `size` bytes ends within a page. SQLite misses a page that
    /// is not there, but takes zeros for the end of one that is cut off: rows would read as NULL,
    /// or, worse, as 0.
    void check_last_page(std::uintmax_t size);

    /// Runs statements that return nothing. Throws as Statement::step.
    void execute(std::string const& sql);

    /// First column of the first row of a query, as an integer.
    std::int64_t integer(std::string const& sql);

    /// Copies the whole database into another file, whatever that held. Throws as Statement::step.
    void copy_to(std::string const& file) const;

    std::string const& file() const { return file_; }
    bool in_transaction() const;
    /// Rows that the last statement has changed.
    int changes() const;
    /// Leaves the open transaction, if there is one, without its changes.
    void rollback() noexcept;

private:
    friend class Statement;
    void open(int wait_ms);
    struct Close
    {
        void operator()(sqlite3* handle) const;
    };
    std::string file_;
    std::string path_; ///< what is open: the file, or its copy
    Mode mode_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement. The database must outlive it.
class Statement
{
public:
    Statement(Database& database, std::string const& sql);

    /// Starts over with these values in place of the question marks.
    template <class... Value>
    Statement& with(Value const&... values)
    {
        restart();
        int at = 0;
        (bind(++at, values), ...);
        return *this;
    }

    /// Starts over and frees the values; bind() sets them one by one, counted from 1.
    void restart();
    void bind(int at, std::nullopt_t);
    void bind(int at, int value);
    void bind(int at, std::int64_t value);
    void bind(int at, double value);
    void bind(int at, std::string const& value);
    void bind(int at, std::vector<double> const& value);
    template <class T>
    void bind(int at, std::optional<T> const& value)
    {
        if (value)
            bind(at, *value);
        else
            bind(at, std::nullopt);
    }

    /// Binds the value of a column of another statement's row, as it is stored there.
    void bind_value_of(int at, Statement const& row, int column);

    /// Goes to the next row; false when there is none. Throws StoreError (locked, damaged, not
    /// writable, content refused) or Error with Exit::failure (disk full, input/output error).
    bool step();
    /// The same in a damaged file: false, too, where the row cannot be read.
    bool step_if_readable();
    /// Runs a statement that returns no rows.
    void run();

    /// Names of the result's columns, also before the first row.
    std::vector<std::string> columns() const;

    /// Columns of the row, counted from 0.
    bool null(int column) const;
    std::int64_t integer(int column) const;
    double number(int column) const;
    std::string text(int column) const;
    std::vector<double> numbers(int column) const;
    /// Whether two columns hold the same value, of the same type and to the last bit.
    bool same_value(int column, Statement const& other, int other_column) const;

private:
    struct Finalize
    {
        void operator()(sqlite3_stmt* handle) const;
    };
    void check(int code) const;
    Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// While it lives, all queries see one state of the file. Nothing inside a transaction, which sees
/// one state anyway.
class Snapshot
{
public:
    explicit Snapshot(Database& database);
    ~Snapshot();
    Snapshot(Snapshot const&) = delete;
    Snapshot& operator=(Snapshot const&) = delete;

private:
    Database* database_; ///< null where there is nothing to end
};

} // namespace moerate::sqlite
