#pragma once

/// @file
/// What keeps the slope of one row from being read as a rate, and what to do.

#include "host/rates/rates.h"

#include <string>
#include <vector>

namespace moerate
{

/// A check of one row: what it finds, empty if nothing. Without a function of its own it finds the
/// reason of that code why the slope is in brackets (verdict.h).
struct RowCheck
{
    char const* code;
    char const* title;
    char const* remedy;
    std::string (*find)(RateRow const&) = nullptr;
    char const* of_minima = nullptr; ///< remedy of fits with certificates, where it is another
};

/// What a check finds of a row.
std::string found_by(RowCheck const& check, RateRow const& row);

/// All checks of rows, in the order in which they are told.
std::vector<RowCheck> const& row_checks();

} // namespace moerate
