#pragma once

/// @file
/// What SQLite's result codes mean to users.

#include "host/core/error.h"

#include <string>

namespace moerate::sqlite
{

/// A row that breaks a rule of its table: NULL where none may be, a key that is there already.
class RefusedRow : public StoreError
{
public:
    using StoreError::StoreError;
};

/// Throws the error that belongs to a result code of SQLite, about `file`; `why` is SQLite's
/// message.
[[noreturn]] void fail(std::string const& file, int code, std::string const& why);

/// Throws the error of a file that SQLite cannot read, or reads as what no store holds.
[[noreturn]] void damaged(std::string const& file, std::string const& why);

} // namespace moerate::sqlite
