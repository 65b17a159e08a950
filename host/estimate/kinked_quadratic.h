#pragma once

/// @file
/// The quadratic model of a piecewise smooth objective near a point: what a Gauss-Newton step
/// minimises where some samples are near kinks.

#include <cstddef>
#include <vector>

namespace moerate
{

/// A sample near a kink, which c = crossing.step - distance > 0 is beyond.
struct Kink
{
    double distance;  ///< >= 0, of the point from the kink, in units of what is 0 there
    double jump;      ///< slope of S by that beyond the kink less that before it; > 0: convex
    double curvature; ///< what is added to H beyond it, by the same; 0: nothing
    std::vector<double> crossing; ///< [p] derivative by the coordinates of what passes the kink
};

/// S(z + s) - S(z) = g.s + s.H s / 2 + sum over the kinks that are passed of jump c, and where jump
/// < 0 of curvature c^2 / 2, in a box. Addresses of the caller's.
struct KinkedQuadratic
{
    std::size_t p;
    double const* gradient; ///< [p] g, on the point's side of all kinks
    double const* gram;     ///< [p][p] H; a dead coordinate (dead_share) does not move, unless it
                            ///< comes to life beyond a kink that the point is on
    double const* z;        ///< [p] the point
    double const* lower;    ///< [p] of the box
    double const* upper;    ///< [p]
    std::vector<Kink> const* kinks;
};

/// Where the model is least.
struct KinkedStep
{
    bool found = false;        ///< false: the damped H is no Gram matrix
    std::vector<double> step;  ///< [p]
    double decrease = 0;       ///< of S, by the model
    std::vector<double> slope; ///< [kinks] 0: not crossed, jump: crossed, between: on the kink
};

/// Minimises g.s + s.(H + damping D) s / 2 + sum_kinks over the box, D that of
/// StepTask. With convex kinks only this is the minimum; its dual, which is what is solved, has a
/// number a kink and bound:
///
///   min over t of (g + sum t_s c_s)^T (H + damping D)^-1 (g + sum t_s c_s) / 2 + sum t_s
///   distance_s, 0 <= t_s <= jump_s, and t >= 0 of a bound,
///
/// so at a point on all its kinks twice the decrease is the least predicted gain over all
/// generalised gradients. A concave kink (jump < 0) is taken linear on the side where the last
/// minimum was, which is an upper bound of the model, and the rest is solved again until no side
/// changes: every such change lowers the model, and where it ends is a local minimum (Pham Dinh, Le
/// Thi 1997).
KinkedStep minimum_of(KinkedQuadratic const& model, double damping);

/// Other minima of the same model, each found from the one of minimum_of with one of the concave
/// kinks nearby on its other side: those that lower S by more than `least`, the lowest last.
std::vector<KinkedStep> minima_beyond(KinkedQuadratic const& model, double damping, double least);

} // namespace moerate
