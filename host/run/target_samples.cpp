#include "host/run/target_samples.h"

#include "host/core/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{

std::int64_t samples_needed(Study const& study, Curve const& curve, double misfit)
{
    // misfit sqrt(n / N) <= 0.1 sigma
    double const needed = 100.0 * study.n.back() * misfit * misfit / curve.noise_variance;
    return static_cast<std::int64_t>(std::ceil(std::min(needed, 1e17)));
}

void check_samples(Study const& study, Curve const& curve, double misfit)
{
    if (samples_needed(study, curve, misfit) <= study.search.samples)
        return;
    // More samples find a misfit that is somewhat larger: a tenth in its square.
    std::int64_t const needed = samples_needed(study, curve, std::sqrt(1.1) * misfit);
    throw UsageError(fmt::format(
        "{}: target.samples = {} is too small for the projection of fit \"{}\" (it is {:.4g} away "
        "from the truth; its own error, by misfit sqrt(n / samples) with n = {}, is above a "
        "tenth of sigma = {:.4g}) {}",
        study.file, study.search.samples, curve.label, misfit, study.n.back(),
        std::sqrt(curve.noise_variance),
        needed <= std::numeric_limits<int>::max()
            ? fmt::format("write [target] samples = {} or more, or lower study.n", needed)
            : "lower study.n, or fit a family that comes nearer to the truth"));
}

} // namespace moerate
