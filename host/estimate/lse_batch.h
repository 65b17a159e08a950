#pragma once

/// @file
/// Least squares for a list of problems, each from several starts.

#include "host/device/slices.h"
#include "host/estimate/estimator.h"
#include "host/estimate/lse_box.h"
#include "host/estimate/lse_rounds.h"

#include <mutex>
#include <vector>

namespace moerate
{

/// spec.md 4: `best` asks for so many starts, so many blind ones among them, and two that end
/// within this of the least n mse / sigma^2.
constexpr int certifying_starts = 8, certifying_blind = 4;
constexpr double same_minimum = 0.1;

/// Ends that differ by less in n mse / sigma^2 have the same MSE, up to where the rounds stop.
constexpr double equal_ends = 1e-3;

/// A problem and how it is to be solved. The problem must outlive the batch.
struct LseRequest
{
    FitProblem<double> const* problem;
    LseSettings rounds;
    Box::Bounds bounds;
};

/// One call of the estimator: all starts of all requests go through the rounds as one list.
class LseBatch
{
public:
    /// Allocates everything and makes the starts. Throws DeviceError, as run does.
    LseBatch(Device& device, std::vector<LseRequest> const& requests);

    /// Fits, writes the lowest end of each request to its theta (of equal_ends that of the earliest
    /// start) and that of the first start to `near`, and finds out about the fits.
    std::vector<FitOutcome> run();

private:
    LseItem<double> item(std::size_t request, int start) const;
    std::vector<LseItem<double>> items() const;
    std::vector<LseResult> follow(std::vector<LseItem<double>> items);
    static FitOutcome outcome(FitProblem<double> const& problem, LseResult const* ends);
    void add_distances(std::vector<FitOutcome>& outcomes);
    void add_ranks(std::vector<FitOutcome>& outcomes);

    Device& device_;
    std::vector<LseRequest> const& requests_;
    std::vector<int> first_;       ///< number of each request's first start among all
    Slices<double> theta_;         ///< one a start
    Slices<double> lower_, upper_; ///< one a request
    std::mutex telling_;           ///< who watches a fit hears of one end at a time
};

} // namespace moerate
