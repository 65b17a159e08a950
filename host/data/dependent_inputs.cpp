#include "host/data/dependent_inputs.h"

#include <cmath>
#include <cstddef>

namespace moerate
{
namespace
{

constexpr double left_over = 1e-6; ///< of a column's spread: what digits of a file leave
constexpr double has_part = 1e-3;  ///< least coefficient that is told, of columns of spread 1

/// Correlations [d][d] of the columns; those of a constant one are 0.
std::vector<double> correlations(DataTable const& table)
{
    std::size_t const d = static_cast<std::size_t>(table.d), n = static_cast<std::size_t>(table.n);
    std::vector<double> mean(d, 0.0), sums(d * d, 0.0), row(d);
    for (std::size_t t = 0; t < n; ++t)
        for (std::size_t a = 0; a < d; ++a)
            mean[a] += (table.x[t * d + a] - mean[a]) / static_cast<double>(t + 1);
    for (std::size_t t = 0; t < n; ++t) {
        for (std::size_t a = 0; a < d; ++a)
            row[a] = table.x[t * d + a] - mean[a];
        for (std::size_t a = 0; a < d; ++a)
            for (std::size_t b = 0; b <= a; ++b)
                sums[a * d + b] += row[a] * row[b];
    }
    for (std::size_t a = 0; a < d; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            double const both = std::sqrt(sums[a * d + a]) * std::sqrt(sums[b * d + b]);
            sums[a * d + b] = both > 0 ? sums[a * d + b] / both : 0;
        }
    return sums;
}

bool is_constant(DataTable const& table, int column)
{
    std::size_t const d = static_cast<std::size_t>(table.d);
    for (std::size_t at = static_cast<std::size_t>(column); at < table.x.size(); at += d)
        if (table.x[at] != table.x[static_cast<std::size_t>(column)])
            return false;
    return true;
}

/// Independent columns so far, as rows of the Cholesky factor of their correlations.
class Basis
{
public:
    explicit Basis(std::vector<double> const& correlation, std::size_t d)
        : correlation_(correlation), d_(d)
    {}

    /// Takes a column in; where it depends on those that are in, gives its coefficients by them.
    std::vector<double> add(int column)
    {
        std::size_t const size = columns_.size();
        std::vector<double> row(size + 1);
        double left = 1;
        for (std::size_t i = 0; i < size; ++i) {
            double sum = correlation_[static_cast<std::size_t>(column) * d_ +
                                      static_cast<std::size_t>(columns_[i])];
            for (std::size_t j = 0; j < i; ++j)
                sum -= factor_[i][j] * row[j];
            row[i] = sum / factor_[i][i];
            left -= row[i] * row[i];
        }
        // Squares of 1e-6 are beyond what a sum of float64 shows: the rounding of 1 is the floor.
        // (What is not finite is no reason to say anything.)
        if (!(left <= left_over * left_over + 1e-13 * static_cast<double>(size + 1))) {
            row[size] = std::sqrt(left);
            factor_.push_back(std::move(row));
            columns_.push_back(column);
            return {};
        }
        for (std::size_t i = size; i-- > 0;) {
            for (std::size_t j = i + 1; j < size; ++j)
                row[i] -= factor_[j][i] * row[j];
            row[i] /= factor_[i][i];
        }
        row.pop_back();
        return row;
    }

    std::vector<int> const& columns() const { return columns_; }

private:
    std::vector<double> const& correlation_;
    std::size_t d_;
    std::vector<int> columns_;
    std::vector<std::vector<double>> factor_;
};

} // namespace

std::vector<DependentInput> dependent_inputs(DataTable const& table)
{
    std::vector<DependentInput> found;
    std::vector<double> const correlation = correlations(table);
    Basis basis(correlation, static_cast<std::size_t>(table.d));
    for (int column = 0; column < table.d; ++column) {
        if (is_constant(table, column)) {
            found.push_back({column, {}});
            continue;
        }
        std::vector<double> const coefficients = basis.add(column);
        if (coefficients.empty())
            continue;
        DependentInput input{column, {}};
        for (std::size_t i = 0; i < coefficients.size(); ++i)
            if (std::abs(coefficients[i]) > has_part)
                input.others.push_back(basis.columns()[i]);
        found.push_back(std::move(input));
    }
    return found;
}

} // namespace moerate
