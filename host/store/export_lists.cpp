#include "host/store/export_lists.h"

#include "host/store/columns.h"
#include "host/study/identity.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

Point missing_point()
{
    Point point;
    each_point_number(point, [](char const*, double& value) { value = FitFacts::unknown; });
    return point;
}

} // namespace

CurvesOf curves_of(Study const& study)
{
    CurvesOf curves;
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            curves[cell_id(study, curve, n)].push_back(&curve);
    return curves;
}

std::vector<Listed> listed(CellRow const& cell, CurvesOf const& curves)
{
    auto const at = curves.find(cell.id);
    if (at == curves.end())
        return {{cell.label, nullptr, {}, {}, true}};
    std::vector<Listed> all;
    std::set<LossKey> of_all;
    for (Curve const* curve : at->second) {
        std::set<LossKey> own;
        for (LossSpec const& loss : curve->losses)
            own.insert(loss_key(loss, at_fit));
        of_all.insert(own.begin(), own.end());
        all.push_back({curve->label, curve, std::move(own), {}, all.empty()});
    }
    for (Listed& one : all)
        one.of_all = of_all;
    return all;
}

std::string point_column(std::string const& at, std::string const& name)
{
    return at == at_fit ? name : fmt::format("{}_{}", at, name);
}

Point const& point_or_none(FitRow const& fit, char const* at)
{
    static Point const none = missing_point();
    return fit.has(at) ? fit.at(at) : none;
}

} // namespace moerate
