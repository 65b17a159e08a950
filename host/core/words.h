#pragma once

/// @file
/// Words in messages.

#include <string>
#include <vector>

namespace moerate
{

/// The known word nearest to `word` (edit distance), empty if none is near.
std::string nearest(std::string const& word, std::vector<std::string> const& known);

/// "a, b, c".
std::string joined(std::vector<std::string> const& words);

} // namespace moerate
