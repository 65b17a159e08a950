#pragma once

/// @file
/// One stored fit again: its data, the fit itself, and the way that it took.

#include "host/device/device.h"
#include "host/run/fit_name.h"
#include "host/store/store.h"
#include "host/study/study.h"

#include <string>
#include <vector>

namespace moerate
{

/// A stored fit with its curve.
struct StoredFit
{
    Curve const* curve; ///< of the study given
    int n;
    FitRow row; ///< with parameters, where these are stored
};

/// The fit of that name. Throws UsageError that says which labels, n and replicates there are.
StoredFit stored_fit(Store const& store, Study const& study, FitName const& name);

/// The study with the projections that its store has found; the others are left out.
Study with_stored_targets(Study study, Store const& store);

/// The training data of a fit, as float64 numbers of the precision that it was fitted in.
struct TrainingData
{
    std::vector<double> x; ///< [n][d]
    std::vector<double> y; ///< [n]
};

/// Draws them again. Throws DeviceError.
TrainingData training_data(Device& device, Study const& study, Curve const& curve, int n,
                           int replicate);

/// A fit that was ended after some iterations.
struct PathPoint
{
    int iterations;    ///< 0: the start
    Point at;          ///< where it stood
    double from_start; ///< ||theta - theta_start||
    double to_end;     ///< ||theta - theta_fit||
};

/// The iterations (epochs, rounds) after which a path of `last` of them is looked at: all up to 20,
/// then ever rarer, at most about 65; the last one always.
std::vector<int> path_iterations(int last);

/// A fit done again.
struct Replay
{
    FitRow again;
    std::vector<PathPoint> path; ///< from the start to the fit
};

/// Does a stored fit again, and once for each of path_iterations as one that ends after so many:
/// since an iteration does not know how many follow, each is a point of the fit's own path. Of
/// several starts a point is the best end of all after so many rounds each. Same arithmetic as a
/// run's. Throws DeviceError.
Replay replay(Device& device, Study const& study, StoredFit const& fit);

/// Numbers in which a fit done again differs from the stored one, "mse: stored 0.1, again 0.2"; the
/// first few. Empty where both are the same to the last bit.
std::vector<std::string> deviations(FitRow const& stored, FitRow const& again);

} // namespace moerate
