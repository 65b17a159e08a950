#include "host/cli/commands.h"

#include "host/cli/output.h"
#include "host/cli/result_folders.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/rates/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace moerate
{
namespace
{

/// More pairs than this are taken for a slip.
constexpr std::size_t most_pairs = 200;

/// Whether a name that may hold * for any text fits.
bool fits_name(std::string const& pattern, std::string const& name, std::size_t p = 0,
               std::size_t at = 0)
{
    for (; p < pattern.size(); ++p, ++at) {
        if (pattern[p] == '*') {
            for (std::size_t rest = at; rest <= name.size(); ++rest)
                if (fits_name(pattern, name, p + 1, rest))
                    return true;
            return false;
        }
        if (at >= name.size() || name[at] != pattern[p])
            return false;
    }
    return at == name.size();
}

/// The curves that --rows names, by label or by "study: label", in the order of the names.
std::vector<ComparedCurve> chosen(std::vector<ResultFolder> const& folders,
                                  std::vector<std::string> const& names)
{
    std::vector<ComparedCurve> all;
    std::vector<std::string> labels;
    auto const take = [&](ComparedCurve const& one) {
        auto const same = [&](ComparedCurve const& other) { return other.curve == one.curve; };
        if (std::none_of(all.begin(), all.end(), same))
            all.push_back(one);
    };
    for (ResultFolder const& one : folders)
        for (Curve const& curve : one.study.curves) {
            labels.push_back(printable(one.study.id + ": " + curve.label));
            if (names.empty())
                take({&one.store, &one.study, &curve});
        }
    for (std::string const& name : names) {
        bool found = false;
        for (ResultFolder const& one : folders)
            for (Curve const& curve : one.study.curves)
                if (fits_name(name, curve.label) ||
                    fits_name(name, one.study.id + ": " + curve.label)) {
                    found = true;
                    take({&one.store, &one.study, &curve});
                }
        if (!found)
            throw UsageError(fmt::format("--rows {}: names no curve of these folders (a row goes "
                                         "by its label, or by STUDY: LABEL; * is any text) there "
                                         "are {}",
                                         printable(name), fmt::join(labels, ", ")));
    }
    return all;
}

/// All pairs; `by_label` those of one label in different studies.
std::vector<std::pair<int, int>> compared_pairs(std::vector<ComparedCurve> const& curves,
                                                bool by_label)
{
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t a = 0; a < curves.size(); ++a)
        for (std::size_t b = a + 1; b < curves.size(); ++b) {
            bool const same_label = curves[a].curve->label == curves[b].curve->label &&
                                    curves[a].study != curves[b].study;
            if (!by_label || same_label)
                pairs.emplace_back(static_cast<int>(a), static_cast<int>(b));
        }
    if (pairs.empty())
        throw UsageError(by_label ? "--by label: no label is in two of these folders (it pairs "
                                    "curves of one label) leave it out, or name other folders"
                                  : "nothing to compare (there is one curve) name another folder, "
                                    "or more rows with --rows");
    if (pairs.size() > most_pairs)
        throw UsageError(fmt::format("{} curves make {} pairs (that many comparisons tell nothing) "
                                     "name those that matter with --rows, or use --by label",
                                     curves.size(), pairs.size()));
    return pairs;
}

} // namespace

int compare_command(CompareOptions const& options, CommonOptions const& common)
{
    std::vector<ResultFolder> const folders = open_folders(options.folders);
    std::vector<ComparedCurve> const curves = chosen(folders, options.rows);
    auto const pairs = compared_pairs(curves, options.by == "label");
    std::unique_ptr<Device> const device = bootstrap_device(folders, options.device);
    std::vector<RateRow> rows;
    for (ResultFolder const& one : folders) {
        std::vector<RateRow> const more = rates(*device, one.store, one.study);
        rows.insert(rows.end(), more.begin(), more.end());
    }
    std::vector<Comparison> const all = compare(*device, curves, pairs, rows);
    if (common.json)
        print_json(comparisons_json(all));
    else
        print_text(comparison_table(all));
    return 0;
}

} // namespace moerate
