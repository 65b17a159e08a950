#include "host/store/salvage.h"

#include "host/core/error.h"
#include "host/store/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace moerate
{
namespace
{

namespace fs = std::filesystem;

/// Rows in a row that cannot be read before the rest is given up: about as many as one lost page of
/// a table's tree leads to, some hundred pages of up to a hundred rows.
constexpr long long most_gap = 30000;

std::string journal_name(std::string const& file)
{
    return file + "-journal";
}

/// Bytes 16 and 17 of SQLite's header; 0 where there is none.
std::uintmax_t page_size(std::string const& file)
{
    std::ifstream in(file, std::ios::binary);
    unsigned char head[18] = {};
    if (!in.read(reinterpret_cast<char*>(head), sizeof head))
        return 0;
    std::uintmax_t const size = 256u * head[16] + head[17];
    return size == 1 ? 65536 : size;
}

/// Leaves out a last page that is there in part: its end would read as zeros.
void cut_to_pages(std::string const& file)
{
    std::uintmax_t const page = page_size(file), size = fs::file_size(file);
    if (page >= 512 && size % page != 0)
        fs::resize_file(file, size / page * page);
}

} // namespace

int Salvage::format()
{
    try {
        return database_ ? format_of(*database_) : 0;
    } catch (Error const&) {
        return 0;
    }
}

Salvage::Salvage(std::string const& file, std::string const& copy) : copy_(copy)
{
    std::error_code reason;
    auto const over = fs::copy_options::overwrite_existing;
    fs::copy_file(file, copy, over, reason);
    if (reason)
        throw Error(Exit::failure, fmt::format("cannot copy {} ({}) free space and run again", file,
                                               reason.message()));
    fs::remove(journal_name(copy), reason);
    if (fs::exists(journal_name(file)))
        fs::copy_file(journal_name(file), journal_name(copy), over, reason);
    using Mode = sqlite::Database::Mode;
    try {
        sqlite::Database(copy, Mode::unchecked).integer("PRAGMA user_version"); // undoes
    } catch (Error const&) {
        // What a journal cannot undo is read as it is.
    }
    fs::remove(journal_name(copy), reason);
    cut_to_pages(copy);
    try {
        database_ = std::make_unique<sqlite::Database>(copy, Mode::unchecked);
        // Without it a file that is shorter than its header says is refused as a whole.
        database_->execute("PRAGMA writable_schema = ON");
        database_->execute("BEGIN"); // or each row would look for a journal
    } catch (Error const&) {
        database_.reset();
    }
}

Salvage::~Salvage()
{
    database_.reset();
    std::error_code nothing_lost;
    fs::remove(copy_, nothing_lost);
    fs::remove(journal_name(copy_), nothing_lost);
}

std::string Salvage::study()
{
    try {
        if (database_ != nullptr) {
            sqlite::Statement row(*database_, "SELECT toml FROM study");
            return row.step() ? row.text(0) : std::string{};
        }
    } catch (Error const&) {
        // not to be read
    }
    return {};
}

void Salvage::copy_row(sqlite::Statement& row, sqlite::Statement& insert, int columns)
{
    insert.restart();
    for (int i = 0; i < columns; ++i)
        insert.bind_value_of(i + 1, row, i);
    try {
        insert.run();
    } catch (StoreError const&) {
        // a row that the table's own rules refuse was no row
    }
}

bool Salvage::copy_rows(std::string const& table, sqlite::Database& to)
{
    if (database_ == nullptr)
        return false;
    std::vector<std::string> columns;
    try {
        columns = sqlite::Statement(*database_, "SELECT * FROM " + table).columns();
    } catch (Error const&) {
        return false; // the schema itself is lost
    }
    auto const names = fmt::format("\"{}\"", fmt::join(columns, "\", \""));
    int const count = static_cast<int>(columns.size());
    sqlite::Statement insert(
        to, fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING", table, names,
                        fmt::join(std::vector<std::string>(columns.size(), "?"), ", ")));
    sqlite::Statement next(*database_,
                           fmt::format("SELECT {}, rowid FROM {} NOT INDEXED WHERE rowid "
                                       "> ? ORDER BY rowid",
                                       names, table));
    sqlite::Statement one(
        *database_, fmt::format("SELECT {} FROM {} NOT INDEXED WHERE rowid = ?", names, table));
    // Row after row as long as that goes; over a gap each row by its number.
    bool whole = true;
    for (std::int64_t last = 0, gap = 0; gap < most_gap; whole = false) {
        try {
            next.with(last);
            while (next.step()) {
                copy_row(next, insert, count);
                last = next.integer(count);
                gap = 0;
            }
            return whole;
        } catch (Error const&) {
            // the next row cannot be reached
        }
        for (bool found = false; !found && gap < most_gap; ++gap)
            if ((found = one.with(++last).step_if_readable()))
                copy_row(one, insert, count);
    }
    return false;
}

} // namespace moerate
