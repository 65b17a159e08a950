#include "host/study/document.h"

#include "host/core/json.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>

namespace moerate
{

using nlohmann::json;
using nlohmann::ordered_json;

namespace
{

/// JSON's escapes are TOML's, but TOML also wants DEL escaped.
std::string toml_string(std::string const& text)
{
    std::string quoted;
    for (char c : compact_json(ordered_json(text)))
        quoted += c == '\x7f' ? std::string("\\u007F") : std::string(1, c);
    return quoted;
}

std::string toml_key(std::string const& key)
{
    bool bare = !key.empty();
    for (char c : key)
        bare = bare && (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-');
    return bare ? key : toml_string(key);
}

/// "[name]" and its keys; tables inside are written inline.
std::string section(std::string const& header, ordered_json const& table)
{
    std::string text = header + "\n";
    for (auto const& item : table.items())
        text += fmt::format("{} = {}\n", toml_key(item.key()), toml_value(item.value()));
    return text;
}

} // namespace

std::string toml_value(ordered_json const& value)
{
    if (value.is_string())
        return toml_string(value.get<std::string>());
    if (value.is_number_float() && !std::isfinite(value.get<double>()))
        return fmt::format("{}", value.get<double>()); // inf, -inf, nan are TOML
    if (!value.is_structured())
        return compact_json(value);
    std::string text;
    for (auto const& item : value.items()) {
        text += text.empty() ? "" : ", ";
        text += (value.is_object() ? toml_key(item.key()) + " = " : "") + toml_value(item.value());
    }
    return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

std::string toml_document(ordered_json const& root)
{
    std::string text;
    for (auto const& item : root.items()) {
        ordered_json const& value = item.value();
        std::string const key = toml_key(item.key());
        if (value.is_object())
            text += "\n" + section("[" + key + "]", value);
        else if (value.is_array() && !value.empty() && value.front().is_object())
            for (ordered_json const& element : value)
                text += "\n" + section("[[" + key + "]]", element);
        else
            text += fmt::format("{} = {}\n", key, toml_value(value));
    }
    return text;
}

} // namespace moerate
