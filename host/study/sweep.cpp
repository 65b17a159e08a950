#include "host/study/sweep.h"

#include "host/measure/measure_json.h"
#include "host/study/identity.h"
#include "host/study/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace moerate
{

using nlohmann::json;

namespace
{

/// More curves than this in a fit are taken for a slip.
constexpr std::size_t most_variants = 10000;

/// Why a path cannot be swept; empty if it can.
std::string obstacle(Pointer const& at)
{
    std::vector<std::string> steps;
    for (Pointer rest = at; !rest.empty(); rest = rest.parent_pointer())
        steps.insert(steps.begin(), rest.back());
    std::vector<std::string> const tables{"data", "truth", "start", "estimator", "fit"};
    std::string const& table = steps.front();
    if (table == "study")
        return "id, seed, n and replicates cannot vary within one store";
    if (std::find(tables.begin(), tables.end(), table) == tables.end()) {
        std::string const near = nearest(table, tables);
        return fmt::format("only keys of {} can be swept{}", joined(tables),
                           near.empty() ? "" : "; nearest: \"" + near + "\"");
    }
    if (steps.size() < 2 || (table == "fit" && steps.size() < 3))
        return "a whole table cannot be swept";
    if (table == "fit" && steps[2] == "label")
        return "a label is the name of a fit";
    if ((table == "truth" || (table == "fit" && steps.size() > 3 && steps[2] == "truth")) &&
        steps.back() == "to")
        return "a path has one end; make a file, or a fit with a truth of its own, of each";
    if (table == "fit" && steps.size() > 3 && steps[2] == "truth" &&
        (steps[3] == "file" || steps[3] == "measure"))
        return "a fit's own truth is one; sweep truth.file, or make a fit of each";
    return "";
}

/// A swept value as labels have it: a measure goes by its name.
json name_of_value(json const& value)
{
    return value.is_object() && value.contains("name") ? value["name"] : value;
}

/// Of a label: " [key=value, ...]", empty without swept keys.
std::string suffix_of(std::vector<SweptValue> const& swept)
{
    std::string text;
    for (SweptValue const& one : swept)
        text += fmt::format("{}{}={}", text.empty() ? " [" : ", ",
                            one.key.compare(0, 4, "fit.") == 0 ? one.key.substr(4) : one.key,
                            toml_value(one.value));
    return text.empty() ? text : text + "]";
}

/// Whether this is a key of [start] or [estimator].
bool shared_key(std::string const& key)
{
    return key.compare(0, 6, "start.") == 0 || key.compare(0, 10, "estimator.") == 0;
}

/// The swept keys in which two curves of a fit differ.
std::vector<std::string> unlike(Curve const& a, Curve const& b)
{
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < a.swept.size(); ++i)
        if (a.swept[i].value != b.swept[i].value)
            keys.push_back(a.swept[i].key);
    return keys;
}

SweptKey read_key(Document const& document, std::string const& path, json const& values)
{
    Pointer const here = Pointer() / "sweep" / path;
    std::string const place = document.place(here);
    SweptKey key;
    key.path = path;
    key.at = locate(document, path, place);
    std::string const reason = obstacle(key.at);
    if (!reason.empty())
        throw UsageError(fmt::format("{}: {} cannot be swept ({}) remove it", place, path, reason));
    if (!values.is_array() || values.empty())
        throw UsageError(fmt::format("{}: sweep of {} = {} is not a list of values (each makes a "
                                     "curve) write {} = [value, value]",
                                     place, path, shown(values), toml_value(path)));
    key.values = values.get<std::vector<json>>();
    for (std::size_t i = 0; i < key.values.size(); ++i)
        if (std::find(key.values.begin(), key.values.begin() + std::ptrdiff_t(i), key.values[i]) !=
            key.values.begin() + std::ptrdiff_t(i))
            throw UsageError(fmt::format("{}: sweep of {} has {} twice (once is enough) drop one",
                                         document.place(here / i), path, shown(key.values[i])));
    // A measure with a name is that of a file, in a resolved study.
    auto const named = [](json const& value) { return name_of_value(value) != value; };
    if (path == "truth.measure" && !std::all_of(key.values.begin(), key.values.end(), named))
        throw UsageError(fmt::format("{}: truth.measure cannot be swept (labels name measures by "
                                     "their files) sweep truth.file",
                                     place));
    key.column = path == "truth.measure" ? "truth.file" : path;
    if (path.compare(0, 4, "fit.") == 0) {
        Pointer label_at = key.at;
        std::string keys;
        for (; label_at.parent_pointer() != Pointer() / "fit"; label_at = label_at.parent_pointer())
            keys = label_at.back() + (keys.empty() ? "" : ".") + keys;
        key.column = "fit." + keys;
    }
    return key;
}

} // namespace

