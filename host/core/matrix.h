#pragma once

/// @file
/// Dense linear algebra of the host, in float64. Eigen stands behind it, in one source file alone:
/// its templates take long to compile.

#include <cstddef>
#include <vector>

namespace moerate
{

/// A matrix, column after column.
struct Matrix
{
    Matrix() = default;
    /// All zero.
    Matrix(std::size_t row_count, std::size_t column_count)
        : rows(row_count), columns(column_count), values(row_count * column_count)
    {
    }

    double& operator()(std::size_t row, std::size_t column) { return values[column * rows + row]; }
    double operator()(std::size_t row, std::size_t column) const
    {
        return values[column * rows + row];
    }

    std::size_t rows = 0, columns = 0;
    std::vector<double> values; ///< [columns][rows]
};

/// The columns of `a` from number `first` on.
Matrix last_columns(Matrix const& a, std::size_t first);

/// Row i of `a` times factor[i].
Matrix scaled_rows(Matrix a, std::vector<double> const& factor);
/// Column j of `a` times factor[j].
Matrix scaled_columns(Matrix a, std::vector<double> const& factor);

/// A B and A v. Needs as many columns of A as there are rows of B, or numbers in v.
Matrix product(Matrix const& a, Matrix const& b);
std::vector<double> product(Matrix const& a, std::vector<double> const& v);

/// A^T B and A^T v. Needs as many rows of A as there are rows of B, or numbers in v.
Matrix crossed(Matrix const& a, Matrix const& b);
std::vector<double> crossed(Matrix const& a, std::vector<double> const& v);

/// Eigenvalues of a symmetric matrix, ascending, and unit eigenvectors in their order as columns.
struct Spectrum
{
    std::vector<double> values;
    Matrix vectors; ///< empty if not asked for
};

enum class Wanted
{
    values,
    vectors ///< and values
};

/// The spectrum of a symmetric matrix of finite numbers, of which the lower triangle is read; by
/// tridiagonal QR.
Spectrum spectrum_of(Matrix const& symmetric, Wanted wanted);

/// z with A z = right, A symmetric and positive definite, by Cholesky. Numbers that are not finite
/// come out where A is not.
std::vector<double> solved(Matrix const& a, std::vector<double> const& right);

} // namespace moerate
