#pragma once

/// @file
/// Files of cases: a JSON array of objects.

#include "host/measure/reader.h"

#include <functional>
#include <string>

namespace moerate
{

/// Calls `read(reader, where)` for each object of the array in `file` ("-": stdin); `where` names
/// the case in messages: `cases.json: case 3 ("name")`, counted from 1. A key "expected"
/// and those of the other command of cases are ignored. Unknown keys, everything that is not an
/// object and what `read` throws end it. Throws UsageError.
void read_cases(std::string const& file,
                std::function<void(Reader& reader, std::string const& where)> const& read);

} // namespace moerate
