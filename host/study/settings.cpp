#include "host/study/settings.h"

#include "host/core/json.h"
#include "host/measure/measure_json.h"

#include <fmt/format.h>

#include <stdexcept>

namespace moerate
{

using nlohmann::json;

namespace
{

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

/// A path below "fit.": label, dot, keys.
Pointer locate_fit(Document const& document, std::string const& rest, std::string const& place)
{
    std::vector<std::string> const labels = labels_of(document);
    std::size_t best = labels.size(), longest = 0;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i].size() > longest &&
            rest.compare(0, labels[i].size() + 1, labels[i] + ".") == 0) {
            best = i;
            longest = labels[i].size();
        }
    if (best < labels.size())
        return append_keys(Pointer() / "fit" / best, rest.substr(longest + 1), place);
    std::string const word = rest.substr(0, rest.find('.')), near = nearest(word, labels);
    throw UsageError(
        fmt::format("{}: no fit has the label \"{}\" (labels: {}) {}", place, word, joined(labels),
                    near.empty() ? "write fit.LABEL.key" : fmt::format("nearest: \"{}\"", near)));
}

} // namespace

Pointer locate(Document const& document, std::string const& path, std::string const& place)
{
    std::string const fit = "fit.", sweep = "sweep.";
    if (path.compare(0, fit.size(), fit) == 0)
        return locate_fit(document, path.substr(fit.size()), place);
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
        std::size_t const equals = setting.find('=');
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
            throw UsageError(fmt::format(
                "{}: {} is not a TOML value (a text needs quotes, which the "
                "shell must keep) write --set {}",
                place, text.empty() ? "nothing" : text, in_shell(path + "=" + toml_value(text))));
        }
        document.set(at, std::move(value), place);
    }
}

} // namespace moerate
