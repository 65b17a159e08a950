#pragma once

/// @file
/// Dense linear algebra of the host, in float64. Eigen stands behind it, in one source file alone:
/// its templates take long to compile.

#include <cstddef>
#include <vector>

namespace moerate
{

/// A matrix, column after column.
struct DenseMatrix
{
    DenseMatrix() = default;
    /// All zero.
    DenseMatrix(std::size_t row_count, std::size_t column_count)
        : rows(row_count), columns(column_count), values(row_count * column_count)
    {}

    double& operator()(std::size_t row, std::size_t column) { return values[column * rows + row]; }
    double operator()(std::size_t row, std::size_t column) const
    {
        return values[column * rows + row];
    }

    std::size_t rows = 0, columns = 0;
    std::vector<double> values; ///< [columns][rows]
};

/// The columns of `a` from number `first` on.
DenseMatrix last_columns(DenseMatrix const& a, std::size_t first);

/// Those before it.
DenseMatrix first_columns(DenseMatrix const& a, std::size_t end);

/// Row i of `a` times factor[i].
DenseMatrix scaled_rows(DenseMatrix a, std::vector<double> const& factor);
/// Column j of `a` times factor[j].
DenseMatrix scaled_columns(DenseMatrix a, std::vector<double> const& factor);

/// A B and A v. Needs as many columns of A as there are rows of B, or numbers in v.
DenseMatrix product(DenseMatrix const& a, DenseMatrix const& b);
std::vector<double> product(DenseMatrix const& a, std::vector<double> const& v);

/// A^T B and A^T v. Needs as many rows of A as there are rows of B, or numbers in v.
DenseMatrix crossed(DenseMatrix const& a, DenseMatrix const& b);
std::vector<double> crossed(DenseMatrix const& a, std::vector<double> const& v);

/// Eigenvalues of a symmetric matrix, ascending, and unit eigenvectors in their order as columns.
struct Spectrum
{
    std::vector<double> values;
    DenseMatrix vectors; ///< empty if not asked for
};

enum class Wanted
{
    values,
    vectors ///< and values
};

/// The spectrum of a symmetric matrix of finite numbers, of which the lower triangle is read; by
/// tridiagonal QR.
Spectrum spectrum_of(DenseMatrix const& symmetric, Wanted wanted);

/// Singular values, descending, and unit right singular vectors in their order as columns.
struct SingularValues
{
    std::vector<double> values; ///< [columns]
    DenseMatrix right;          ///< [columns][columns]
};

/// Those of a matrix of finite numbers with at least as many rows as columns; by QR, then Jacobi's
/// rotations: small ones to about 1e-15 of the largest.
SingularValues singular_values_of(DenseMatrix const& a);

/// z with A z = right, A symmetric and positive definite, by Cholesky. Numbers that are not finite
/// come out where A is not.
std::vector<double> solved(DenseMatrix const& a, std::vector<double> const& right);

} // namespace moerate
