#pragma once

/// @file
/// Whether sanitizers watch: they see the same in each of many like cases, and take many times
/// as long. The suite without them has all.

namespace moerate
{

#ifdef __SANITIZE_ADDRESS__
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

} // namespace moerate
