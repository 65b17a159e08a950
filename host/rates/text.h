#pragma once

/// @file
/// Text of tables and notes.

#include <string>
#include <vector>

namespace moerate
{

/// Columns of a terminal, by code points: labels are UTF-8.
std::size_t width_of(std::string const& text);

/// `text` in lines that fit a note, all but the first indented.
std::string wrapped(std::string const& text);

/// Lines of aligned cells, two spaces between; the first line is the head.
std::string aligned(std::vector<std::vector<std::string>> const& lines);

/// "2 of 5 fits at n = 100, 3 of 5 at n = 400": counts above 0 of so many fits; "all 15 fits" where
/// it is all.
std::string counts_text(std::vector<int> const& count, std::vector<int> const& of,
                        std::vector<int> const& n);

} // namespace moerate
