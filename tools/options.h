#pragma once

/// @file
/// What the command lines of the tools share.

#include "host/core/error.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <optional>
#include <string>

namespace moerate
{

/// Parses the command line of `program`, as users call it; the exit code where that is all there is
/// to do, as for --help. Throws UsageError.
inline std::optional<int> parse_options(CLI::App& app, int argc, char** argv,
                                        std::string const& program)
{
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (CLI::Success const& help) {
        return app.exit(help);
    } catch (CLI::ParseError const& error) {
        throw UsageError(fmt::format("{} (see {} --help)", error.what(), program));
    }
}

} // namespace moerate
