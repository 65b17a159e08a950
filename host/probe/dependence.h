#pragma once

/// @file
/// Which functions of a family are linear combinations of others, in words.

#include "host/probe/derivatives.h"

#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// Singular values at most this share of the largest count as 0.
constexpr double function_tolerance = 1e-10;

/// Least factor between the singular values on both sides of that cut for a rank that can be told:
/// families whose values fall evenly (smooth functions of one input) have none.
constexpr double sharp_cut = 1e4;

/// The numerical rank of a family, its columns scaled to unit length.
struct Dependence
{
    int functions = 0, rank = 0;
    double least = 0;    ///< smallest singular value that counts, by the largest
    double rounding = 0; ///< largest that does not, by the largest; 0 where all count
    bool sharp = true;   ///< whether these two are far apart (sharp_cut)
    int samples = 0;
    int joining = 0;                    ///< dependent combinations that join functions of several
                                        ///< atoms, beyond those of each atom's own
    std::vector<std::string> zero;      ///< names of functions that are 0 throughout
    std::vector<std::string> relations; ///< "d2F_1/dw[1]db_e = dF_1/da[1]", one for each dependent
                                        ///< function, those that differ by an index alone as one:
                                        ///< "d2F_i/dw[u]db_e = dF_i/da[u]"; of families by atom
                                        ///< those of each atom's own functions. Of an atom
                                        ///< whose own rank is not sharp those of two functions
                                        ///< alone, of a family whose rank is not no joining
};

/// Ranks a family and names its dependent combinations: the value (order 0) by others, else second
/// derivatives by first ones, where that can be. Coefficients that are a parameter, the inverse
/// of one or a ratio of two, among `known` (name, value), are written so; others with 4 digits.
Dependence dependence_of(FunctionFamily const& family,
                         std::vector<std::pair<std::string, double>> const& known);

} // namespace moerate
