#include "host/core/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace moerate
{
namespace
{

/// Least number of inserted, removed or changed letters between two words, case aside.
std::size_t edit_distance(std::string const& a, std::string const& b)
{
    auto const lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t const above_left = diagonal;
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1,
                               above_left + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1)});
        }
    }
    return row[b.size()];
}

} // namespace

std::string nearest(std::string const& word, std::vector<std::string> const& known)
{
    std::string best;
    std::size_t least = 0;
    for (std::string const& candidate : known) {
        // A word counts as near if at most a third of the longer one differs (one letter always
        // may, unless that is the whole word).
        std::size_t const longer = std::max(word.size(), candidate.size());
        std::size_t const distance = edit_distance(word, candidate);
        if (distance > std::max<std::size_t>(1, longer / 3) || distance == longer)
            continue;
        if (best.empty() || distance < least) {
            best = candidate;
            least = distance;
        }
    }
    return best;
}

std::string joined(std::vector<std::string> const& words)
{
    std::string text;
    for (std::string const& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string format_si(double value)
{
    constexpr char const* prefix[] = {"", "k", "M", "G", "T", "P"};
    int step = 0;
    for (; value >= 999.5 && step < 5; ++step)
        value /= 1000;
    return fmt::format("{:.3g} {}", value, prefix[step]);
}

std::string bytes_text(std::size_t bytes)
{
    return format_si(static_cast<double>(bytes)) + "B";
}

} // namespace moerate
