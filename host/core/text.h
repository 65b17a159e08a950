#pragma once

/// @file
/// Users' text (UTF-8, or any bytes) on terminals and in shells.

#include <string>
#include <string_view>
#include <vector>

namespace moerate
{

/// `text` with all that would steer a terminal or upset a table shown escaped, as C has it: control
/// characters, line separators and marks of writing direction as \n, \x1b or \u202e, bytes that are
/// no UTF-8 as \xe9. Characters in `kept` stay.
std::string printable(std::string_view text, std::string_view kept = "");

/// Columns that `text` takes on a terminal: two for each wide character (East Asian, emoji), none
/// for combining ones, one for every other and for each byte that is no UTF-8.
std::size_t columns_of(std::string_view text);

/// Lines of aligned cells two spaces between, cells as printable() has them; the first line
/// is the head.
std::string aligned(std::vector<std::vector<std::string>> const& lines);

/// `text` as one word of a shell's command line: as it is where no character means anything there,
/// else 'quoted', or where it is not printable $'as in bash \xe9'. Always UTF-8, for any bytes.
std::string shell_word(std::string const& text);

} // namespace moerate
