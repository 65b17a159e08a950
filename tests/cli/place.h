#pragma once

/// @file
/// A folder with the small study in it, where moerate is called.

#include "tests/cli/process.h"
#include "tests/run/small_study.h"

struct Place : small::Folder
{
    Place() { process::write_file(study(), small::text); }
    std::string study() const { return path("small.toml"); }
    std::string results() const { return path("results"); }
    process::Result call(std::vector<std::string> const& words) const
    {
        return process::run(path(), words);
    }
};
