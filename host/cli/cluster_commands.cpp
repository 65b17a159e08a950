#include "host/cli/commands.h"

#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/run/progress.h"
#include "host/run/shards.h"
#include "host/store/merge.h"
#include "host/store/recover.h"

#include <fmt/format.h>

#include <chrono>

namespace moerate
{

int merge_command(MergeOptions const& options, CommonOptions const& common)
{
    auto const begin = std::chrono::steady_clock::now();
    std::string const into = options.folder.empty() ? options.folders.front() : options.folder;
    MergeReport const report = merge_stores(options.folders, into);
    std::chrono::duration<double> const seconds = std::chrono::steady_clock::now() - begin;
    std::string const file = into + "/store.sqlite";
    note(common.quiet,
         fmt::format("{} files merged into {}: {} fits and {} losses added, {} fits were there, {}",
                     report.files, file, report.fits, report.losses, report.there,
                     format_duration(seconds.count())));
    Store const store = Store::merged(into);
    Study const study = stored_study(store);
    int const n = options.shards > 0      ? options.shards
                  : report.shards.empty() ? 1
                                          : report.shards.front().n;
    Plan const plan = make_plan(study);
    std::vector<MissingShard> const missing = missing_shards(study, plan, &store, n);
    long long fits = 0;
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (MissingShard const& one : missing) {
        fits += one.fits;
        list.push_back({{"shard", shard_text(one.shard)}, {"fits", one.fits}});
    }
    if (common.json) {
        print_json({{"files", report.files},
                    {"fits", report.fits},
                    {"there", report.there},
                    {"losses", report.losses},
                    {"seconds", seconds.count()},
                    {"store", file},
                    {"missing", list}});
        return 0;
    }
    for (MissingShard const& one : missing)
        print("--shard {}\n", shard_text(one.shard));
    if (missing.empty())
        note(common.quiet, "nothing is missing");
    else
        note(common.quiet,
             fmt::format("{} fits are missing, in shards {} of {}", fits, array_text(missing), n));
    return 0;
}

int recover_command(std::string const& folder, CommonOptions const& common)
{
    std::vector<Recovered> const files = recover_stores(folder);
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (Recovered const& one : files) {
        note(
            common.quiet,
            fmt::format("{} was damaged: {} fits could be read whole and are kept, {} in part; the "
                        "damaged file is {}",
                        one.file, one.fits, one.lost, one.kept));
        list.push_back({{"file", one.file},
                        {"why", one.why},
                        {"fits", one.fits},
                        {"lost", one.lost},
                        {"kept", one.kept}});
    }
    if (common.json)
        print_json({{"recovered", list}});
    else if (files.empty())
        note(common.quiet, fmt::format("no store in {} is damaged", folder));
    else
        note(common.quiet, "run the same commands as before: they do what is missing");
    return 0;
}

} // namespace moerate
