#include "host/estimate/rank.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{

Rank rank_of(std::vector<double> const& gram, std::size_t p)
{
    Rank found;
    found.smallest.fill(std::numeric_limits<double>::quiet_NaN());
    bool const finite =
        std::all_of(gram.begin(), gram.end(), [](double value) { return std::isfinite(value); });
    if (!finite)
        return found;
    std::vector<std::size_t> alive;
    for (std::size_t i = 0; i < p; ++i)
        if (gram[i * p + i] > 0)
            alive.push_back(i);
    found.dead = static_cast<int>(p - alive.size());
    if (alive.empty())
        return found;
    auto const size = static_cast<Eigen::Index>(alive.size());
    Eigen::MatrixXd scaled(size, size);
    for (Eigen::Index i = 0; i < size; ++i)
        for (Eigen::Index j = 0; j < size; ++j) {
            std::size_t const a = alive[static_cast<std::size_t>(i)];
            std::size_t const b = alive[static_cast<std::size_t>(j)];
            scaled(i, j) =
                gram[a * p + b] / std::sqrt(gram[a * p + a]) / std::sqrt(gram[b * p + b]);
        }
    Eigen::VectorXd const values =
        Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(scaled, Eigen::EigenvaluesOnly)
            .eigenvalues();
    double const least = rank_tolerance * values[size - 1];
    for (Eigen::Index i = 0; i < size; ++i) {
        found.rank += values[i] > least ? 1 : 0;
        if (i < static_cast<Eigen::Index>(found.smallest.size()))
            found.smallest[static_cast<std::size_t>(i)] = values[i];
    }
    return found;
}

} // namespace moerate
