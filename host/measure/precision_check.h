#pragma once

/// @file
/// Which numbers float32 and float64 hold.

#include "host/measure/reader.h"

#include <string>

namespace moerate
{

/// Refuses numbers that a precision cannot hold; each message names the key that they come from.
/// All throw UsageError.
class PrecisionCheck
{
public:
    /// For float64 or float32.
    explicit PrecisionCheck(bool in_float64);

    /// `what`, computed of `key` whose value is `value`, must be 0 (where the value is) or from the
    /// least number held with all digits to the largest / room. The advice: bring the value nearer
    /// to `middle`.
    void hold(Reader const& table, std::string const& key, double value, std::string const& what,
              double number, double room = 1, double middle = 1) const;
    /// The standard deviation of normal numbers: the largest drawn are some 9 times as large, and
    /// sums of them must be held too.
    void hold_sd(Reader const& table, std::string const& key, double value, std::string const& what,
                 double sd, double middle = 1) const;
    /// Whether the sd is such a number.
    bool holds_sd(double sd) const;

    double most() const { return most_; }
    char const* name() const { return name_; }
    std::string advice(double middle = 1) const;

private:
    char const* name_;
    double least_, most_;
    bool in_float64_;
};

} // namespace moerate
