#pragma once

/// @file
/// A user's own data: CSV files with the header x1,...,xd,y.

#include <iosfwd>
#include <string>
#include <vector>

namespace moerate
{

/// Samples as they were read.
struct DataTable
{
    int d = 0;
    int n = 0;
    std::vector<double> x; ///< [n][d]
    std::vector<double> y; ///< [n], or empty
};

/// What a file must have beside x1,...,xd.
enum class Response
{
    needed, ///< a column y
    ignored ///< a column y may be there; it is not read
};

/// Reads CSV; `name` is the file's in messages. A header that names x1,...,xd and y in any order,
/// then a line a sample, commas between, numbers as C writes them. Quotes around a cell, spaces
/// beside it, CRLF, a byte order mark and empty lines are passed over. Throws UsageError with file,
/// line and column for a header of other names, a line of another length, what is no finite number,
/// and for a file without samples.
///
/// No library: those at hand want the number of columns when they are compiled.
DataTable read_table(std::istream& in, std::string const& name, Response response);

} // namespace moerate
