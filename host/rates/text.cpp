#include "host/rates/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <sstream>

namespace moerate
{
namespace
{

/// Widest line of notes.
constexpr std::size_t note_width = 112;

} // namespace

std::size_t width_of(std::string const& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    }));
}

std::string wrapped(std::string const& text)
{
    std::string const indent = "    ";
    std::string lines;
    std::string line;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (!line.empty() && width_of(line) + 1 + width_of(word) > note_width) {
            lines += line + "\n";
            line = indent + word;
        } else {
            line += line.empty() ? word : " " + word;
        }
    }
    return lines + line + "\n";
}

std::string aligned(std::vector<std::vector<std::string>> const& lines)
{
    std::vector<std::size_t> width(lines.front().size(), 0);
    for (auto const& line : lines)
        for (std::size_t c = 0; c < line.size(); ++c)
            width[c] = std::max(width[c], width_of(line[c]));
    std::string text;
    for (auto const& line : lines) {
        std::string out;
        for (std::size_t c = 0; c < line.size(); ++c)
            out += line[c] + std::string(width[c] - width_of(line[c]) + 2, ' ');
        text += out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
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
