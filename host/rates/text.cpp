#include "host/rates/text.h"

#include "host/core/text.h"

#include <fmt/format.h>

#include <numeric>
#include <sstream>

namespace moerate
{
namespace
{

/// Widest line of notes.
constexpr std::size_t note_width = 112;

} // namespace

std::string wrapped(std::string const& text)
{
    std::string const indent = "    ";
    std::string lines;
    std::string line;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (!line.empty() && columns_of(line) + 1 + columns_of(word) > note_width) {
            lines += line + "\n";
            line = indent + word;
        } else {
            line += line.empty() ? word : " " + word;
        }
    }
    return lines + line + "\n";
}

std::string counts_text(std::vector<int> const& count, std::vector<int> const& of,
                        std::vector<int> const& n)
{
    if (count == of)
        return fmt::format("all {} fits", std::accumulate(of.begin(), of.end(), 0));
    std::string text;
    for (std::size_t i = 0; i < count.size(); ++i)
        if (count[i] > 0)
            text += fmt::format("{}{} of {}{} at n = {}", text.empty() ? "" : ", ", count[i], of[i],
                                text.empty() ? " fits" : "", n[i]);
    return text;
}

} // namespace moerate
