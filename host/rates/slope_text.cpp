#include "host/rates/slope_text.h"

#include <fmt/format.h>

#include <cmath>

namespace moerate
{

std::string slope_text(Slope const& slope, bool bracketed)
{
    if (std::isnan(slope.slope))
        return "none";
    std::string const number = fmt::format(bracketed ? "({:.3f})" : "{:.3f}", slope.slope);
    if (std::isnan(slope.lo))
        return number + " [none]";
    return fmt::format("{} [{:.3f}, {:.3f}]", number, slope.lo, slope.hi);
}

std::string slope_text(Slope const& slope, RateRow const& row)
{
    return slope_text(slope, !row.reasons.empty() || !slope.reasons.empty());
}

std::string target_text(RateRow const& row)
{
    return row.off_target.empty() ? row.target : row.target + "*";
}

std::string theory_text(Theory const& theory)
{
    return theory.claim.empty() ? "-" : theory.claim + (theory.stands ? "" : " \u2717");
}

} // namespace moerate
