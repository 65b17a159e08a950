#pragma once

/// @file
/// What every program of the project does around its work.

#include <functional>
#include <string>

namespace moerate
{

/// Does `work`, which returns an exit code, with the standard streams guarded (core/streams.h). An
/// error becomes the message "NAME: error: text" on stderr and its exit code. Output that was lost
/// is Exit::failure at the end, unless the work itself has found something.
int run_program(std::string const& name, std::function<int()> const& work);

} // namespace moerate
