#include "host/store/export.h"

#include "host/measure/measure_json.h"
#include "host/store/export_lists.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

using Json = nlohmann::ordered_json;

Json value_json(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json value_json(std::string const& value)
{
    return value.empty() ? Json(nullptr) : Json(value);
}

template <class Whole>
Json value_json(std::optional<Whole> const& value)
{
    return value ? Json(*value) : Json(nullptr);
}

/// Fitted atoms of each of `atoms` true atoms, from the true atom of each fitted one.
Json cells_json(std::vector<int> const& cell, int atoms)
{
    for (int const j : cell)
        atoms = std::max(atoms, j + 1);
    Json cells = Json::array();
    for (int j = 0; j < atoms; ++j)
        cells.push_back(Json::array());
    for (std::size_t i = 0; i < cell.size(); ++i) {
        if (cell[i] >= 0) // else it is a null expert of a target set
            cells[static_cast<std::size_t>(cell[i])].push_back(i);
    }
    return cells;
}

Json loss_json(LossRow const& loss, int atoms, bool asked)
{
    Json json;
    json["loss"] = loss.key.name;
    json["r"] = loss.key.r;
    json["gauge"] = loss.key.gauge;
    json["target"] = loss.key.target;
    json["at"] = loss.key.at;
    json["in_study"] = asked;
    each_loss_number(loss.record,
                     [&](char const* name, double value) { json[name] = value_json(value); });
    json["empty"] = loss.record.empty;
    json["cells"] = cells_json(loss.cell, atoms);
    return json;
}

/// The losses of all points, each beside the same of the other points.
Json losses_json(Listed const& as, FitRow const& fit, bool all)
{
    int const atoms = as.curve == nullptr ? 0 : as.curve->truth.model.k;
    std::size_t most = 0;
    for (char const* at : fit_points)
        most = std::max(most, point_or_none(fit, at).losses.size());
    Json json = Json::array();
    for (std::size_t l = 0; l < most; ++l)
        for (char const* at : fit_points) {
            std::vector<LossRow> const& losses = point_or_none(fit, at).losses;
            if (l >= losses.size() || !as.shows(losses[l].key))
                continue;
            bool const asked = in_study(as, fit, losses[l].key);
            if (asked || all)
                json.push_back(loss_json(losses[l], atoms, asked));
        }
    return json;
}

Json starts_json(std::vector<StartRecord> const& starts)
{
    Json json = Json::array();
    for (StartRecord const& start : starts) {
        Json one;
        each_start_value(
            start, [&](char const* name, auto const& value) { one[name] = value_json(value); });
        json.push_back(std::move(one));
    }
    return json;
}

Json measure_or_null(Curve const* curve, std::vector<double> const& theta)
{
    if (curve == nullptr || theta.empty())
        return nullptr;
    return measure_to_json({curve->model, theta});
}

Json swept_json(Curve const* curve)
{
    Json json = Json::object();
    if (curve != nullptr)
        for (SweptValue const& one : curve->swept)
            json[one.key] = one.value;
    return json;
}

Json fit_json(CellRow const& cell, Listed const& as, FitRow const& fit, bool all)
{
    Curve const* const curve = as.curve;
    Json json;
    json["cell"] = cell.id;
    json["label"] = as.label;
    json["fit"] = curve == nullptr ? as.label : curve->fit;
    json["truth"] = curve == nullptr ? Json(nullptr) : Json(truth_number(*curve));
    json["swept"] = swept_json(curve);
    json["noise_variance"] = curve == nullptr ? Json(nullptr) : Json(curve->noise_variance);
    json["n"] = cell.n;
    json["replicate"] = fit.replicate;
    json["in_study"] = in_study(as, fit);
    json["status"] = status_name(fit.status);
    each_exported(fit,
                  [&](std::string const& name, double value) { json[name] = value_json(value); });
    json["admissible"] = value_json(fit.admissible);
    json["iterations"] = fit.facts.iterations;
    json["seconds"] = value_json(fit.facts.seconds);
    each_fact(fit, [&](char const* name, auto const& value) { json[name] = value_json(value); });
    json["starts"] = starts_json(fit.facts.starts);
    json["losses"] = losses_json(as, fit, all);
    for (char const* at : fit_points)
        json[at == std::string(at_fit) ? "measure" : at] =
            measure_or_null(curve, point_or_none(fit, at).theta);
    return json;
}

} // namespace

nlohmann::ordered_json export_json(Store const& store, ExportChoice const& choice)
{
    Study const study = stored_study(store);
    CurvesOf const curves = curves_of(study);
    Json json;
    json["study"] = study.id;
    json["title"] = study.title;
    json["source"] = study.source;
    json["fits"] = Json::array();
    for (CellRow const& cell : store.cells()) {
        std::vector<FitRow> const fits = store.fits(cell.id, true);
        for (Listed const& one : listed(cell, curves, study.replicates))
            for (FitRow const& fit : fits)
                if (choice.all || in_study(one, fit))
                    json["fits"].push_back(fit_json(cell, one, fit, choice.all));
    }
    return json;
}

} // namespace moerate
