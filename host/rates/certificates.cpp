#include "host/rates/certificates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace moerate
{
namespace
{

/// Calls f(fit) for each fit at one n that did not fail.
template <class F>
void each_fit(FitsAt const& at, F&& f)
{
    for (FitRow const& fit : at.fits)
        if (!failed(fit.status))
            f(fit);
}

/// Calls f(fit, place of its n in `all`) for each of all n.
template <class F>
void each_fit(std::vector<FitsAt> const& all, F&& f)
{
    for (std::size_t i = 0; i < all.size(); ++i)
        each_fit(all[i], [&](FitRow const& fit) { f(fit, i); });
}

/// Fits for which something holds, among those of which it is known.
struct Share
{
    int known = 0, held = 0;

    void count(std::optional<bool> const& holds)
    {
        known += holds ? 1 : 0;
        held += holds.value_or(false) ? 1 : 0;
    }
    /// None without any.
    std::optional<double> value() const
    {
        return known == 0 ? std::nullopt : std::optional<double>(static_cast<double>(held) / known);
    }
};

/// Share of the fits at one n for which `holds`.
template <class Holds>
std::optional<double> share(FitsAt const& at, Holds&& holds)
{
    Share found;
    each_fit(at, [&](FitRow const& fit) { found.count(holds(fit)); });
    return found.value();
}

/// The same of all n.
template <class Holds>
std::optional<double> share(std::vector<FitsAt> const& all, Holds&& holds)
{
    Share found;
    each_fit(all, [&](FitRow const& fit, std::size_t) { found.count(holds(fit)); });
    return found.value();
}

/// Whether the start near the truth has led to a fit; none where it had no other.
std::optional<bool> near_won(FitRow const& fit)
{
    if (!fit.facts.won || !fit.has(at_oracle))
        return std::nullopt;
    return *fit.facts.won == 0;
}

} // namespace

std::optional<double> certified_share(std::vector<FitsAt> const& all)
{
    return share(all, [](FitRow const& fit) { return fit.certified; });
}

std::optional<double> stationary_share(std::vector<FitsAt> const& all)
{
    return share(all, [](FitRow const& fit) { return fit.facts.stationary; });
}

std::optional<double> best_share(std::vector<FitsAt> const& all)
{
    return share(all, [](FitRow const& fit) { return fit.facts.best; });
}

std::vector<double> mean_excess(std::vector<FitsAt> const& all)
{
    std::vector<double> sums(all.size());
    std::vector<int> known(all.size());
    each_fit(all, [&](FitRow const& fit, std::size_t i) {
        if (std::isfinite(fit.excess)) {
            sums[i] += fit.excess;
            ++known[i];
        }
    });
    for (std::size_t i = 0; i < all.size(); ++i)
        sums[i] = known[i] > 0 ? sums[i] / known[i] : std::numeric_limits<double>::quiet_NaN();
    return sums;
}

std::optional<double> near_start_won(std::vector<FitsAt> const& all)
{
    return share(all, near_won);
}

std::optional<double> near_start_won(FitsAt const& at)
{
    return share(at, near_won);
}

std::vector<double> box_share(std::vector<FitsAt> const& all)
{
    std::vector<double> shares(all.size());
    std::vector<int> fits(all.size());
    each_fit(all, [&](FitRow const& fit, std::size_t i) {
        ++fits[i];
        shares[i] += on_the_box(fit) ? 1 : 0;
    });
    for (std::size_t i = 0; i < all.size(); ++i)
        shares[i] /= std::max(1, fits[i]);
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

std::optional<double> admissible_share(FitsAt const& at, bool reference)
{
    return share(at, [=](FitRow const& fit) { return known_admissible(fit, reference); });
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
