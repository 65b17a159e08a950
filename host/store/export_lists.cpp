#include "host/store/export_lists.h"

#include "host/measure/measure_json.h"
#include "host/store/columns.h"
#include "host/study/identity.h"

#include <fmt/format.h>

#include <algorithm>

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

std::vector<Listed> listed(CellRow const& cell, CurvesOf const& curves, int replicates)
{
    auto const at = curves.find(cell.id);
    if (at == curves.end())
        return {{cell.label, nullptr, {}, {}, true, 0}};
    std::vector<Listed> all;
    std::set<LossKey> of_all;
    for (Curve const* curve : at->second) {
        std::set<LossKey> own;
        for (LossSpec const& loss : curve->losses)
            own.insert(loss_key(loss, at_fit));
        of_all.insert(own.begin(), own.end());
        all.push_back({curve->label, curve, std::move(own), {}, all.empty(), replicates});
    }
    for (Listed& one : all)
        one.of_all = of_all;
    return all;
}

bool in_study(Listed const& as, FitRow const& fit)
{
    return fit.replicate < as.replicates;
}

bool in_study(Listed const& as, FitRow const& fit, LossKey const& key)
{
    LossKey at_the_fit = key;
    at_the_fit.at = at_fit;
    return in_study(as, fit) && as.own.count(at_the_fit) != 0;
}

std::vector<std::string> swept_keys(Study const& study)
{
    std::vector<std::string> keys;
    for (Curve const& curve : study.curves)
        for (SweptValue const& one : curve.swept)
            if (std::find(keys.begin(), keys.end(), one.key) == keys.end())
                keys.push_back(one.key);
    return keys;
}

std::vector<std::pair<std::string, double>> parameters_by_name(Model const& model,
                                                               std::vector<double> const& theta)
{
    std::vector<std::pair<std::string, double>> named;
    nlohmann::ordered_json const flat = parameters_to_json(model, theta).flatten();
    for (auto const& item : flat.items()) {
        std::string name = item.key().substr(1);
        std::replace(name.begin(), name.end(), '/', '.');
        named.emplace_back(std::move(name), item.value().get<double>());
    }
    return named;
}

std::vector<std::string> parameter_names(Model const& model)
{
    std::vector<std::string> names;
    for (auto const& named : parameters_by_name(model, std::vector<double>(model.layout.size)))
        names.push_back(named.first);
    return names;
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
