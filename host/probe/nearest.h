#pragma once

/// @file
/// The function nearest to the truth among those at a given loss: inf ||f_G - f*|| with L =
/// epsilon.

#include "host/estimate/normal_equations.h"
#include "host/probe/loss_level.h"
#include "host/probe/noise_free.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace moerate
{

struct NearestSettings
{
    int starts = 24;
    int rounds = 200;       ///< of a start, at most
    double enough = 1e-13;  ///< a distance of this share of |f*| ends the search: it is 0
    std::uint32_t seed = 1; ///< of the starts
    double radius = std::numeric_limits<double>::infinity(); ///< no coordinate moves further from
                                                             ///< the split truth than this
    int in_a_row = 4;   ///< starts from one split truth before the next one's turn
    bool exact = false; ///< split truths whose f is not f* are left out where there are others
    int screened = 0; ///< rounds after which all but the nearest three points of a search are left
                      ///< where they are; 0: none are
};

/// A point at the level, and the split truth, where L = 0, that its start was moved from.
struct Nearest
{
    std::vector<double> theta, origin;
    double distance = 0; ///< root mean square of f - f*
    int split = 0;       ///< number of that split truth
    double damping = 0;  ///< of the last step there; 0: none was made
};

/// The truth in the fitted model, f as it is and L = 0 where masses can be shared (softmax; sigmoid
/// where w* = 0): extra atoms share the mass of true atom `extra` (hierarchical: of a random one of
/// their group). Throws DeviceError.
std::vector<double> split_truth(NoiseFree const& sample, Model const& fitted, int extra);

/// Minimises ||f - f*||^2 over the points of a level, by Levenberg-Marquardt with the level as a
/// linear constraint, and back onto it along the ray from the split truth after each step. L has
/// edges, so that this finds local minima; it is repeated from many starts.
class NearestSearch
{
public:
    /// All of what is passed outlives this.
    NearestSearch(NoiseFree const& sample, LossLevel const& level, Box::Bounds const& box,
                  NearestSettings const& settings);

    /// How many split truths there are to start from.
    int origins() const { return static_cast<int>(origins_.size()); }

    /// The best of the settings' starts and of the points of `also`, each from its origin; those
    /// with a distance of settings.enough |f*| end it. Where none does, a few more follow along
    /// which f stands still to first order. Coordinates with free[z] = 0 stay as the origin has
    /// them; starts >= 0 takes the place of all of these. Nothing where no start reaches the level.
    /// Throws DeviceError.
    std::optional<Nearest> at(double epsilon, std::vector<Nearest> const& also = {},
                              std::vector<char> const& free = {}, int starts = -1);

    NoiseFree const& sample() const { return sample_; }
    LossLevel const& level() const { return level_; }

private:
    std::vector<double> start(Nearest const& from, int number, std::vector<char> const& free) const;
    std::vector<Nearest> along_still(std::vector<char> const& free);
    /// From a point on to the level and down. False where the level is not reached.
    bool follow(double epsilon, Nearest& point, std::vector<char> const& free);
    void descend(double epsilon, Nearest& point, std::vector<char> const& free, int rounds);

    NoiseFree const& sample_;
    LossLevel const& level_;
    NearestSettings settings_;
    Normal normal_;
    std::vector<int> extras_;                  ///< true atoms that are split
    std::vector<std::vector<double>> origins_; ///< the truth so split
    std::vector<Box::Bounds> boxes_;           ///< around each
};

} // namespace moerate
