#include "host/study/document.h"

#include "host/core/json.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace moerate
{

using nlohmann::json;

namespace
{

/// Turns toml++ nodes into JSON and notes the place of each.
class Converter
{
public:
    Converter(std::string const& text, std::string const& file,
              std::map<std::string, std::string>& place)
        : text_(text), file_(file), place_(place)
    {}

    json convert(toml::node const& node, Pointer const& at, int depth = 0)
    {
        if (depth > deepest_nesting)
            throw UsageError(fmt::format("{}: tables and lists are nested more than {} deep "
                                         "(nothing that is read here is) take some levels out",
                                         place_[at.to_string()], deepest_nesting));
        if (toml::table const* table = node.as_table())
            return convert(*table, at, depth);
        if (toml::array const* array = node.as_array()) {
            json list = json::array();
            for (std::size_t i = 0; i < array->size(); ++i) {
                toml::node const& element = *array->get(i);
                note(at / i, element.source());
                list.push_back(convert(element, at / i, depth + 1));
            }
            return list;
        }
        if (auto const text = node.as_string())
            return text->get();
        if (auto const whole = node.as_integer())
            return whole->get();
        if (auto const number = node.as_floating_point()) {
            if (number->get() == 0 && written_digit(node.source().begin))
                throw TooSmall(place_[at.to_string()]);
            return number->get();
        }
        if (auto const flag = node.as_boolean())
            return flag->get();
        throw UsageError(
            fmt::format("{}: the value is a date or time (no key takes one) put a text "
                        "in quotes",
                        place_[at.to_string()]));
    }

    json convert(toml::table const& table, Pointer const& at, int depth = 0)
    {
        json object = json::object();
        for (auto const& [key, value] : table) {
            std::string const name(key.str());
            note(at / name, key.source());
            object[name] = convert(value, at / name, depth + 1);
        }
        return object;
    }

private:
    void note(Pointer const& at, toml::source_region const& source)
    {
        place_[at.to_string()] =
            fmt::format("{}:{}:{}", file_, source.begin.line, source.begin.column);
    }

    /// Whether the number that is written at `at` has a digit other than 0 before its exponent.
    bool written_digit(toml::source_position at) const
    {
        std::size_t i = 0;
        for (toml::source_index line = 1; line < at.line; ++line)
            i = text_.find('\n', i) + 1;
        for (toml::source_index column = 1; column < at.column; ++i)
            column += (text_[i] & 0xc0) == 0x80 ? 0 : 1; // a character's further bytes
        while ((text_[i] & 0xc0) == 0x80)
            ++i;
        std::size_t const end = text_.find_first_not_of("+-._0123456789", i);
        return text_.substr(i, end - i).find_first_of("123456789") != std::string::npos;
    }

    std::string const& text_;
    std::string const& file_;
    std::map<std::string, std::string>& place_;
};

/// Most dots of a key that the parser, which calls itself once a part, is trusted with.
constexpr int most_dots = 10000;

/// The text parsed. A key of very many parts, which the converter would refuse, does not get that
/// far. (A text of that many dots without a comma between is taken for one: there is none.)
toml::table parse_toml(std::string const& text, std::string const& name)
{
    int dots = 0, line = 1;
    for (char const c : text) {
        line += c == '\n' ? 1 : 0;
        dots = c == '.' ? dots + 1 : std::strchr("\n=,[{", c) != nullptr ? 0 : dots;
        if (dots > most_dots)
            throw UsageError(fmt::format("{}:{}: a key has more than {} parts (no table is that "
                                         "deep) write table.key",
                                         name, line, most_dots));
    }
    return toml::parse(text, name);
}

/// Whether TOML was left for a whole number that it cannot hold.
bool too_large(toml::parse_error const& error)
{
    return error.description().find("not representable") != std::string_view::npos;
}

constexpr char const* whole_numbers =
    "write a whole number from -9223372036854775808 to 9223372036854775807";

} // namespace

Document Document::parse(std::string const& text, std::string const& name)
{
    Document document;
    document.file_ = name;
    try {
        toml::table const table = parse_toml(text, name);
        document.root_ = Converter(text, document.file_, document.place_).convert(table, Pointer());
    } catch (toml::parse_error const& error) {
        throw UsageError(fmt::format("{}:{}:{}: not TOML ({}) {}", name, error.source().begin.line,
                                     error.source().begin.column, error.description(),
                                     too_large(error) ? whole_numbers : "mend the line"));
    } catch (TooSmall const& error) {
        throw UsageError(error.place + ": " + error.what());
    }
    return document;
}

void Document::set(Pointer const& at, json value, std::string const& place)
{
    Pointer const fits = Pointer() / "fit"; // the one list of tables; locate() finds its elements
    for (Pointer above = at.parent_pointer(); !above.empty(); above = above.parent_pointer())
        if (above != fits && root_.contains(above) && !root_.at(above).is_object())
            throw UsageError(
                fmt::format("{}: {} is {} (only tables have keys) name a key of a table", place,
                            name(above), kind_of(root_.at(above))));
    std::string const pointer = at.to_string();
    for (auto old = place_.lower_bound(pointer); old != place_.end();)
        if (old->first == pointer || old->first.compare(0, pointer.size() + 1, pointer + "/") == 0)
            old = place_.erase(old);
        else if (old->first.compare(0, pointer.size(), pointer) == 0)
            ++old;
        else
            break;
    // Tables that come into being with the value have its place.
    for (Pointer above = at.parent_pointer(); !above.empty(); above = above.parent_pointer())
        if (!root_.contains(above))
            place_[above.to_string()] = place;
    root_[at] = std::move(value);
    place_[pointer] = place;
}

void Document::move(Pointer const& from, Pointer const& to)
{
    std::string const old = from.to_string();
    std::map<std::string, std::string> moved;
    for (auto const& [pointer, place] : place_)
        if (pointer == old || pointer.compare(0, old.size() + 1, old + "/") == 0)
            moved[to.to_string() + pointer.substr(old.size())] = place;
    json value = root_.at(from);
    root_.at(from.parent_pointer()).erase(from.back());
    root_[to] = std::move(value);
    for (auto const& [pointer, place] : moved)
        place_[pointer] = place;
}

void Document::drop_empty(Pointer at, Pointer const& top)
{
    for (; at != top && root_.contains(at) && root_.at(at).empty(); at = at.parent_pointer())
        root_.at(at.parent_pointer()).erase(at.back());
}

std::string Document::place(Pointer const& at) const
{
    for (Pointer here = at;; here = here.parent_pointer()) {
        auto const found = place_.find(here.to_string());
        if (found != place_.end())
            return found->second;
        if (here.empty())
            return file_;
    }
}

std::string Document::name(Pointer const& at) const
{
    std::vector<std::string> steps;
    for (Pointer rest = at; !rest.empty(); rest = rest.parent_pointer())
        steps.insert(steps.begin(), rest.back());
    Pointer const fit = Pointer() / "fit";
    if (steps.size() >= 2 && steps[0] == "fit" && root_.contains(fit) && root_.at(fit).is_array()) {
        Pointer const label = fit / steps[1] / "label";
        bool const named = root_.contains(label) && root_.at(label).is_string() &&
                           !root_.at(label).get_ref<std::string const&>().empty();
        // Fits without a label are counted from 1.
        steps[1] = named ? root_.at(label).get<std::string>()
                         : fmt::format("#{}", std::stoul(steps[1]) + 1);
    }
    std::string name;
    for (std::string const& step : steps)
        name += (name.empty() ? "" : ".") + step;
    return name;
}

json parse_toml_value(std::string const& text)
{
    std::map<std::string, std::string> places;
    try {
        std::string const line = "value = " + text;
        toml::table const table = parse_toml(line, "");
        json const object = Converter(line, text, places).convert(table, Pointer());
        if (object.size() == 1)
            return object.at("value");
    } catch (toml::parse_error const& error) {
        if (too_large(error))
            throw std::out_of_range(whole_numbers);
    } catch (UsageError const&) {
    }
    throw std::invalid_argument("not one TOML value");
}

} // namespace moerate
