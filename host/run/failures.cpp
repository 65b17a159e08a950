#include "host/run/failures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace moerate
{
namespace
{

struct StageText
{
    char const* place;
    char const* advice;
};
constexpr std::array<StageText, stage_count> texts{
    {{"in the data", "data.noise_variance and the size of the truth"},
     {"at the start", "start.scale, start.exponent and the size of the truth"},
     {"in the steps", "estimator.learning_rate"}}};

} // namespace

Stage failed_stage(FitRow const& fit)
{
    if (!std::isfinite(fit.mse_truth))
        return Stage::data;
    double const start = fit.at(at_start).mse;
    bool const no_worse = fit.status == FitStatus::diverged && fit.at(at_fit).mse <= start;
    return std::isfinite(start) && !no_worse ? Stage::step : Stage::start;
}

void StageCounts::add(std::vector<FitRow> const& fits)
{
    for (FitRow const& fit : fits)
        of[static_cast<std::size_t>(failed_stage(fit))] += failed(fit.status) ? 1 : 0;
}

std::string StageCounts::text() const
{
    std::vector<std::string> parts;
    for (std::size_t s = 0; s < texts.size(); ++s)
        if (of[s] > 0)
            parts.push_back(fmt::format("{} {}", of[s], texts[s].place));
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string StageCounts::advice() const
{
    std::vector<std::string> parts;
    for (std::size_t s = 0; s < texts.size(); ++s)
        if (of[s] > 0)
            parts.push_back(texts[s].advice);
    return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace moerate
