#include "host/study/settings.h"

#include "host/core/json.h"
#include "host/measure/measure_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace moerate
{

using nlohmann::json;

namespace
{

std::string const in_fit = "fit.";

/// Labels of the fits, empty where a fit has none.
std::vector<std::string> labels_of(Document const& document)
{
    std::vector<std::string> labels;
    auto const fits = document.root().find("fit");
    if (fits != document.root().end() && fits->is_array())
        for (json const& fit : *fits) {
            bool const named = fit.is_object() && fit.contains("label") && fit["label"].is_string();
            labels.push_back(named ? fit["label"].get<std::string>() : "");
        }
    return labels;
}

/// The word as a shell takes it whole.
std::string in_shell(std::string const& word)
{
    std::string quoted;
    for (char const c : word)
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return "'" + quoted + "'";
}

/// A key in quotes at the beginning of a path, with what it says: "'a.b=c'" of "'a.b=c'.d".
struct QuotedKey
{
    std::string key;
    std::size_t size = 0; ///< characters with the quotes; 0: there is none
};

/// As TOML has it: '...' as it stands, "..." with its escapes. No key where the quotes do not end,
/// or what is between them is no TOML.
QuotedKey quoted_key(std::string const& path)
{
    char const quote = path.empty() ? ' ' : path.front();
    if (quote != '"' && quote != '\'')
        return {};
    std::size_t end = 1;
    while (end < path.size() && path[end] != quote)
        end += quote == '"' && path[end] == '\\' ? 2 : 1;
    if (end >= path.size())
        return {};
    try {
        return {parse_toml_value(path.substr(0, end + 1)).get<std::string>(), end + 1};
    } catch (std::exception const&) {
        return {};
    }
}

/// Where the path of "path=value" ends: at the first "=" that is not in a quoted key behind the
/// table, "fit.'a=b'.experts=4".
std::size_t equals_of(std::string const& setting)
{
    std::size_t const table = std::min(setting.find('.'), setting.size() - 1) + 1;
    std::size_t const quoted = quoted_key(setting.substr(table)).size;
    std::size_t const equals = setting.find('=');
    return quoted > 0 && table < equals ? setting.find('=', table + quoted) : equals;
}

/// Appends the keys of a dotted path.
Pointer append_keys(Pointer at, std::string const& path, std::string const& place)
{
    int keys = 0;
    for (std::size_t begin = 0; begin <= path.size();) {
        if (++keys > deepest_nesting)
            throw UsageError(fmt::format("{}: the path has more than {} keys (no table is that "
                                         "deep) write table.key",
                                         place, deepest_nesting));
        std::size_t const end = std::min(path.find('.', begin), path.size());
        if (begin == end)
            throw UsageError(fmt::format("{}: the path \"{}\" has an empty key (keys are joined by "
                                         "single dots) write table.key",
                                         place, path));
        at /= path.substr(begin, end - begin);
        begin = end + 1;
    }
    return at;
}

UsageError no_key(std::string const& label, std::string const& place)
{
    return UsageError(
        fmt::format("{}: there is no key behind the label \"{}\" (a fit is set key by key) write "
                    "fit.LABEL.key=value",
                    place, label));
}

/// A path below "fit.": label, which may have quotes, dot, keys.
Pointer locate_fit(Document const& document, std::string const& rest, std::string const& place)
{
    std::vector<std::string> const labels = labels_of(document);
    QuotedKey const quoted = quoted_key(rest);
    auto const named = std::find(labels.begin(), labels.end(), quoted.key);
    if (quoted.size > 0 && named != labels.end()) {
        if (rest.size() < quoted.size + 2 || rest[quoted.size] != '.')
            throw no_key(quoted.key, place);
        return append_keys(Pointer() / "fit" / static_cast<std::size_t>(named - labels.begin()),
                           rest.substr(quoted.size + 1), place);
    }
    std::size_t best = labels.size(), longest = 0;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i].size() > longest &&
            rest.compare(0, labels[i].size() + 1, labels[i] + ".") == 0) {
            best = i;
            longest = labels[i].size();
        }
    if (best < labels.size())
        return append_keys(Pointer() / "fit" / best, rest.substr(longest + 1), place);
    if (std::find(labels.begin(), labels.end(), rest) != labels.end())
        throw no_key(rest, place);
    for (std::string const& label : labels)
        if (label.compare(0, rest.size() + 1, rest + "=") == 0)
            throw UsageError(
                fmt::format("{}: the label \"{}\" has \"=\" (which ends a path) quote it: "
                            "--set {}",
                            place, label, in_shell("fit." + toml_value(label) + ".key=value")));
    std::string const word = quoted.size > 0 ? quoted.key : rest.substr(0, rest.find('.')),
                      near = nearest(word, labels);
    throw UsageError(
        fmt::format("{}: no fit has the label \"{}\" (labels: {}) {}", place, word, joined(labels),
                    near.empty() ? "write fit.LABEL.key" : fmt::format("nearest: \"{}\"", near)));
}

