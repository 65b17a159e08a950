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

/// The curves of a study: each over all its truths, then under each truth alone.
struct Known
{
    std::vector<ComparedCurve> whole, single;
};

Known curves_of(ResultFolder const& folder)
{
    Known known;
    for (Curve const& curve : folder.study.curves) {
        int const truth = truth_number(curve);
        ComparedCurve one{&folder.store, &folder.study, {&curve}, curve.all_truths};
        if (truth == 1)
            known.whole.push_back(one);
        else
            std::find_if(known.whole.begin(), known.whole.end(), [&](ComparedCurve const& whole) {
                return whole.label == curve.all_truths;
            })->truths.push_back(&curve);
        if (folder.study.truths > 1) {
            one.label += fmt::format(" [truth {}]", truth);
            known.single.push_back(std::move(one));
        }
    }
    return known;
}

/// The curves that --rows names, by label or by "study: label", in the order of the names; a name
/// that fits no curve may be that of one under one truth.
std::vector<ComparedCurve> chosen(std::vector<ResultFolder> const& folders,
                                  std::vector<std::string> const& names)
{
    std::vector<ComparedCurve> all;
    Known known;
    for (ResultFolder const& one : folders) {
        Known own = curves_of(one);
        known.whole.insert(known.whole.end(), own.whole.begin(), own.whole.end());
        known.single.insert(known.single.end(), own.single.begin(), own.single.end());
    }
    auto const take = [&](std::vector<ComparedCurve> const& from, std::string const& name) {
        bool found = false;
        for (ComparedCurve const& one : from) {
            if (!fits_name(name, one.label) && !fits_name(name, one.study->id + ": " + one.label))
                continue;
            found = true;
            if (std::none_of(all.begin(), all.end(), [&](ComparedCurve const& other) {
                    return other.truths == one.truths;
                }))
                all.push_back(one);
        }
        return found;
    };
    for (std::string const& name : names)
        if (!take(known.whole, name) && !take(known.single, name)) {
            std::vector<std::string> labels;
            for (ComparedCurve const& one : known.whole)
                labels.push_back(printable(one.study->id + ": " + one.label));
            throw UsageError(fmt::format(
                "--rows {}: names no curve of these folders (a row goes by its label, or by STUDY: "
                "LABEL, with \" [truth 2]\" after it for one of several truths; * is any text) "
                "there are {}",
                printable(name), fmt::join(labels, ", ")));
        }
    return names.empty() ? known.whole : all;
}

/// All pairs; `by_label` those of one label in different studies.
std::vector<std::pair<int, int>> compared_pairs(std::vector<ComparedCurve> const& curves,
                                                bool by_label)
{
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t a = 0; a < curves.size(); ++a)
        for (std::size_t b = a + 1; b < curves.size(); ++b) {
            bool const same_label =
                curves[a].label == curves[b].label && curves[a].study != curves[b].study;
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
    std::vector<ResultFolder> const folders = open_folders(options.folders, options.device.threads);
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
