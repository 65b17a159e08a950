#pragma once

/// @file
/// What `moerate init --from` begins with.

#include <filesystem>
#include <string>

namespace moerate
{

/// The file of an experiment, by its name or its name in the folder of experiments. Throws
/// UsageError where there is none.
std::filesystem::path experiment(std::string const& from);

/// The text of an experiment with the id `name`. Throws UsageError.
std::string copied_file(std::string const& name, std::string const& from);

/// Puts the file of a copied study's truth beside the copy, where it is named from.
void copy_truth(std::string const& truth, std::filesystem::path const& from,
                std::filesystem::path const& to, bool force);

} // namespace moerate