/// A number as TOML has it that a text may stand for, such as 0,01 or 05; empty if it is none.
std::string number_for(std::string const& text)
{
    if (text.find_first_of("0123456789") == std::string::npos ||
        text.find_first_not_of("0123456789+-.,eE") != std::string::npos)
        return {};
    for (char const* comma : {".", ""}) { // of decimals, or of thousands
        std::string number;
        for (char const c : text)
            number += c == ',' ? std::string(comma) : std::string(1, c);
        std::size_t begin = number.find_first_of("0123456789."), zeros = begin;
        while (zeros + 1 < number.size() && number[zeros] == '0' &&
               std::isdigit(static_cast<unsigned char>(number[zeros + 1])) != 0)
            ++zeros;
        number.erase(begin, zeros - begin);
        if (number[begin] == '.')
            number.insert(begin, "0");
        if (number.back() == '.')
            number.pop_back();
        try {
            if (parse_toml_value(number).is_number())
                return number;
        } catch (std::exception const&) { // not so
        }
    }
    return {};
}

/// The error that the text of a setting is no TOML value, with what it may be meant for.
UsageError no_value(std::string const& place, std::string const& path, std::string const& text)
{
    std::string reason = "a text needs quotes, which the shell must keep", value = toml_value(text);
    std::string small = text;
    for (char& c : small)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (std::string const number = number_for(text); !number.empty()) {
        reason = "a number has a dot before its decimals, and no zeros in front";
        value = number;
    } else if (small == "true" || small == "false") {
        reason = "true and false have small letters";
        value = small;
    } else if (text[0] == '[' || text[0] == '{') {
        return UsageError(
            fmt::format("{}: {} is not a TOML value (a list is [1, 2], a table {{ key "
                        "= 1 }}, and a text in them needs quotes, which the shell "
                        "must keep) write it so",
                        place, text));
    }
    return UsageError(fmt::format("{}: {} is not a TOML value ({}) write --set {}", place,
                                  text.empty() ? "nothing" : text, reason,
                                  in_shell(path + "=" + value)));
}

} // namespace

Pointer locate(Document const& document, std::string const& path, std::string const& place)
{
    std::string const sweep = "sweep.";
    if (path.compare(0, in_fit.size(), in_fit) == 0)
        return locate_fit(document, path.substr(in_fit.size()), place);
    if (path.compare(0, sweep.size(), sweep) == 0) { // its keys are dotted themselves
        std::string const key = path.substr(sweep.size());
        bool const quoted = key.size() > 2 && key.back() == key.front() &&
                            (key.front() == '"' || key.front() == '\'');
        return Pointer() / "sweep" / (quoted ? key.substr(1, key.size() - 2) : key);
    }
    return append_keys(Pointer(), path, place);
}

void apply_settings(Document& document, std::vector<std::string> const& settings)
{
    for (std::string const& setting : settings) {
        std::string const place = "--set " + setting;
        std::size_t const equals = equals_of(setting);
        if (equals == std::string::npos)
            throw UsageError(place + ": there is no \"=\" (a path and a value are needed) write "
                                     "--set path=value");
        std::string const path = setting.substr(0, equals), text = setting.substr(equals + 1);
        Pointer const at = locate(document, path, place);
        auto const sweep = document.root().find("sweep");
        if (sweep != document.root().end() && sweep->is_object() && sweep->contains(path))
            throw UsageError(fmt::format("{}: {} is swept (its values come from [sweep]) set "
                                         "sweep.{} instead",
                                         place, path, path));
        json value;
        try {
            value = parse_toml_value(text);
        } catch (std::out_of_range const& error) {
            throw UsageError(fmt::format("{}: {} is too large (TOML has whole numbers of 64 bits) "
                                         "{}",
                                         place, text, error.what()));
        } catch (TooSmall const& error) {
            throw UsageError(place + ": " + error.what());
        } catch (std::invalid_argument const&) {
            throw no_value(place, path, text);
        }
        document.set(at, std::move(value), place);
    }
}

} // namespace moerate
