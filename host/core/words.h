#pragma once

/// @file
/// Words and numbers in messages.

#include <cstddef>
#include <string>
#include <vector>

namespace moerate
{

/// The known word nearest to `word` (edit distance), empty if none is near.
std::string nearest(std::string const& word, std::vector<std::string> const& known);

/// "a, b, c".
std::string joined(std::vector<std::string> const& words);

/// A count with three digits and its SI prefix, such as "9.91 M".
std::string format_si(double value);

/// "9.91 MB".
std::string bytes_text(std::size_t bytes);

} // namespace moerate
