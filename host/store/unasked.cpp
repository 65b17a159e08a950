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

} // namespace

std::string unasked(Store const& store, Study const& study)
{
    std::set<std::string> const asked = asked_cells(study);
    Apart<int> n;
    Apart<std::string> labels;
    int replicates = 0;
    for (CellRow const& cell : store.cells()) {
        int const fits = store.count(cell.id).fits;
        if (asked.count(cell.id) != 0)
            replicates += fits - store.count(cell.id, study.replicates).fits;
        else if (fits > 0 && std::find(study.n.begin(), study.n.end(), cell.n) == study.n.end())
            n.add(cell.n, fits);
        else if (fits > 0)
            labels.add(cell.label, fits);
    }
    std::vector<std::string> parts;
    if (n.fits > 0)
        parts.push_back(fmt::format("n = {} ({} fits)", fmt::join(n.what, ", "), n.fits));
    if (labels.fits > 0)
        parts.push_back(fmt::format("{} ({} fits)", fmt::join(labels.what, ", "), labels.fits));
    if (replicates > 0)
        parts.push_back(
            fmt::format("replicates beyond {} ({} fits)", study.replicates, replicates));
    if (parts.empty())
        return {};
    return fmt::format("stored and not shown (the study does not ask for it): {}",
                       fmt::join(parts, "; "));
}

} // namespace moerate
