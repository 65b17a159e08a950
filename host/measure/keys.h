#pragma once

/// @file
/// What the manual says of the keys of a table. A reader declares its keys once, beside its code; a
/// key that it reads without having declared it is an error of the program (Reader::documented).

#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// One key.
struct Key
{
    /// Implicit from a name alone, so that lists can begin as names; tests/study refuses such a
    /// key.
    Key(char const* its_name, std::string what_it_takes = {}, std::string its_default = {},
        std::string its_unit = {}, std::string what_it_means = {}, std::string an_example = {},
        std::string its_users = {})
        : name(its_name), takes(std::move(what_it_takes)), otherwise(std::move(its_default)),
          unit(std::move(its_unit)), meaning(std::move(what_it_means)),
          example(std::move(an_example)), used_by(std::move(its_users))
    {}

    std::string name;
    std::string takes;     ///< which values: "whole number >= 1", "text"
    std::string otherwise; ///< default as the file would say it, in () as a remark; empty: needed
    std::string unit;      ///< "samples", "1" where the value has none
    std::string meaning;   ///< what it says, as a sentence without a full stop
    std::string example;   ///< a value as the file has it
    std::string used_by;   ///< families or kinds that have the key; empty: all
};

/// The keys of one table.
struct KeyTable
{
    std::string name;  ///< "[study]"
    std::string about; ///< what the table says; a paragraph a line
    std::vector<Key> keys;
};

} // namespace moerate
