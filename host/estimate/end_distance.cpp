#include "host/estimate/end_distance.h"

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

} // namespace moerate
