#pragma once

/// @file
/// The numbers of a curve's stored fits that a rate is made of, and why fits lack one.

#include "host/rates/bootstrap.h"
#include "host/store/store.h"

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace moerate
{

/// All stored fits of one curve at one n that the study asks for.
struct FitsAt
{
    int n;
    std::vector<FitRow> fits;
};

/// One for each n of the study that has fits, ascending; parameters only if asked for.
std::vector<FitsAt> fits_of(Store const& store, Study const& study, Curve const& curve,
                            bool with_parameters = false);

/// Why a fit that did not fail has no number.
enum class Lack : int
{
    none,
    not_finite,   ///< beyond float64
    not_measured, ///< may still be, from the stored parameters
    not_kept,     ///< cannot be: the parameters were not stored
    undefined,    ///< the fit has nothing of this kind
    older,        ///< a version that did not measure it has stored the fit
};
constexpr int lacks = 6; ///< members of Lack

/// A number of a fit, or why there is none.
struct Number
{
    double value = 0;
    Lack lack = Lack::none;
};

/// A stored loss.
Number loss_number(FitRow const& fit, LossKey const& key);

/// An error that every fit has; with `partial`, one that is stored as NaN where it is undefined.
Number error_number(double value, bool partial = false);

/// An error that versions before 2.1 of the store did not measure.
Number response_number(RiskRecord const& risk, double RiskRecord::*error);

/// One number of all fits of a curve.
struct Numbers
{
    char const* what;      ///< name in reasons, as "loss"
    Samples samples;       ///< of the fits that did not fail and have the number, by replicate
    std::vector<int> fits; ///< stored, by n
    std::array<std::vector<int>, lacks> lacking; ///< [Lack][n], of the fits that did not fail
};

/// `number` of each fit that did not fail. Positions in the samples are replicates, so that nested
/// draws take the same ones at every n.
Numbers numbers_of(std::vector<FitsAt> const& all, char const* what,
                   std::function<Number(FitRow const&)> const& number);

/// Adds to a slope of `numbers` why fits are left out: as the reason where no number is left at
/// some n, beside it elsewhere. `beyond` says what is not finite, and is asked where something is.
void explain(Slope& slope, Numbers const& numbers, std::function<std::string()> const& beyond);

/// What makes a loss of `curve` leave float64: the true mass that does, if one does.
std::string beyond_float64(Study const& study, Curve const& curve, LossSpec const& loss);

} // namespace moerate
