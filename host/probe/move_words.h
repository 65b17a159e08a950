#pragma once

/// @file
/// What differs between two measures of one function, in words.

#include "host/probe/noise_free.h"

#include <string>
#include <vector>

namespace moerate
{

/// A move in words.
struct MoveWords
{
    std::string kind; ///< near: "common shift", "temperature", "shared", "shares", "scale", "mass
                      ///< and scale", "other"; far: "signs turned", "null atom", "relabelled",
                      ///< "shares", "twin" (docs/identifiability.md)
    std::vector<std::string> lines; ///< which atoms, which parameters, how
};

/// From a split truth to a measure with the same f near it; `cell` [k] is the true atom (0-based)
/// of each fitted one.
MoveWords words_of_move(Measure const& from, Measure const& to, std::vector<int> const& cell);

/// The atoms of a measure with the truth's f that lies at a distance, each beside the true atom
/// that it has the gate location of (after the common shift that makes these the most, where one
/// leaves f as it is): whether it is that atom, or a multiple of its response; else whether it has
/// the signs of one turned, no response, or a constant gate.
MoveWords words_of_twin(NoiseFree const& sample, Measure const& twin);

} // namespace moerate
