#pragma once

/// @file
/// Calling the programs of tools/.

#include "tests/cli/process.h"
#include "tests/places.h"

#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

namespace tools
{

/// Runs `program` to its end; what it prints goes through a folder that is removed again.
inline process::Result run(std::string const& program, std::vector<std::string> const& arguments)
{
    std::filesystem::path const folder =
        std::filesystem::temp_directory_path() / ("moerate-tools-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    process::Result const result = process::Moerate(folder.string(), arguments, program).wait();
    std::filesystem::remove_all(folder);
    return result;
}

inline process::Result bench(std::vector<std::string> const& arguments)
{
    return run(MOE_BINARY_DIR "/moerate-bench", arguments);
}

} // namespace tools
