#pragma once

/// @file
/// What a run works on, and what changes by it.

#include "host/cli/commands.h"
#include "host/study/study.h"

#include <string>

namespace moerate
{

/// A study and the folder of its results.
struct StudyToRun
{
    Study study;
    std::string folder;
};

/// Reads both from the options; with --add-n the study has the folder's n, too. Notes the stored
/// fits that leave the study.
StudyToRun study_to_run(RunCommandOptions const& options, CommonOptions const& common);

} // namespace moerate
