#include "host/core/matrix.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>

namespace moerate
{
namespace
{

using Columns = Eigen::Map<Eigen::MatrixXd const>;
using Numbers = Eigen::Map<Eigen::VectorXd const>;

Eigen::Index index(std::size_t i)
{
    return static_cast<Eigen::Index>(i);
}

Columns seen(DenseMatrix const& a)
{
    return {a.values.data(), index(a.rows), index(a.columns)};
}

Numbers seen(std::vector<double> const& v)
{
    return {v.data(), index(v.size())};
}

Eigen::Map<Eigen::MatrixXd> to(DenseMatrix& a)
{
    return {a.values.data(), index(a.rows), index(a.columns)};
}

Eigen::Map<Eigen::VectorXd> to(std::vector<double>& v)
{
    return {v.data(), index(v.size())};
}

} // namespace

DenseMatrix last_columns(DenseMatrix const& a, std::size_t first)
{
    DenseMatrix last(a.rows, a.columns - first);
    last.values.assign(a.values.begin() + index(first * a.rows), a.values.end());
    return last;
}

DenseMatrix first_columns(DenseMatrix const& a, std::size_t end)
{
    DenseMatrix first(a.rows, end);
    first.values.assign(a.values.begin(), a.values.begin() + index(end * a.rows));
    return first;
}

DenseMatrix scaled_rows(DenseMatrix a, std::vector<double> const& factor)
{
    for (std::size_t j = 0; j < a.columns; ++j)
        for (std::size_t i = 0; i < a.rows; ++i)
            a(i, j) *= factor[i];
    return a;
}

DenseMatrix scaled_columns(DenseMatrix a, std::vector<double> const& factor)
{
    for (std::size_t j = 0; j < a.columns; ++j)
        for (std::size_t i = 0; i < a.rows; ++i)
            a(i, j) *= factor[j];
    return a;
}

DenseMatrix product(DenseMatrix const& a, DenseMatrix const& b)
{
    DenseMatrix result(a.rows, b.columns);
    to(result).noalias() = seen(a) * seen(b);
    return result;
}

std::vector<double> product(DenseMatrix const& a, std::vector<double> const& v)
{
    std::vector<double> result(a.rows);
    to(result).noalias() = seen(a) * seen(v);
    return result;
}

DenseMatrix crossed(DenseMatrix const& a, DenseMatrix const& b)
{
    DenseMatrix result(a.columns, b.columns);
    to(result).noalias() = seen(a).transpose() * seen(b);
    return result;
}

std::vector<double> crossed(DenseMatrix const& a, std::vector<double> const& v)
{
    std::vector<double> result(a.columns);
    to(result).noalias() = seen(a).transpose() * seen(v);
    return result;
}

Spectrum spectrum_of(DenseMatrix const& symmetric, Wanted wanted)
{
    Spectrum found;
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(
        seen(symmetric),
        wanted == Wanted::vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
    found.values.resize(symmetric.rows);
    to(found.values) = solver.eigenvalues();
    if (wanted == Wanted::vectors) {
        found.vectors = DenseMatrix(symmetric.rows, symmetric.rows);
        to(found.vectors) = solver.eigenvectors();
    }
    return found;
}

SingularValues singular_values_of(DenseMatrix const& a)
{
    Eigen::JacobiSVD<Eigen::MatrixXd> const solver(seen(a), Eigen::ComputeThinV);
    SingularValues found;
    found.values.resize(a.columns);
    to(found.values) = solver.singularValues();
    found.right = DenseMatrix(a.columns, a.columns);
    to(found.right) = solver.matrixV();
    return found;
}

std::vector<double> solved(DenseMatrix const& a, std::vector<double> const& right)
{
    std::vector<double> result(right.size());
    to(result) = seen(a).llt().solve(seen(right));
    return result;
}

} // namespace moerate
