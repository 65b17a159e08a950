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
#include <set>

namespace moerate
{
namespace
{

using Json = nlohmann::ordered_json;

/// A label under which the fits of a cell are listed. Curves that share the cell have one each,
/// with the losses that they ask for; what none asks for any more is listed with the first.
struct Listed
{
    std::string label;
    Curve const* curve = nullptr;  ///< null where the study does not have the cell any more
    std::set<LossKey> own, of_all; ///< losses at "fit" that this one and any of the curves ask for
    bool first = true;

    bool shows(LossKey key) const
    {
        key.at = at_fit;
        return own.count(key) != 0 || (first && of_all.count(key) == 0);
    }
};

/// The curves of each cell of a study.
using CurvesOf = std::map<std::string, std::vector<Curve const*>>;

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

/// Name of a number of a point: that of the fit has none of its own.
std::string point_column(std::string const& at, std::string const& name)
{
    return at == at_fit ? name : fmt::format("{}_{}", at, name);
}

/// Calls f(column, number) for each number of a fit, in the order in which it is exported.
template <class F>
void each_exported(FitRow const& fit, F&& f)
{
    for (char const* at : fit_points)
        f(point_column(at, "mse"), fit.at(at).mse);
    f(std::string("mse_truth"), fit.mse_truth);
    f(std::string("excess"), fit.excess);
    for (char const* at : fit_points)
        each_risk_number(fit.at(at).risk,
                         [&](char const* name, double value) { f(point_column(at, name), value); });
    f(std::string("moved"), fit.moved);
}

/// Calls f(at) for each point at which a loss has no line of its own.
template <class F>
void each_before_fit(F&& f)
{
    for (char const* at : fit_points)
        if (at != std::string(at_fit))
            f(at);
}

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
    each_exported(FitRow{}, [&](std::string const& name, double) { line.add(name); });
    for (char const* name : {"admissible", "iterations", "seconds", "loss", "r", "gauge", "target"})
        line.add(std::string(name));
    each_before_fit([&](char const* at) { line.add(point_column(at, "value")); });
    LossRecord const record{};
    each_loss_number(record, [&](char const* name, double) { line.add(std::string(name)); });
    line.add(std::string("empty"));
    return line.text();
}

Line fit_fields(CellRow const& cell, std::string const& label, FitRow const& fit)
{
    Line line;
    line.add(cell.id);
    line.add(label);
    line.add(cell.n);
    line.add(fit.replicate);
    line.add(status_name(fit.status));
    each_exported(fit, [&](std::string const&, double value) { line.add(value); });
    line.add(fit.admissible ? fmt::format("{:d}", *fit.admissible) : std::string{});
    line.add(fit.facts.iterations);
    line.add(fit.facts.seconds);
    return line;
}

/// Value of a loss of the fit at another point; not a number if it is not stored.
double value_at(FitRow const& fit, LossKey key, char const* at)
{
    key.at = at;
    LossRow const* const loss = loss_of(fit, key);
    return loss == nullptr ? std::nan("") : loss->record.value;
}

std::string csv_lines(CellRow const& cell, Listed const& as, FitRow const& fit)
{
    std::string lines;
    for (LossRow const& loss : fit.at(at_fit).losses) {
        if (!as.shows(loss.key))
            continue;
        Line line = fit_fields(cell, as.label, fit);
        line.add(loss.key.name);
        line.add(loss.key.r);
        line.add(loss.key.gauge);
        line.add(loss.key.target);
        each_before_fit([&](char const* at) { line.add(value_at(fit, loss.key, at)); });
        each_loss_number(loss.record, [&](char const*, double value) { line.add(value); });
        line.add(loss.record.empty);
        lines += line.text();
    }
    if (!lines.empty())
        return lines;
    Line line = fit_fields(cell, as.label, fit);
    for (int blank = 0; blank < 5; ++blank) // name to target, empty
        line.add(std::string{});
    each_before_fit([&](char const*) { line.add(std::string{}); });
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

/// The losses of all points, each beside the same of the other points.
Json losses_json(Listed const& as, FitRow const& fit)
{
    int const atoms = as.curve == nullptr ? 0 : as.curve->truth.model.k;
    std::size_t most = 0;
    for (char const* at : fit_points)
        most = std::max(most, fit.at(at).losses.size());
    Json json = Json::array();
    for (std::size_t l = 0; l < most; ++l)
        for (char const* at : fit_points) {
            std::vector<LossRow> const& losses = fit.at(at).losses;
            if (l < losses.size() && as.shows(losses[l].key))
                json.push_back(loss_json(losses[l], atoms));
        }
    return json;
}

Json measure_or_null(Curve const* curve, std::vector<double> const& theta)
{
    if (curve == nullptr || theta.empty())
        return nullptr;
    return measure_to_json({curve->model, theta});
}

Json fit_json(CellRow const& cell, Listed const& as, FitRow const& fit)
{
    Curve const* const curve = as.curve;
    Json json;
    json["cell"] = cell.id;
    json["label"] = as.label;
    json["n"] = cell.n;
    json["replicate"] = fit.replicate;
    json["status"] = status_name(fit.status);
    each_exported(fit, [&](std::string const& name, double value) { json[name] = number(value); });
    json["admissible"] = fit.admissible ? Json(*fit.admissible) : Json(nullptr);
    json["iterations"] = fit.facts.iterations;
    json["seconds"] = number(fit.facts.seconds);
    json["losses"] = losses_json(as, fit);
    for (char const* at : fit_points)
        json[at == std::string(at_fit) ? "measure" : at] = measure_or_null(curve, fit.at(at).theta);
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
    Study const study = stored_study(store);
    CurvesOf const curves = curves_of(study);
    std::string text = csv_head();
    for (CellRow const& cell : store.cells()) {
        std::vector<FitRow> const fits = store.fits(cell.id, false);
        for (Listed const& one : listed(cell, curves))
            for (FitRow const& fit : fits)
                text += csv_lines(cell, one, fit);
    }
    return text;
}

nlohmann::ordered_json export_json(Store const& store)
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
        for (Listed const& one : listed(cell, curves))
            for (FitRow const& fit : fits)
                json["fits"].push_back(fit_json(cell, one, fit));
    }
    return json;
}

} // namespace moerate
