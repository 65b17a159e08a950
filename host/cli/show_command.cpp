#include "host/cli/commands.h"

#include "host/cli/output.h"
#include "host/cli/shown_fit.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/rates/statistics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace moerate
{
namespace
{

/// A fit by its loss, for lists of the worst ones.
struct LossOf
{
    FitName name;
    double value;
};

/// Fits of a curve at n that the study asks for, did not fail and have the loss, ascending by it.
std::vector<LossOf> by_loss(Store const& store, Study const& study, Curve const& curve, int n,
                            LossKey const& key)
{
    std::vector<LossOf> found;
    for (FitRow const& fit :
         store.fits(cell_row(study, curve, n).id, false, {0, study.replicates - 1})) {
        LossRow const* const loss = loss_of(fit, key);
        if (loss != nullptr && !failed(fit.status) && std::isfinite(loss->record.value))
            found.push_back({{curve.label, n, fit.replicate}, loss->record.value});
    }
    std::sort(found.begin(), found.end(),
              [](LossOf const& a, LossOf const& b) { return a.value < b.value; });
    return found;
}

/// The largest n at which any fit is stored, or the one that the user names.
int n_of(Store const& store, Study const& study, int wanted)
{
    if (wanted > 0 && std::find(study.n.begin(), study.n.end(), wanted) == study.n.end())
        throw UsageError(fmt::format("the study has no n = {} (it has {}) name one of them", wanted,
                                     fmt::join(study.n, ", ")));
    int largest = wanted;
    for (CellRow const& cell : store.cells())
        if (wanted == 0 && store.count(cell.id).fits > 0 &&
            std::find(study.n.begin(), study.n.end(), cell.n) != study.n.end())
            largest = std::max(largest, cell.n);
    return largest;
}

/// The losses of a study as lists show them.
std::set<std::string> losses_of(Study const& study)
{
    std::set<std::string> losses;
    for (Curve const& curve : study.curves)
        for (LossSpec const& spec : curve.losses)
            losses.insert(loss_text(loss_key(spec, at_fit)));
    return losses;
}

/// The fit whose loss is largest, of the loss that lists show so, else of all of this name: the
/// same against another target, or with another r, is another number.
FitName worst(Store const& store, Study const& study, std::string const& loss, int n)
{
    std::optional<LossOf> found;
    std::set<std::string> const losses = losses_of(study);
    bool const shown = losses.count(loss) > 0;
    for (Curve const& curve : study.curves)
        for (LossSpec const& spec : curve.losses) {
            LossKey const key = loss_key(spec, at_fit);
            if (loss != (shown ? loss_text(key) : key.name))
                continue;
            std::vector<LossOf> const all = by_loss(store, study, curve, n, key);
            if (!all.empty() && (!found || all.back().value > found->value))
                found = all.back();
        }
    if (!found)
        throw UsageError(fmt::format("no fit at n = {} has a loss {} (the study has {}) name one "
                                     "of them, or another n",
                                     n, loss, fmt::join(losses, ", ")));
    return found->name;
}

/// Of one curve and loss the least, the median and the worst fit.
struct LossRange
{
    std::string label;
    LossKey loss;
    std::vector<LossOf> fits; ///< three
};

/// What there is to choose from at n.
std::vector<LossRange> overview(Store const& store, Study const& study, int n)
{
    std::vector<LossRange> ranges;
    for (Curve const& curve : study.curves)
        for (LossSpec const& spec : curve.losses) {
            LossKey const key = loss_key(spec, at_fit);
            std::vector<LossOf> const all = by_loss(store, study, curve, n, key);
            if (!all.empty())
                ranges.push_back(
                    {curve.label, key, {all.front(), all[(all.size() - 1) / 2], all.back()}});
        }
    return ranges;
}

void print_overview(std::vector<LossRange> const& ranges, Study const& study,
                    std::string const& folder, int n)
{
    print("{}: fits by their losses at n = {}\n\n", printable(study.id), n);
    std::vector<std::vector<std::string>> table{
        {"label", "loss", "least", "replicate", "median", "replicate", "worst", "replicate"}};
    for (LossRange const& range : ranges) {
        table.push_back({range.label, loss_text(range.loss)});
        for (LossOf const& one : range.fits)
            table.back().insert(table.back().end(), {fmt::format("{:.4g}", one.value),
                                                     std::to_string(one.name.replicate)});
    }
    print_text(aligned(table));
    if (ranges.empty())
        return;
    FitName const& example = ranges.front().fits.back().name;
    print("\nmoerate show {} --cell {} {} {}\n", shell_word(folder), shell_word(example.label),
          example.n, example.replicate);
}

nlohmann::ordered_json overview_json(std::vector<LossRange> const& ranges, Study const& study,
                                     int n)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (LossRange const& range : ranges) {
        nlohmann::ordered_json row = {{"label", range.label},
                                      {"loss", range.loss.name},
                                      {"r", range.loss.r},
                                      {"gauge", range.loss.gauge},
                                      {"target", range.loss.target}};
        char const* const names[] = {"least", "median", "worst"};
        for (std::size_t i = 0; i < range.fits.size(); ++i)
            row[names[i]] = {{"value", range.fits[i].value},
                             {"replicate", range.fits[i].name.replicate}};
        list.push_back(std::move(row));
    }
    return {{"study", study.id}, {"n", n}, {"fits", list}};
}

} // namespace

int show_command(ShowOptions const& options, CommonOptions const& common)
{
    Store const store = Store::open(options.folder);
    Study const study = with_stored_targets(stored_study(store), store);
    int const n = n_of(store, study, options.n);
    if (options.worst.empty() && options.cell.empty()) {
        std::vector<LossRange> const ranges = overview(store, study, n);
        if (common.json && options.data)
            throw UsageError(
                "--data is that of one fit (show --json without a fit lists them) name "
                "it with --worst or --cell");
        if (common.json)
            print_json(overview_json(ranges, study, n));
        else
            print_overview(ranges, study, options.folder, n);
        return 0;
    }
    FitName const name = options.cell.empty() ? worst(store, study, options.worst, n)
                                              : fit_name(options.cell, "--cell");
    StoredFit const fit = stored_fit(store, study, name);
    if (common.json)
        print_json(fit_cases(study, fit, options.data));
    else
        print_text(fit_text(study, fit));
    return 0;
}

} // namespace moerate
