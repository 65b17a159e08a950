#include "host/core/json.h"

#include "host/core/error.h"
#include "host/core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

namespace moerate
{
namespace
{

using nlohmann::json;

/// Walks through the tokens of a JSON text for what its parser does not mind. The text may be no
/// JSON at all: telling that is the parser's business.
class Walk
{
public:
    Walk(std::string const& text, std::string const& name) : text_(text), name_(name) {}

    void check()
    {
        for (; at_ < text_.size(); ++at_)
            switch (text_[at_]) {
            case '\n':
                ++line_;
                line_begin_ = at_ + 1;
                break;
            case '{':
            case '[':
                open();
                break;
            case '}':
            case ']':
                if (!open_.empty())
                    open_.pop_back();
                break;
            case '"':
                string();
                break;
            default:
                if (text_[at_] == '-' || (text_[at_] >= '0' && text_[at_] <= '9'))
                    number();
                break;
            }
    }

private:
    /// Where each key of an object or list stands; a list has none.
    using Keys = std::map<std::string, std::string>;

    std::string place(std::size_t at) const
    {
        return fmt::format("{}:{}", line_, at - line_begin_ + 1);
    }

    void open()
    {
        open_.emplace_back();
        if (open_.size() > static_cast<std::size_t>(deepest_nesting))
            throw UsageError(fmt::format("{}:{}: lists and objects are nested more than {} deep "
                                         "(nothing that is read here is) take some levels out",
                                         name_, place(at_), deepest_nesting));
    }

    /// Goes to the closing quote; if a colon follows, the string is a key.
    void string()
    {
        std::size_t const begin = at_;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
            at_ += text_[at_] == '\\' ? 1 : 0;
        std::size_t const next = text_.find_first_not_of(" \t\r\n", at_ + 1);
        if (at_ >= text_.size() || next == std::string::npos || text_[next] != ':' || open_.empty())
            return;
        std::string const key = decoded(text_.substr(begin, at_ + 1 - begin));
        auto const [first, fresh] = open_.back().emplace(key, place(begin));
        if (!fresh)
            throw UsageError(fmt::format("{}:{}: the key \"{}\" stands twice in one object (the "
                                         "first at {}; one of them would be lost) keep one",
                                         name_, place(begin), printable(key), first->second));
    }

    /// Goes to the last character of a number.
    void number()
    {
        std::size_t const begin = at_;
        at_ = std::min(text_.find_first_not_of("0123456789.eE+-", begin), text_.size()) - 1;
        std::string const written = text_.substr(begin, at_ + 1 - begin);
        bool const digit =
            written.substr(0, written.find_first_of("eE")).find_first_of("123456789") !=
            std::string::npos;
        if (digit && std::strtod(written.c_str(), nullptr) == 0)
            throw UsageError(fmt::format("{}:{}: {}", name_, place(begin), becomes_zero));
    }

    /// A key with its escapes undone: two ways to write it are one key.
    static std::string decoded(std::string const& quoted)
    {
        json const key = json::parse(quoted, nullptr, false);
        return key.is_string() ? key.get<std::string>() : quoted;
    }

    std::string const& text_;
    std::string const& name_;
    std::size_t at_ = 0, line_begin_ = 0;
    int line_ = 1;
    std::vector<Keys> open_;
};

} // namespace

json parse_json(std::string const& text, std::string const& name)
{
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw UsageError(fmt::format("{} is empty (a JSON document is needed)", name));
    Walk(text, name).check();
    try {
        return json::parse(text);
    } catch (json::exception const& error) {
        // Its text holds line and column after a bracketed id.
        std::string const what = error.what();
        std::size_t const at = what.find("] ");
        throw UsageError(fmt::format("{} is not JSON ({}) correct it there", name,
                                     at == std::string::npos ? what : what.substr(at + 2)));
    }
}

std::string compact_json(json const& document)
{
    return document.dump();
}

std::string compact_json(nlohmann::ordered_json const& document)
{
    return document.dump();
}

json read_compact(std::string const& text)
{
    return json::parse(text);
}

json read_compact_if(std::string const& text)
{
    return json::parse(text, nullptr, false);
}

std::string shown_json(json const& value)
{
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string json_text(nlohmann::ordered_json const& document)
{
    return document.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string json_line(nlohmann::ordered_json const& document)
{
    return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace moerate
