#pragma once

/// @file
/// Exact flat directions: measures with the truth's f and a loss that is not 0.

#include "host/probe/move_words.h"
#include "host/probe/nearest.h"

#include <string>
#include <vector>

namespace moerate
{

/// A counterexample to any bound of the loss by ||f_G - f*||.
struct Flat
{
    Measure measure;
    double loss = 0;
    double difference = 0; ///< largest |f - f*| on a sample
    MoveWords words;
    std::vector<std::string> blocks; ///< names of the blocks that move: none can be held
};

/// A distance of this share of |f*| is 0: rounding of float64 leaves some 1e-16.
constexpr double exact_distance = 1e-13;

/// Which coordinates are free, in turn: all; all but gate locations; experts alone; gates alone.
/// With all free, gates that part from one another change f so little that most descents end there.
std::vector<std::vector<char>> free_sets(Model const& model);

/// Flat directions at L = epsilon, from split truths: each with as few blocks, then as few atoms,
/// as there can be, found by holding one after the other; further ones with a block of the former
/// held. At most `most`. Throws DeviceError.
std::vector<Flat> flat_directions(NearestSearch& search, double epsilon, int most = 4);

/// Measures with the truth's f whose loss is at least `least`, wherever they lie: least squares
/// from blind starts (lse_starts.h) of `seed` on the sample; the ones with the most of the truth's
/// atoms first, none whose words are those of another or that has an atom which hardly weighs
/// (noise_free.h). Throws DeviceError.
std::vector<Flat> distant_twins(NoiseFree const& sample, LossLevel const& level,
                                Box::Bounds const& box, int starts, double least,
                                std::uint32_t seed, int most = 4);

} // namespace moerate
