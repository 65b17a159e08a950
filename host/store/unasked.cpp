#include "host/store/unasked.h"

#include "host/study/identity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace moerate
{
namespace
{

/// Stored fits of one kind, and what sets them apart.
template <class T>
struct Apart
{
    std::set<T> what;
    int fits = 0;

    void add(T const& one, int more)
    {
        what.insert(one);
        fits += more;
    }
};

std::set<std::string> asked_cells(Study const& study)
{
    std::set<std::string> cells;
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            cells.insert(cell_id(study, curve, n));
    return cells;
}

/// Stored fits that `study` does not ask for, of those that `before` does (null: of all).
struct Beyond
{
    Apart<int> n;
    Apart<std::string> labels;
    int replicates = 0;

    Beyond(Store const& store, Study const& study, Study const* before)
    {
        std::set<std::string> const asked = asked_cells(study);
        std::set<std::string> const was_asked =
            before != nullptr ? asked_cells(*before) : std::set<std::string>{};
        for (CellRow const& cell : store.cells()) {
            if (before != nullptr && was_asked.count(cell.id) == 0)
                continue;
            int const fits = before == nullptr ? store.fit_count(cell.id)
                                               : store.fit_count(cell.id, before->replicates);
            if (asked.count(cell.id) != 0)
                replicates += std::max(0, fits - store.fit_count(cell.id, study.replicates));
            else if (fits > 0 && std::find(study.n.begin(), study.n.end(), cell.n) == study.n.end())
                n.add(cell.n, fits);
            else if (fits > 0)
                labels.add(cell.label, fits);
        }
    }

    int fits() const { return n.fits + labels.fits + replicates; }

    std::string text(Study const& study) const
    {
        std::vector<std::string> parts;
        if (n.fits > 0)
            parts.push_back(fmt::format("n = {} ({} fits)", fmt::join(n.what, ", "), n.fits));
        if (labels.fits > 0)
            parts.push_back(fmt::format("{} ({} fits)", fmt::join(labels.what, ", "), labels.fits));
        if (replicates > 0)
            parts.push_back(
                fmt::format("replicates beyond {} ({} fits)", study.replicates, replicates));
        return fmt::format("{}", fmt::join(parts, "; "));
    }
};

} // namespace

std::string unasked(Store const& store, Study const& study)
{
    Beyond const beyond(store, study, nullptr);
    if (beyond.fits() == 0)
        return {};
    return "stored and not shown (the study does not ask for it): " + beyond.text(study);
}

std::string leaving(Store const& store, Study const& before, Study const& now)
{
    Beyond const beyond(store, now, &before);
    if (beyond.fits() == 0)
        return {};
    return fmt::format("{} stored fits leave the study (kept): {}", beyond.fits(),
                       beyond.text(now));
}

} // namespace moerate
