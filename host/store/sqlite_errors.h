#pragma once

/// @file
/// What SQLite's result codes mean to users.

#include <string>

namespace moerate::sqlite
{

/// Throws the error that belongs to a result code of SQLite, about `file`; `why` is SQLite's
/// message.
[[noreturn]] void fail(std::string const& file, int code, std::string const& why);

} // namespace moerate::sqlite
