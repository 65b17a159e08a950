#include "host/rates/certificates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace moerate
{
namespace
{

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

std::optional<bool> known_admissible(FitRow const& fit, bool reference)
{
    return fit.admissible ? fit.admissible : admissible(fit, reference);
}

std::optional<double> admissible_share(std::vector<FitsAt> const& all, bool reference)
{
    return share(all, [=](FitRow const& fit) { return known_admissible(fit, reference); });
}

bool on_the_box(FitRow const& fit)
{
    return fit.facts.at_bound.value_or(0) > 0;
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
