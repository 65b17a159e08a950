#include "host/store/export.h"

#include "host/measure/measure_json.h"
#include "host/store/columns.h"
#include "host/store/rows.h"
#include "host/study/identity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace moerate
{
namespace
{

using Json = nlohmann::ordered_json;

/// Fields of one CSV line.
class Line
{
public:
    void add(std::string const& text) { fields_.push_back(csv_field(text)); }
    void add(int value) { fields_.push_back(fmt::format("{}", value)); }
    void add(double value) { fields_.push_back(std::isnan(value) ? "" : fmt::format("{}", value)); }
    std::string text() const { return fmt::format("{}\n", fmt::join(fields_, ",")); }

private:
    std::vector<std::string> fields_;
};

std::string csv_head()
{
    Line line;
    for (char const* name : {"cell", "label", "n", "replicate", "status"})
        line.add(std::string(name));
    FitRow const fit{};
    each_number(fit, [&](char const* name, double) { line.add(std::string(name)); });
    for (char const* name :
         {"admissible", "iterations", "seconds", "loss", "r", "gauge", "target", "start_value"})
        line.add(std::string(name));
    LossRecord const record{};
    each_loss_number(record, [&](char const* name, double) { line.add(std::string(name)); });
    line.add(std::string("empty"));
    return line.text();
}

Line fit_fields(CellRow const& cell, FitRow const& fit)
{
    Line line;
    line.add(cell.id);
    line.add(cell.label);
    line.add(cell.n);
    line.add(fit.replicate);
    line.add(status_name(fit.status));
    each_number(fit, [&](char const*, double value) { line.add(value); });
    line.add(fit.admissible ? fmt::format("{:d}", *fit.admissible) : std::string{});
    line.add(fit.facts.iterations);
    line.add(fit.facts.seconds);
    return line;
}

/// Value of the same loss at the start; not a number if it is not stored.
double start_value(FitRow const& fit, LossKey key)
{
    key.at = "start";
    for (LossRow const& loss : fit.losses)
        if (!(loss.key < key) && !(key < loss.key))
            return loss.record.value;
    return std::nan("");
}

std::string csv_lines(CellRow const& cell, FitRow const& fit)
{
    std::string lines;
    for (LossRow const& loss : fit.losses) {
        if (loss.key.at != "fit")
            continue;
        Line line = fit_fields(cell, fit);
        line.add(loss.key.name);
        line.add(loss.key.r);
        line.add(loss.key.gauge);
        line.add(loss.key.target);
        line.add(start_value(fit, loss.key));
        each_loss_number(loss.record, [&](char const*, double value) { line.add(value); });
        line.add(loss.record.empty);
        lines += line.text();
    }
    if (!lines.empty())
        return lines;
    Line line = fit_fields(cell, fit);
    for (int blank = 0; blank < 6; ++blank)
        line.add(std::string{});
    LossRecord const record{};
    each_loss_number(record, [&](char const*, double) { line.add(std::string{}); });
    return line.text();
}

Json number(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// Fitted atoms of each of `atoms` true atoms, from the true atom of each fitted one.
Json cells_json(std::vector<int> const& cell, int atoms)
{
    for (int const j : cell)
        atoms = std::max(atoms, j + 1);
    Json cells = Json::array();
    for (int j = 0; j < atoms; ++j)
        cells.push_back(Json::array());
    for (std::size_t i = 0; i < cell.size(); ++i)
        cells[static_cast<std::size_t>(cell[i])].push_back(i);
    return cells;
}

Json loss_json(LossRow const& loss, int atoms)
{
    Json json;
    json["loss"] = loss.key.name;
    json["r"] = loss.key.r;
    json["gauge"] = loss.key.gauge;
    json["target"] = loss.key.target;
    json["at"] = loss.key.at;
    each_loss_number(loss.record,
                     [&](char const* name, double value) { json[name] = number(value); });
    json["empty"] = loss.record.empty;
    json["cells"] = cells_json(loss.cell, atoms);
    return json;
}

Json measure_or_null(Curve const* curve, std::vector<double> const& theta)
{
    if (curve == nullptr || theta.empty())
        return nullptr;
    return measure_to_json({curve->model, theta});
}

/// `curve` is null where the study does not have the cell any more.
Json fit_json(CellRow const& cell, FitRow const& fit, Curve const* curve)
{
    Json json;
    json["cell"] = cell.id;
    json["label"] = cell.label;
    json["n"] = cell.n;
    json["replicate"] = fit.replicate;
    json["status"] = status_name(fit.status);
    each_number(fit, [&](char const* name, double value) { json[name] = number(value); });
    json["admissible"] = fit.admissible ? Json(*fit.admissible) : Json(nullptr);
    json["iterations"] = fit.facts.iterations;
    json["seconds"] = number(fit.facts.seconds);
    json["losses"] = Json::array();
    for (LossRow const& loss : fit.losses)
        json["losses"].push_back(loss_json(loss, curve == nullptr ? 0 : curve->truth.model.k));
    json["start"] = measure_or_null(curve, fit.start_theta);
    json["measure"] = measure_or_null(curve, fit.theta);
    return json;
}

} // namespace

std::string csv_field(std::string const& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (char const c : text)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string export_csv(Store const& store)
{
    std::string text = csv_head();
    for (CellRow const& cell : store.cells())
        for (FitRow const& fit : store.fits(cell.id, false))
            text += csv_lines(cell, fit);
    return text;
}

nlohmann::ordered_json export_json(Store const& store)
{
    Study const study = stored_study(store);
    std::map<std::string, Curve const*> curves;
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            curves.emplace(cell_id(study, curve, n), &curve);
    Json json;
    json["study"] = study.id;
    json["title"] = study.title;
    json["source"] = study.source;
    json["fits"] = Json::array();
    for (CellRow const& cell : store.cells()) {
        auto const at = curves.find(cell.id);
        for (FitRow const& fit : store.fits(cell.id, true))
            json["fits"].push_back(fit_json(cell, fit, at == curves.end() ? nullptr : at->second));
    }
    return json;
}

} // namespace moerate
