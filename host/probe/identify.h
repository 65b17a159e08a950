#pragma once

/// @file
/// What is identified in a family: ranks of derivatives, flat directions near the truth, and
/// measures of the same function far from it.

#include "host/probe/dependence.h"
#include "host/probe/flat.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace moerate
{

struct IdentifySettings
{
    int samples = 1000;
    int starts = 16;      ///< of a search near the truth
    int blind = 32;       ///< of a search anywhere
    double epsilon = 0.1; ///< loss at which it is searched near the truth
    std::uint32_t seed = 1;
};

/// A family and what is asked of it.
struct IdentifyQuestion
{
    Measure truth;
    std::string regime; ///< in words
    Model over;         ///< the same families with extra atoms; k* where none are asked for
    int loss = 0;       ///< in Losses
    double r = 1;
};

/// A counterexample with where it was found.
struct FoundFlat
{
    int k;       ///< of the fit
    Gauge gauge; ///< in which its loss is not 0
    bool near;   ///< at L = epsilon, else anywhere
    Flat flat;
};

struct Identification
{
    IdentifyQuestion question;
    Dependence first, second; ///< of FunctionFamily (derivatives.h)
    int first_dropped = 0, second_dropped = 0;
    std::vector<FoundFlat> found;
};

/// Where a loss of at least this is told apart from a minimum that least squares has not quite
/// reached, far from the truth.
constexpr double twin_loss = 0.05;

/// Answers a question. Second derivatives are taken at the truth, for sigmoid gates with locations
/// 0, where the papers need them (000, 003: Definition 1; cosine scores have none there and keep
/// theirs). Near: k = k* by raw parameters and aligned, then k aligned; far: both aligned. Throws
/// DeviceError.
Identification identify(Device& device, IdentifyQuestion const& question,
                        IdentifySettings const& settings);

/// For a terminal, and as one JSON object.
std::string identification_text(Identification const& found, IdentifySettings const& settings);
nlohmann::ordered_json identification_json(Identification const& found,
                                           IdentifySettings const& settings);

} // namespace moerate
