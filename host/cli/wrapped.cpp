#include "host/cli/wrapped.h"

#include <algorithm>

namespace moerate
{

std::string wrapped(std::string const& text, std::size_t width, std::string const& indent)
{
    std::string result, line;
    auto const end_line = [&] {
        if (!line.empty())
            result += indent + line + "\n";
        line.clear();
    };
    for (std::size_t begin = 0; begin < text.size();) {
        std::size_t const end = std::min(text.find_first_of(" \n", begin), text.size());
        std::string const word = text.substr(begin, end - begin);
        if (!line.empty() && line.size() + 1 + word.size() > width)
            end_line();
        line += (line.empty() ? "" : " ") + word;
        if (end < text.size() && text[end] == '\n')
            end_line();
        begin = end + 1;
    }
    end_line();
    return result;
}

} // namespace moerate
