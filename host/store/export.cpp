#include "host/store/export.h"

#include "host/store/export_lists.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace moerate
{
namespace
{

/// Fields of one CSV line.
class Line
{
public:
    void add(std::string const& text) { fields_.push_back(csv_field(text)); }
    void add(int value) { fields_.push_back(fmt::format("{}", value)); }
    void add(std::optional<int> value)
    {
        fields_.push_back(value ? fmt::format("{}", *value) : "");
    }
    void add(std::optional<bool> value)
    {
        fields_.push_back(value ? fmt::format("{:d}", *value) : "");
    }
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
    FitRow const fit;
    each_exported(fit, [&](std::string const& name, double) { line.add(name); });
    for (char const* name : {"admissible", "iterations", "seconds"})
        line.add(std::string(name));
    each_fact(fit, [&](char const* name, auto const&) { line.add(std::string(name)); });
    for (char const* name : {"loss", "r", "gauge", "target"})
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
    line.add(fit.admissible);
    line.add(fit.facts.iterations);
    line.add(fit.facts.seconds);
    each_fact(fit, [&](char const*, auto const& value) { line.add(value); });
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

} // namespace moerate
