#pragma once

/// @file
/// The command line (design.md 5).

namespace moerate
{

/// Parses the command line, runs the command, and turns every error into a line on stderr and an
/// exit code (host/core/error.h).
int run_cli(int argc, char const* const* argv);

} // namespace moerate