void flatten_sweep(Document& document)
{
    Pointer const sweep = Pointer() / "sweep";
    if (!document.root().contains(sweep) || !document.root().at(sweep).is_object())
        return;
    std::vector<std::pair<Pointer, std::string>> bare; // where values stand, and their whole paths
    auto const collect = [&](auto const& self, json const& table, Pointer const& at,
                             std::string const& path) -> void {
        for (auto const& item : table.items()) {
            std::string const longer = path.empty() ? item.key() : path + "." + item.key();
            if (item.value().is_object() && !item.value().empty())
                self(self, item.value(), at / item.key(), longer);
            else if (!path.empty())
                bare.emplace_back(at / item.key(), longer);
        }
    };
    collect(collect, document.root().at(sweep), sweep, "");
    for (auto const& [at, path] : bare) {
        if (document.root().contains(sweep / path))
            throw UsageError(
                fmt::format("{}: {} is swept twice, with quotes and without (both mean the "
                            "same) drop one",
                            document.place(at), path));
        document.move(at, sweep / path);
    }
    for (auto const& [at, path] : bare)
        document.drop_empty(at.parent_pointer(), sweep);
}

std::vector<SweptKey> read_sweep(Document const& document)
{
    std::vector<SweptKey> keys;
    auto const sweep = document.root().find("sweep");
    if (sweep == document.root().end())
        return keys;
    // The reader only makes sure that [sweep] is a table.
    Reader const table(document, *sweep, Pointer() / "sweep");
    for (auto const& item : sweep->items())
        keys.push_back(read_key(document, item.key(), item.value()));
    return keys;
}

std::vector<SweptKey> swept_for(std::vector<SweptKey> const& keys, Document const& document,
                                std::size_t fit)
{
    std::vector<SweptKey> mine;
    Pointer const here = Pointer() / "fit" / fit;
    for (SweptKey const& key : keys) {
        std::string const pointer = key.at.to_string(), prefix = here.to_string() + "/";
        if (pointer.compare(0, 5, "/fit/") == 0) {
            if (pointer.compare(0, prefix.size(), prefix) == 0)
                mine.push_back(key);
            continue;
        }
        bool const overridable =
            pointer.compare(0, 7, "/start/") == 0 || pointer.compare(0, 11, "/estimator/") == 0;
        bool const own = overridable && document.root().contains(here / key.at);
        // A fit's own truth is a whole one.
        bool const own_truth =
            pointer.compare(0, 7, "/truth/") == 0 && document.root().contains(here / "truth");
        if (!own && !own_truth)
            mine.push_back(key);
    }
    return mine;
}

std::vector<Variant> variants(Document const& document, std::vector<SweptKey> const& keys)
{
    std::vector<Variant> all{{document, {}}};
    for (SweptKey const& key : keys) {
        if (all.size() * key.values.size() > most_variants)
            throw UsageError(fmt::format("{}: the sweep makes more than {} curves of a fit (that "
                                         "looks like a slip) sweep fewer values",
                                         document.place(Pointer() / "sweep"), most_variants));
        std::vector<Variant> more;
        for (Variant const& variant : all)
            for (std::size_t i = 0; i < key.values.size(); ++i) {
                Variant next = variant;
                next.document.set(key.at, key.values[i],
                                  document.place(Pointer() / "sweep" / key.path / i));
                next.swept.push_back({key.column, name_of_value(key.values[i])});
                more.push_back(std::move(next));
            }
        all = std::move(more);
    }
    return all;
}

void name_variants(Study const& study, std::vector<Curve>& curves)
{
    std::vector<Curve> kept;
    std::vector<std::string> made; // canonical curves of those kept
    std::vector<std::set<std::string>> idle;
    for (Curve& curve : curves) {
        std::string const canonical = canonical_curve(study, curve);
        std::size_t at = 0;
        std::vector<std::string> keys;
        for (; at < kept.size(); ++at) {
            keys = unlike(kept[at], curve);
            if (made[at] == canonical && std::all_of(keys.begin(), keys.end(), shared_key))
                break;
        }
        if (at == kept.size()) {
            kept.push_back(std::move(curve));
            made.push_back(canonical);
            idle.emplace_back();
        } else {
            idle[at].insert(keys.begin(), keys.end());
        }
    }
    for (std::size_t at = 0; at < kept.size(); ++at) {
        auto& swept = kept[at].swept;
        swept.erase(
            std::remove_if(swept.begin(), swept.end(),
                           [&](SweptValue const& one) { return idle[at].count(one.key) > 0; }),
            swept.end());
        kept[at].label = kept[at].all_truths = kept[at].fit + suffix_of(swept);
    }
    curves = std::move(kept);
}

} // namespace moerate
