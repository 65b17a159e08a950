#pragma once

/// @file
/// Inputs in other units: data are standardised for a fit, and its parameters told in the data's
/// own units.

#include "kernels/spec/model.h"

#include <vector>

namespace moerate
{

/// x = center + scale z, by input.
struct Scaling
{
    std::vector<double> center, scale; ///< [d]
};

/// The way back: z = -center / scale + x / scale.
Scaling inverse(Scaling const& scaling);

/// What of a scaling the parameters of a model can take up.
struct TakenUp
{
    bool scale, center;
};

/// Whether for each theta there is a theta' with f_theta(center + scale z) = f_theta'(z): scores
/// and experts that are affine in x or, in forms, quadratic take up the scale, and the center where
/// an offset of their own stands beside them. Cosine and other scores of |x| take up nothing.
TakenUp taken_up(Model const& model);

/// That theta' [layout.size]. For forms, x^T A x + w.x + b = z^T A' z + w'.z + b' with A' = S A S,
/// w' = S (w + (A + A^T) c), b' = b + w.c + c^T A c, S = diag(scale), c = center; vectors likewise
/// with A = 0. Linear in theta. The scaling must be one that the model takes up.
std::vector<double> substituted(Model const& model, std::vector<double> const& theta,
                                Scaling const& scaling);

/// Mean and standard deviation of each input of [n][d] as far as the model takes them up: center 0
/// or scale 1 where it does not. A constant input has scale 1.
Scaling standard_scaling(Model const& model, std::vector<double> const& x);

/// x [n][d] to z.
void standardise(Scaling const& scaling, std::vector<double>& x);

} // namespace moerate
