#pragma once

/// @file
/// What a run works on, and what changes by it.

#include "host/cli/commands.h"
#include "host/study/study.h"

#include <string>
#include <vector>

namespace moerate
{

/// A study and the folder of its results.
struct StudyToRun
{
    Study study;
    std::string folder;
};

/// Reads both from the options; with --add-n the study has the folder's n, too. Notes the stored
/// fits that leave the study, and warnings; UsageError where a new store would hold curves that are
/// all the same.
StudyToRun study_to_run(RunCommandOptions const& options, CommonOptions const& common);

/// Notes what a user should know of the study's file.
void note_warnings(Study const& study, bool quiet);

/// The files that a study is read from: its own, and those of its truths.
std::vector<std::string> input_files(StudyOptions const& options, Study const& study);

} // namespace moerate
