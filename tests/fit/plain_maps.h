#pragma once

/// @file
/// Scores and responses of the plain float64 mixture.

#include "tests/fit/problem.h"

#include <numeric>

namespace moerate
{

/// theta with its parts by name; part as in kernels/model/layout.h.
struct Named
{
    Model const& model;
    std::vector<double> const& theta;

    bool has(char part, char const* name) const { return block(part, name) != nullptr; }

    double const* row(char part, char const* name, int i) const
    {
        Block const* const found = block(part, name);
        return theta.data() + found->offset + i * found->width;
    }

private:
    Block const* block(char part, char const* name) const
    {
        return find_block(model.layout, parameter_id(part, name));
    }
};

inline double dot(double const* a, double const* b, int d)
{
    return std::inner_product(a, a + d, b, 0.0);
}

/// The score of atom i at x before T; lowers `margin` to the distance from a kink.
double plain_score(Named const& named, double const* x, int i, Plain plain, double& margin);

/// h_i(x), likewise.
double plain_response(Named const& named, double const* x, int i, Plain plain, double& margin);

} // namespace moerate
