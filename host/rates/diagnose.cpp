#include "host/rates/diagnose.h"

#include "host/core/text.h"
#include "host/rates/notes.h"
#include "host/rates/row_checks.h"
#include "host/rates/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace moerate
{
namespace
{

std::string row_name(RateRow const& row)
{
    return row.label + ", " + loss_target_text(row);
}

/// Whether the study does already what the remedy says: its loss is asked for against both targets.
bool answered(RowCheck const& check, RateRow const& row, std::vector<RateRow> const& rows)
{
    return check.code == std::string_view("off_target") &&
           std::any_of(rows.begin(), rows.end(), [&](RateRow const& other) {
               return other.label == row.label && loss_text(other) == loss_text(row) &&
                      other.target == "projection";
           });
}

/// One finding where any instance was found.
void add(std::vector<Finding>& findings, Finding finding)
{
    if (!finding.instances.empty())
        findings.push_back(std::move(finding));
}

/// What the runs of a store have not in common.
void add_unlike_runs(std::vector<Finding>& findings, std::vector<RunRow> const& runs)
{
    std::set<std::string> commits, devices;
    bool dirty = false;
    for (RunRow const& run : runs) {
        commits.insert(run.commit);
        devices.insert(run.simd);
        dirty |= run.dirty;
    }
    Finding unlike{"unlike_runs",
                   "The fits come from unlike programs or devices",
                   "results of one commit, device kind and SIMD level are bitwise the same, of "
                   "others to rounding: for the bits, run the file into a new folder",
                   {}};
    if (commits.size() > 1)
        unlike.instances.push_back({"", fmt::format("commits {}", fmt::join(commits, ", "))});
    if (devices.size() > 1)
        unlike.instances.push_back({"", fmt::format("levels {}", fmt::join(devices, ", "))});
    add(findings, std::move(unlike));
    Finding modified{"modified_program",
                     "A run was made by a program that no commit describes",
                     "commit the changes, build, and run the file into a new folder before its "
                     "numbers are published",
                     {}};
    if (dirty)
        modified.instances.push_back({"", "modified beyond its commit"});
    add(findings, std::move(modified));
}

void add_last_run(std::vector<Finding>& findings, Store const& store)
{
    std::vector<RunRow> const runs = store.runs();
    Finding ended{"run_ended",
                  "The last run did not end well",
                  "run.log in the folder says why; the same command goes on",
                  {}};
    if (!runs.empty() && runs.back().outcome != "done" && !store.being_written())
        ended.instances.push_back(
            {"", fmt::format("started {}: {}", runs.back().started,
                             runs.back().outcome.empty() ? "killed, or its end could not be written"
                                                         : runs.back().outcome)});
    add(findings, std::move(ended));
}

} // namespace

std::vector<Finding> diagnose(Store const& store, Study const& study,
                              std::vector<RateRow> const& rows)
{
    std::vector<Finding> findings;
    add_last_run(findings, store);
    for (RowCheck const& check : row_checks())
        for (bool const minima : {false, true}) {
            bool const apart = check.of_minima != nullptr;
            char const* const remedy = minima && apart ? check.of_minima : check.remedy;
            Finding finding{check.code, check.title, remedy, {}};
            for (RateRow const& row : rows) {
                if (minima != (apart && row.certified_share.has_value()))
                    continue;
                std::string const what = answered(check, row, rows) ? "" : found_by(check, row);
                if (!what.empty())
                    finding.instances.push_back({row_name(row), what});
            }
            add(findings, std::move(finding));
        }
    Finding unasked{"not_in_study",
                    "The folder holds fits that the study does not ask for",
                    "they are kept: `moerate export --all` has them, a study that asks for them "
                    "again shows them (run --add-n)",
                    {}};
    if (!rows.empty() && !rows.front().not_shown.empty())
        unasked.instances.push_back({study.id, rows.front().not_shown});
    add(findings, std::move(unasked));
    add_unlike_runs(findings, store.runs());
    return findings;
}

nlohmann::ordered_json findings_json(Study const& study, std::vector<Finding> const& findings)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (Finding const& finding : findings) {
        nlohmann::ordered_json instances = nlohmann::ordered_json::array();
        for (Instance const& one : finding.instances)
            instances.push_back({{"about", one.about}, {"what", one.what}});
        list.push_back({{"code", finding.code},
                        {"title", finding.title},
                        {"remedy", finding.remedy},
                        {"instances", instances}});
    }
    return {{"study", study.id}, {"findings", list}};
}

std::string findings_text(Study const& study, std::vector<Finding> const& findings)
{
    if (findings.empty())
        return printable(study.id) + ": nothing found that keeps its slopes from being read as "
                                     "rates\n";
    std::string text;
    for (Finding const& finding : findings) {
        text += wrapped(fmt::format("{}: {}", finding.code, finding.title));
        for (Instance const& one : finding.instances)
            text += wrapped(printable(
                fmt::format("  {}{}{}", one.about, one.about.empty() ? "" : ": ", one.what)));
        text += wrapped("  -> " + finding.remedy) + "\n";
    }
    return printable(study.id) + fmt::format(": {} findings\n\n", findings.size()) + text;
}

} // namespace moerate
