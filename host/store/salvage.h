#pragma once

/// @file
/// Rows of a file whose pages are damaged.

#include "host/store/sqlite.h"

#include <memory>
#include <string>

namespace moerate
{

/// A copy of a damaged file in which a broken transaction is undone and a page that was cut through
/// is left out; it goes away with the object. SQLite then refuses what leads to missing pages, and
/// reads the rest.
class Salvage
{
public:
    /// `file` is copied to `copy`. Throws Error where it cannot be copied.
    Salvage(std::string const& file, std::string const& copy);
    ~Salvage();
    Salvage(Salvage const&) = delete;
    Salvage& operator=(Salvage const&) = delete;

    /// Its format; 0 where that cannot be read.
    int format();
    /// The study's text; empty where it cannot be read.
    std::string study();
    /// Copies the rows of a table that can be read into the same table of `to`; whether these are
    /// all.
    bool copy_rows(std::string const& table, sqlite::Database& to);

private:
    void copy_row(sqlite::Statement& row, sqlite::Statement& insert, int columns);
    std::string copy_;
    std::unique_ptr<sqlite::Database> database_; ///< null where not even the first page is there
};

} // namespace moerate
