#pragma once

/// @file
/// A CSV text as rows, for tests of exports. No field holds a line break.

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace moerate_test
{

using CsvRow = std::map<std::string, std::string>; ///< column to field

inline std::vector<std::string> csv_fields(std::string const& line)
{
    std::vector<std::string> all{""};
    bool quoted = false;
    for (char const c : line)
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            all.emplace_back();
        else
            all.back() += c;
    return all;
}

/// The lines below the head.
inline std::vector<CsvRow> csv_table(std::string const& text)
{
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    auto const head = csv_fields(line);
    std::vector<CsvRow> rows;
    while (std::getline(lines, line)) {
        auto const row = csv_fields(line);
        if (row.size() != head.size())
            throw std::runtime_error("not as many fields as the head has: " + line);
        rows.emplace_back();
        for (std::size_t c = 0; c < head.size(); ++c)
            rows.back()[head[c]] = row[c];
    }
    return rows;
}

} // namespace moerate_test
