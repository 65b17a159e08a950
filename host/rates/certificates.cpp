#include "host/rates/certificates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace moerate
{
namespace
{

/// Least sample size for a verdict, in ranks.
constexpr int least_samples_a_rank = 10;

/// Share of fits on the box above which there is no verdict.
constexpr double many_on_the_box = 0.05;

/// Calls f(fit, place of its n in `all`) for each fit that did not fail.
template <class F>
void each_fit(std::vector<FitsAt> const& all, F&& f)
{
    for (std::size_t i = 0; i < all.size(); ++i)
        for (FitRow const& fit : all[i].fits)
            if (!failed(fit.status))
                f(fit, i);
}

/// Share of the fits for which `holds`, among those of which it is known; none without any.
template <class Holds>
std::optional<double> share(std::vector<FitsAt> const& all, Holds&& holds)
{
    int known = 0, held = 0;
    each_fit(all, [&](FitRow const& fit, std::size_t) {
        std::optional<bool> const one = holds(fit);
        known += one ? 1 : 0;
        held += one.value_or(false) ? 1 : 0;
    });
    if (known == 0)
        return std::nullopt;
    return static_cast<double>(held) / known;
}

bool on_the_box(FitRow const& fit)
{
    return fit.facts.at_bound.value_or(0) > 0;
}

/// The rank that decides at each n: the largest.
std::optional<std::string> too_few_samples(Curve const& curve, std::vector<FitsAt> const& all)
{
    std::vector<std::optional<int>> rank(all.size());
    each_fit(all, [&](FitRow const& fit, std::size_t i) {
        rank[i] = std::max(rank[i], fit.facts.rank);
    });
    int const p = curve.model.layout.size;
    for (std::size_t i = 0; i < all.size(); ++i) {
        int const least = rank[i].value_or(p);
        if (all[i].n / least_samples_a_rank >= least)
            continue;
        long long const needed = static_cast<long long>(least_samples_a_rank) * least;
        if (rank[i])
            return fmt::format("n = {} is below {} rank = {}", all[i].n, least_samples_a_rank,
                               needed);
        return fmt::format(
            "n = {} is below {} p = {} (p counts parameters; the rank is not known for {})",
            all[i].n, least_samples_a_rank, needed, curve.estimator->name());
    }
    return std::nullopt;
}

} // namespace

std::optional<double> certified_share(std::vector<FitsAt> const& all)
{
    return share(all, [](FitRow const& fit) { return fit.certified; });
}

std::optional<double> near_start_won(std::vector<FitsAt> const& all)
{
    return share(all, [](FitRow const& fit) -> std::optional<bool> {
        if (!fit.facts.won || !fit.has(at_oracle))
            return std::nullopt;
        return *fit.facts.won == 0;
    });
}

std::vector<double> box_share(std::vector<FitsAt> const& all)
{
    std::vector<double> shares;
    for (FitsAt const& at : all)
        shares.push_back(share({at}, [](FitRow const& fit) {
                             return std::optional<bool>(on_the_box(fit));
                         }).value_or(0));
    return shares;
}

std::optional<std::pair<int, int>> rank_range(std::vector<FitsAt> const& all)
{
    std::optional<std::pair<int, int>> range;
    each_fit(all, [&](FitRow const& fit, std::size_t) {
        if (!fit.facts.rank)
            return;
        int const rank = *fit.facts.rank;
        range = range ? std::pair(std::min(range->first, rank), std::max(range->second, rank))
                      : std::pair(rank, rank);
    });
    return range;
}

std::optional<std::string> bracket_reason(Curve const& curve, std::vector<FitsAt> const& all)
{
    std::vector<std::string> reasons;
    if (auto const few = too_few_samples(curve, all))
        reasons.push_back(*few);
    auto const on_box =
        share(all, [](FitRow const& fit) { return std::optional<bool>(on_the_box(fit)); });
    if (on_box && *on_box > many_on_the_box)
        reasons.push_back(
            fmt::format("{:.0f} % of fits have a parameter on the box", 100 * *on_box));
    if (reasons.empty())
        return std::nullopt;
    return fmt::format("{}", fmt::join(reasons, "; "));
}

std::string not_stationary(std::vector<FitsAt> const& all)
{
    std::map<std::string, int> ends;
    each_fit(all, [&](FitRow const& fit, std::size_t) {
        if (!fit.facts.stationary.value_or(true))
            ++ends[fit.facts.ended];
    });
    std::vector<std::string> words;
    for (auto const& [word, count] : ends)
        words.push_back(fmt::format("{} in {}", word, count));
    return fmt::format("{}", fmt::join(words, ", "));
}

} // namespace moerate
