#include "host/core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cwchar>
#include <locale.h>

namespace moerate
{
namespace
{

/// One character of UTF-8; a byte that does not begin one is taken by itself.
struct Letter
{
    char32_t code;
    std::size_t bytes;
    bool valid;
};

Letter letter_at(std::string_view text, std::size_t at)
{
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    unsigned char const first = byte(0);
    if (first < 0x80)
        return {first, 1, true};
    std::size_t const bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    Letter const none{first, 1, false};
    if (first < 0xc2 || first > 0xf4 || text.size() - at < bytes)
        return none;
    char32_t code = first & (0xff >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return none;
        code = code << 6 | (byte(i) & 0x3f);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least[bytes] || surrogate || code > 0x10ffff)
        return none;
    return {code, bytes, true};
}

/// Control characters, line separators, marks and embeddings of writing direction.
bool steers(char32_t code)
{
    auto const within = [code](char32_t low, char32_t high) { return low <= code && code <= high; };
    return code < 0x20 || within(0x7f, 0x9f) || within(0x200e, 0x200f) || within(0x2028, 0x202e) ||
           within(0x2066, 0x2069);
}

std::string escaped(Letter const& letter)
{
    switch (letter.code) {
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return fmt::format(letter.bytes == 1 ? "\\x{:02x}" : "\\u{:04x}",
                           static_cast<unsigned>(letter.code));
    }
}

/// Columns of one character, as the C library knows them in the locale C.UTF-8, whatever locale
/// the user has; 1 where the system lacks that one or does not know the character.
std::size_t columns_of(char32_t code)
{
    static locale_t const utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
    if (utf8 == locale_t{})
        return 1;
    locale_t const before = uselocale(utf8);
    int const columns = wcwidth(static_cast<wchar_t>(code));
    uselocale(before);
    return columns < 0 ? 1 : static_cast<std::size_t>(columns);
}

/// Whether a shell takes the character for nothing but itself.
bool plain_in_shell(char c)
{
    auto const byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0 ||
           std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

} // namespace

std::string printable(std::string_view text, std::string_view kept)
{
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        Letter const letter = letter_at(text, at);
        bool const keep =
            letter.valid && (!steers(letter.code) || kept.find(text[at]) != std::string_view::npos);
        if (keep)
            shown += text.substr(at, letter.bytes);
        else
            shown += escaped(letter);
        at += letter.bytes;
    }
    return shown;
}

std::size_t columns_of(std::string_view text)
{
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size();) {
        Letter const letter = letter_at(text, at);
        bool const simple = letter.bytes == 1;
        columns += simple ? 1 : columns_of(letter.code);
        at += letter.bytes;
    }
    return columns;
}

std::string aligned(std::vector<std::vector<std::string>> const& lines)
{
    std::vector<std::size_t> width(lines.front().size(), 0);
    for (auto const& line : lines)
        for (std::size_t c = 0; c < line.size(); ++c)
            width[c] = std::max(width[c], columns_of(printable(line[c])));
    std::string text;
    for (auto const& line : lines) {
        std::string out;
        for (std::size_t c = 0; c < line.size(); ++c) {
            std::string const cell = printable(line[c]);
            out += cell + std::string(width[c] - columns_of(cell) + 2, ' ');
        }
        text += out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string shell_word(std::string const& text)
{
    bool const readable = printable(text) == text;
    if (readable && !text.empty() && std::all_of(text.begin(), text.end(), plain_in_shell))
        return text;
    std::string quoted = readable ? "'" : "$'";
    for (std::size_t at = 0; at < text.size();) {
        Letter const letter = letter_at(text, at);
        std::string const bytes = text.substr(at, letter.bytes);
        at += letter.bytes;
        if (readable)
            quoted += bytes == "'" ? "'\\''" : bytes;
        else if (bytes == "'" || bytes == "\\")
            quoted += "\\" + bytes;
        else if (letter.valid && !steers(letter.code))
            quoted += bytes;
        else
            for (char const byte : bytes)
                quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    return quoted + "'";
}

} // namespace moerate
