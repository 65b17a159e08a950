#include "host/core/json_place.h"

#include "host/core/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace moerate
{
namespace
{

/// Goes through a sound text from value to value.
class Finder
{
public:
    explicit Finder(std::string const& text) : text_(text) { skip_space(); }

    std::string find(std::vector<std::string> const& steps)
    {
        std::size_t found = at_;
        for (std::string const& step : steps) {
            bool const inside = text_[at_] == '{'   ? to_key(step, found)
                                : text_[at_] == '[' ? to_element(step, found)
                                                    : false;
            if (!inside)
                break;
        }
        auto const begin = text_.begin(), here = begin + static_cast<std::ptrdiff_t>(found);
        std::size_t const last = text_.rfind('\n', found);
        return fmt::format("{}:{}", 1 + std::count(begin, here, '\n'),
                           last == std::string::npos || found == 0 ? found + 1 : found - last);
    }

private:
    void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

    /// Past the string that begins here.
    void skip_string()
    {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
            at_ += text_[at_] == '\\' ? 1 : 0;
        ++at_;
    }

    /// Past the value that begins here.
    void skip_value()
    {
        int depth = 0;
        do {
            char const c = at_ < text_.size() ? text_[at_] : ']';
            if (c == '"') {
                skip_string();
                continue;
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            ++at_;
        } while (at_ < text_.size() &&
                 (depth > 0 || (text_[at_] != ',' && text_[at_] != '}' && text_[at_] != ']')));
    }

    /// To the value of a key of the object that begins here; `found` is where the key stands. False
    /// where it has no such key.
    bool to_key(std::string const& key, std::size_t& found)
    {
        std::size_t const object = at_;
        for (++at_;; ++at_) { // past the brace or a comma
            skip_space();
            std::size_t const begin = at_;
            if (at_ >= text_.size() || text_[at_] != '"')
                break;
            skip_string();
            bool const same = read_compact(text_.substr(begin, at_ - begin)) == key;
            at_ = text_.find(':', at_) + 1;
            skip_space();
            if (same) {
                found = begin;
                return true;
            }
            skip_value();
            if (at_ >= text_.size() || text_[at_] != ',')
                break;
        }
        at_ = object;
        return false;
    }

    /// The same of an element of the list that begins here.
    bool to_element(std::string const& index, std::size_t& found)
    {
        if (index.empty() || index.find_first_not_of("0123456789") != std::string::npos)
            return false;
        std::size_t const list = at_;
        std::size_t left = std::stoul(index);
        for (++at_;; ++at_) { // past the bracket or a comma
            skip_space();
            if (at_ >= text_.size() || text_[at_] == ']')
                break;
            if (left-- == 0) {
                found = at_;
                return true;
            }
            skip_value();
            if (at_ >= text_.size() || text_[at_] != ',')
                break;
        }
        at_ = list;
        return false;
    }

    std::string const& text_;
    std::size_t at_ = 0;
};

} // namespace

std::string place_in_json(std::string const& text, nlohmann::json::json_pointer const& at)
{
    std::vector<std::string> steps;
    for (auto rest = at; !rest.empty(); rest = rest.parent_pointer())
        steps.insert(steps.begin(), rest.back());
    return Finder(text).find(steps);
}

} // namespace moerate
