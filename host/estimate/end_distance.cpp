#include "host/estimate/end_distance.h"

#include <algorithm>
#include <cmath>

namespace moerate
{

double end_distance(double const* a, double const* b, int m)
{
    double sum = 0;
    for (int t = 0; t < m; ++t)
        sum += (a[t] - b[t]) * (a[t] - b[t]);
    return std::sqrt(sum / m);
}

double residual_variance(double mse, int n, int p)
{
    return n * mse / std::max(1, n - p);
}

double above_least(double mse, double least, int n, int p, double exact_below)
{
    mse = std::max(mse, exact_below); // not a number stays that
    least = std::max(least, exact_below);
    return std::max(1, n - p) * (mse - least) / least;
}

} // namespace moerate
