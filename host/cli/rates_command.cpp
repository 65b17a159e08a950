#include "host/cli/commands.h"

#include "host/cli/output.h"
#include "host/cli/result_folders.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/rates/rates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace moerate
{
namespace
{

/// One end of --n; `otherwise` where it is left out.
int window_end(std::string const& text, std::string const& window, int otherwise)
{
    if (text.empty())
        return otherwise;
    int value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1)
        throw UsageError(fmt::format("--n {}: \"{}\" is no sample size (rates are over the n from "
                                     "one to another) write e.g. --n 5000..100000, or 5000..",
                                     window, text));
    return value;
}

/// --n LEAST..MOST, either of which may be left out.
void set_window(RatesOptions& options, std::string const& window)
{
    if (window.empty())
        return;
    std::size_t const dots = window.find("..");
    if (dots == std::string::npos)
        throw UsageError(fmt::format("--n {}: has no \"..\" (rates are over the n from one to "
                                     "another) write e.g. --n 5000..100000, or 5000..",
                                     window));
    options.least = window_end(window.substr(0, dots), window, options.least);
    options.most = window_end(window.substr(dots + 2), window, options.most);
    if (options.least > options.most)
        throw UsageError(
            fmt::format("--n {}: begins above its end (it has no n) swap them", window));
}

/// A window that leaves a study fewer than two n is an error that names those that it has.
void check_window(RatesOptions const& options, std::string const& window, Study const& study)
{
    auto const inside = std::count_if(study.n.begin(), study.n.end(), [&](int n) {
        return options.least <= n && n <= options.most;
    });
    if (!window.empty() && inside < 2)
        throw UsageError(
            fmt::format("--n {}: has {} of the n of {} (a slope needs two) its n are {}", window,
                        inside, printable(study.id), fmt::join(study.n, ", ")));
}

/// Runs of one program on one machine, as far as results depend on them.
struct Origin
{
    std::string study, commit, build, simd, device;
    std::uint64_t seed;
    int runs;
};

/// What the stored fits of the studies were computed by.
std::vector<Origin> origins_of(std::vector<ResultFolder> const& folders)
{
    std::vector<Origin> origins;
    for (ResultFolder const& one : folders)
        for (RunRow const& run : one.store.runs()) {
            Origin const origin{one.study.id,
                                run.commit + (run.dirty ? " (modified)" : ""),
                                run.build,
                                run.simd,
                                run.device + (run.driver.empty() ? "" : ", driver " + run.driver),
                                one.study.seed,
                                1};
            auto const same =
                std::find_if(origins.begin(), origins.end(), [&](Origin const& other) {
                    return other.study == origin.study && other.commit == origin.commit &&
                           other.build == origin.build && other.simd == origin.simd &&
                           other.device == origin.device;
                });
            if (same != origins.end())
                ++same->runs;
            else
                origins.push_back(origin);
        }
    return origins;
}

void print_origins(std::vector<Origin> const& origins)
{
    std::vector<std::vector<std::string>> lines{
        {"study", "seed", "commit", "build", "SIMD", "device", "runs"}};
    for (Origin const& one : origins)
        lines.push_back({one.study, fmt::format("{}", one.seed), one.commit, one.build, one.simd,
                         one.device, fmt::format("{}", one.runs)});
    print_text("\nWhat computed these fits\n\n" + aligned(lines));
}

nlohmann::ordered_json origins_json(std::vector<Origin> const& origins)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (Origin const& one : origins)
        list.push_back({{"study", one.study},
                        {"seed", one.seed},
                        {"commit", one.commit},
                        {"build", one.build},
                        {"simd", one.simd},
                        {"device", one.device},
                        {"runs", one.runs}});
    return list;
}

} // namespace

int rates_command(RatesCommandOptions const& options, CommonOptions const& common)
{
    RatesOptions wanted;
    set_window(wanted, options.window);
    wanted.windows = options.windows;
    wanted.blocks = options.blocks;
    std::vector<ResultFolder> const folders = open_folders(options.folders, options.device.threads);
    for (ResultFolder const& one : folders)
        check_window(wanted, options.window, one.study);
    std::unique_ptr<Device> const device = bootstrap_device(folders, options.device);
    std::vector<RateRow> rows;
    for (ResultFolder const& one : folders) {
        std::vector<RateRow> const more = rates(*device, one.store, one.study, wanted);
        rows.insert(rows.end(), more.begin(), more.end());
    }
    if (common.json) {
        nlohmann::ordered_json document = rates_to_json(rows);
        if (options.levels)
            document["origins"] = origins_json(origins_of(folders));
        print_json(document);
        return 0;
    }
    print_text(rates_table(rows));
    if (options.levels)
        print_text(levels_text(rows));
    if (options.windows)
        print_text(windows_text(rows));
    if (options.blocks)
        print_text(blocks_text(rows));
    if (options.levels)
        print_origins(origins_of(folders));
    return 0;
}

} // namespace moerate
