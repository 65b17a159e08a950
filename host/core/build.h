#pragma once

/// @file
/// Of what this program was built. One source includes generated/version.h, so that a commit
/// compiles that one alone.

namespace moerate
{

struct Build
{
    char const* version;
    char const* commit;        ///< 12 digits, "unknown" outside of a clone
    bool dirty;                ///< files of the clone differed from that commit
    char const* type;          ///< CMake's: Release, Debug
    char const* compiler;      ///< name and version
    char const* cuda_compiler; ///< version; "" without CUDA
};

Build const& this_build();

} // namespace moerate
