#include "host/cli/study_to_run.h"

#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/store/unasked.h"
#include "host/study/identity.h"
#include "host/study/truth.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

namespace moerate
{
namespace
{

/// What is in the folder before a run; nothing where there is no store that can be read: the run
/// says so itself.
std::optional<Store> store_in(std::string const& folder)
{
    try {
        if (std::filesystem::exists(folder))
            return Store::open(folder);
    } catch (StoreError const&) {
        return std::nullopt;
    }
    return std::nullopt;
}

/// The study with its own n, those of the stored one, and those that have fits of its curves: an n
/// may have left the stored study.
Study with_stored_n(StudyOptions const& options, Study const& study, Store const& store,
                    Study const& stored)
{
    std::set<int> all(study.n.begin(), study.n.end());
    all.insert(stored.n.begin(), stored.n.end());
    for (CellRow const& cell : store.cells()) {
        auto const is_cell = [&](Curve const& curve) {
            return cell_id(study, curve, cell.n) == cell.id;
        };
        if (all.count(cell.n) == 0 && store.count(cell.id).fits > 0 &&
            std::any_of(study.curves.begin(), study.curves.end(), is_cell))
            all.insert(cell.n);
    }
    std::vector<std::string> settings = options.settings;
    settings.push_back(fmt::format("study.n=[{}]", fmt::join(all, ", ")));
    return read_study(options.file, settings);
}

/// How stored fits that leave the study come back into it; empty where nothing but its file does.
std::string what_brings_back(RunCommandOptions const& options, Study const& study,
                             Study const& stored)
{
    std::string how;
    if (study.n != stored.n && !options.add_n)
        how += "; with --add-n its n stay in the study";
    if (study.replicates < stored.replicates && options.half_width > 0)
        how += "; --until-half-width takes replicates back as it needs them";
    return how;
}

/// Of what would be only repeated there is no new store; one that was begun with it goes on.
void check_worth(Study const& study)
{
    for (Warning const& warning : study.warnings)
        if (warning.wasted)
            throw UsageError(warning.text);
}

} // namespace

void note_warnings(Study const& study, bool quiet)
{
    for (Warning const& warning : study.warnings)
        note(quiet, "warning: " + warning.text);
}

StudyToRun study_to_run(RunCommandOptions const& options, CommonOptions const& common)
{
    StudyToRun work{read_study(options.study.file, options.study.settings), options.folder};
    if (work.folder.empty())
        work.folder = "results/" + work.study.id;
    // A shard does not read all that the others have stored for the sake of a note.
    bool const reads = options.shard.empty() || options.add_n;
    std::optional<Store> const store = reads ? store_in(work.folder) : std::nullopt;
    if (!store && reads)
        check_worth(work.study);
    note_warnings(work.study, common.quiet);
    if (!store)
        return work;
    Study const stored = stored_study(*store);
    if (options.add_n)
        work.study = with_stored_n(options.study, work.study, *store, stored);
    Store::check_study(work.folder, work.study); // else nothing is to leave it
    std::string const kept = leaving(*store, stored, work.study);
    if (!kept.empty())
        note(common.quiet, kept + what_brings_back(options, work.study, stored));
    return work;
}

std::vector<std::string> input_files(StudyOptions const& options, Study const& study)
{
    std::filesystem::path const folder = std::filesystem::path(options.file).parent_path();
    std::vector<std::string> files{options.file};
    for (Curve const& curve : study.curves)
        for (std::string const& truth : files_of(curve.truth))
            files.push_back((folder / truth).string());
    return files;
}

} // namespace moerate
