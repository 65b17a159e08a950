#include "host/estimate/rank.h"

#include "host/core/matrix.h"
#include "kernels/lse/step_api.h"

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
    double const dead = dead_diagonal(gram.data(), p);
    for (std::size_t i = 0; i < p; ++i)
        if (gram[i * p + i] > dead)
            alive.push_back(i);
    found.dead = static_cast<int>(p - alive.size());
    if (alive.empty())
        return found;
    DenseMatrix scaled(alive.size(), alive.size());
    for (std::size_t i = 0; i < alive.size(); ++i)
        for (std::size_t j = 0; j < alive.size(); ++j) {
            std::size_t const a = alive[i], b = alive[j];
            scaled(i, j) =
                gram[a * p + b] / std::sqrt(gram[a * p + a]) / std::sqrt(gram[b * p + b]);
        }
    std::vector<double> const values = spectrum_of(scaled, Wanted::values).values;
    double const least = rank_tolerance * values.back();
    for (std::size_t i = 0; i < values.size(); ++i) {
        found.rank += values[i] > least ? 1 : 0;
        if (i < found.smallest.size())
            found.smallest[i] = values[i];
    }
    return found;
}

} // namespace moerate
