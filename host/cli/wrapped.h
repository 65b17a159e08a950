#pragma once

#include <string>

namespace moerate
{

/// Lines of at most `width` characters (a longer word stays whole), each after `indent`; a line break
/// of the text stays one.
std::string wrapped(std::string const& text, std::size_t width, std::string const& indent);

} // namespace moerate
