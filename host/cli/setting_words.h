#pragma once

/// @file
/// The words that complete a setting, from the manual's tables of keys.

#include "host/measure/keys.h"

#include <string>
#include <vector>

namespace moerate
{

/// What --set may have behind `word`, which is the beginning of path=value: tables end with ".",
/// keys with "=", and behind "=" stand the words that the key knows, as TOML. A tab and what the
/// key says may follow. `labels`: of the fits of the file.
std::vector<std::string> setting_words(std::string const& word,
                                       std::vector<std::string> const& labels);

/// The keys of one table, each with "=" behind.
std::vector<std::string> key_words(KeyTable const& table);

} // namespace moerate
