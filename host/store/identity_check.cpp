#include "host/store/identity_check.h"

#include "host/core/error.h"
#include "host/core/json.h"
#include "host/store/store.h"
#include "host/study/identity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <set>

namespace moerate
{
namespace
{

using nlohmann::json;

/// Longest value that a message shows in full.
constexpr std::size_t longest_value = 60;

/// Leaves of nested objects under dotted keys; an array is one leaf.
void flatten(json const& value, std::string const& key, std::map<std::string, std::string>& leaves)
{
    if (!value.is_object()) {
        std::string text = compact_json(value);
        if (text.size() > longest_value)
            text = fmt::format("{}... ({:016x})", text.substr(0, longest_value),
                               std::hash<std::string>{}(text));
        leaves[key] = text;
        return;
    }
    for (auto const& [name, part] : value.items())
        flatten(part, key.empty() ? name : key + "." + name, leaves);
}

std::map<std::string, std::string> leaves_of(std::string const& text)
{
    std::map<std::string, std::string> leaves;
    flatten(read_compact(text), "", leaves);
    return leaves;
}

/// Canonical JSON of the curve of a stored cell.
std::string curve_of(CellRow const& cell)
{
    json parameters = read_compact(cell.parameters);
    parameters.erase("n");
    return compact_json(parameters);
}

/// Canonical curves under which fits of each label are stored: by the cells' own labels, and by the
/// labels of the stored study, where several may share a cell.
std::map<std::string, std::set<std::string>> stored_curves(Store const& store)
{
    std::map<std::string, std::set<std::string>> curves;
    std::set<std::string> filled;
    for (CellRow const& cell : store.cells())
        if (store.count(cell.id).fits > 0) {
            filled.insert(cell.id);
            curves[cell.label].insert(curve_of(cell));
        }
    if (filled.empty())
        return curves;
    Study const study = stored_study(store);
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            if (filled.count(cell_id(study, curve, n)) != 0) {
                curves[curve.label].insert(
                    compact_json(read_compact(canonical_curve(study, curve))));
                break;
            }
    return curves;
}

} // namespace

std::vector<std::string> differences(std::string const& stored, std::string const& now,
                                     std::string const& stored_name, std::string const& now_name)
{
    auto const before = leaves_of(stored);
    auto const after = leaves_of(now);
    std::set<std::string> keys;
    for (auto const& leaf : before)
        keys.insert(leaf.first);
    for (auto const& leaf : after)
        keys.insert(leaf.first);
    auto const value = [](auto const& leaves, std::string const& key) {
        auto const at = leaves.find(key);
        return at == leaves.end() ? std::string("absent") : at->second;
    };
    std::vector<std::string> found;
    for (std::string const& key : keys)
        if (value(before, key) != value(after, key))
            found.push_back(fmt::format("{}: {} {}, {} {}", key, stored_name, value(before, key),
                                        now_name, value(after, key)));
    return found;
}

void check_same_curves(Store const& store, Study const& study, std::string const& file)
{
    auto const stored = stored_curves(store);
    for (Curve const& curve : study.curves) {
        auto const known = stored.find(curve.label);
        if (known == stored.end())
            continue;
        std::string const now = canonical_curve(study, curve);
        for (std::string const& before : known->second) {
            auto const changed = differences(before, now);
            if (!changed.empty())
                throw StoreError(
                    fmt::format("{}: label \"{}\" has fits made with other settings ({}) "
                                "undo the change, give the fit a new label, or name "
                                "another folder with -o",
                                file, curve.label, fmt::join(changed, "; ")));
        }
    }
}

void check_same_targets(Store const& store, Study const& study, std::string const& file)
{
    Study const before = stored_study(store);
    for (Curve const& old : before.curves) {
        if (!needs_search(old) || store.target(target_id(before, old)).empty())
            continue;
        for (Curve const& curve : study.curves) {
            if (curve.label != old.label || !needs_search(curve))
                continue;
            auto const changed =
                differences(canonical_target(before, old), canonical_target(study, curve));
            if (!changed.empty())
                throw StoreError(
                    fmt::format("{}: label \"{}\" has losses against another projection ({}) undo "
                                "the change, give the fit a new label, or name another folder "
                                "with -o",
                                file, curve.label, fmt::join(changed, "; ")));
        }
    }
}

void check_same_study(std::string const& file, Study const& study, std::string const& other_file,
                      Study const& other)
{
    auto const compare = [&](std::string const& about, std::string const& a, std::string const& b) {
        auto const name = [](std::string const& path) {
            return std::filesystem::path(path).filename().string();
        };
        bool const named = name(file) != name(other_file); // in two folders they may be alike
        auto const found =
            differences(a, b, named ? name(file) : file, named ? name(other_file) : other_file);
        if (!found.empty())
            throw StoreError(fmt::format("{} and {} hold different studies ({}{}) keep each study "
                                         "in a folder of its own",
                                         file, other_file, about, fmt::join(found, "; ")));
    };
    auto const head = [](Study const& s) {
        return compact_json(json{{"id", s.id}, {"seed", s.seed}});
    };
    compare("", head(study), head(other));
    for (Curve const& curve : study.curves)
        for (Curve const& twin : other.curves)
            if (twin.label == curve.label)
                compare(fmt::format("label \"{}\": ", curve.label), canonical_curve(study, curve),
                        canonical_curve(other, twin));
}

} // namespace moerate
