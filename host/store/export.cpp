#include "host/store/export.h"

#include "host/core/json.h"
#include "host/store/export_blocks.h"
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

/// Value of a loss of the fit at another point; not a number if it is not stored.
double value_at(FitRow const& fit, LossKey key, char const* at)
{
    key.at = at;
    LossRow const* const loss = loss_of(fit, key);
    return loss == nullptr ? std::nan("") : loss->record.value;
}

/// The value of a swept key as a field: texts as they are, everything else as JSON.
std::string swept_field(Curve const* curve, std::string const& key)
{
    if (curve != nullptr)
        for (SweptValue const& one : curve->swept)
            if (one.key == key)
                return one.value.is_string() ? one.value.get<std::string>()
                                             : compact_json(one.value);
    return {};
}

/// The table of one store.
class CsvTable
{
public:
    CsvTable(Store const& store, Study const& study, ExportChoice const& choice)
        : study_(study), choice_(choice), swept_(swept_keys(study)), blocks_(store, study)
    {
        if (choice.blocks)
            block_names_ = blocks_.names();
        if (!choice.parameters)
            return;
        std::set<std::string> known;
        for (Curve const& curve : study.curves)
            for (std::string const& name : parameter_names(curve.model))
                if (known.insert(name).second)
                    parameters_.push_back(name);
    }

    std::string head() const
    {
        Line line;
        for (char const* name : {"study", "cell", "label", "fit", "truth"})
            line.add(std::string(name));
        for (std::string const& key : swept_)
            line.add(key);
        for (char const* name : {"noise_variance", "n", "replicate", "in_study", "status"})
            line.add(std::string(name));
        FitRow const fit;
        each_exported(fit, [&](std::string const& name, double) { line.add(name); });
        for (char const* name : {"admissible", "iterations", "seconds"})
            line.add(std::string(name));
        each_fact(fit, [&](char const* name, auto const&) { line.add(std::string(name)); });
        for (char const* name : {"loss", "exponent", "gauge", "target"})
            line.add(std::string(name));
        each_before_fit([&](char const* at) { line.add(point_column(at, "value")); });
        LossRecord const record{};
        each_loss_number(record, [&](char const* name, double) { line.add(std::string(name)); });
        line.add(std::string("empty"));
        for (std::string const& name : block_names_)
            for (char const* cells : {"over.", "exact."})
                line.add(cells + name);
        for (std::string const& name : parameters_)
            line.add(name);
        return line.text();
    }

    /// The lines of a fit: one a loss, or one without.
    std::string lines(CellRow const& cell, Listed const& as, FitRow const& fit) const
    {
        std::string lines;
        bool any = false;
        for (LossRow const& loss : fit.at(at_fit).losses) {
            if (!as.shows(loss.key))
                continue;
            bool const asked = in_study(as, fit, loss.key);
            any = true;
            if (asked || choice_.all)
                lines += line(cell, as, fit, &loss, asked);
        }
        bool const asked = in_study(as, fit);
        if (!any && (asked || choice_.all))
            lines += line(cell, as, fit, nullptr, asked);
        return lines;
    }

private:
    std::string line(CellRow const& cell, Listed const& as, FitRow const& fit, LossRow const* loss,
                     bool asked) const
    {
        Curve const* const curve = as.curve;
        Line line;
        line.add(study_.id);
        line.add(cell.id);
        line.add(as.label);
        line.add(curve == nullptr ? as.label : curve->fit);
        line.add(curve == nullptr ? std::optional<int>() : truth_number(*curve));
        for (std::string const& key : swept_)
            line.add(swept_field(curve, key));
        line.add(curve == nullptr ? std::nan("") : curve->noise_variance);
        line.add(cell.n);
        line.add(fit.replicate);
        line.add(asked ? 1 : 0);
        line.add(std::string(status_name(fit.status)));
        each_exported(fit, [&](std::string const&, double value) { line.add(value); });
        line.add(fit.admissible);
        line.add(fit.facts.iterations);
        line.add(fit.facts.seconds);
        each_fact(fit, [&](char const*, auto const& value) { line.add(value); });
        add_loss(line, fit, loss);
        add_blocks(line, cell, curve, fit, loss);
        add_parameters(line, curve, fit.at(at_fit).theta);
        return line.text();
    }

    static void add_loss(Line& line, FitRow const& fit, LossRow const* loss)
    {
        line.add(loss == nullptr ? "" : loss->key.name);
        line.add(loss == nullptr ? std::nan("") : loss->key.r);
        line.add(loss == nullptr ? "" : loss->key.gauge);
        line.add(loss == nullptr ? "" : loss->key.target);
        each_before_fit([&](char const* at) {
            line.add(loss == nullptr ? std::nan("") : value_at(fit, loss->key, at));
        });
        LossRecord const none{};
        each_loss_number(loss == nullptr ? none : loss->record, [&](char const*, double value) {
            line.add(loss == nullptr ? std::nan("") : value);
        });
        line.add(loss == nullptr ? std::optional<int>() : std::optional<int>(loss->record.empty));
    }

    /// Those that the loss has; none where the store does not have the fit's parameters.
    void add_blocks(Line& line, CellRow const& cell, Curve const* curve, FitRow const& fit,
                    LossRow const* loss) const
    {
        if (block_names_.empty())
            return;
        auto const distances =
            curve == nullptr || loss == nullptr
                ? std::map<std::string, BlockDistance>()
                : blocks_.distances(*curve, cell.n, loss->key, fit.at(at_fit).theta);
        for (std::string const& name : block_names_) {
            auto const at = distances.find(name);
            for (auto const cells : {&BlockDistance::over, &BlockDistance::exact})
                line.add(at == distances.end() ? std::nan("")
                                               : (at->second.*cells).value_or(std::nan("")));
        }
    }

    /// Those that the model has; none where the store does not have them.
    void add_parameters(Line& line, Curve const* curve, std::vector<double> const& theta) const
    {
        if (parameters_.empty())
            return;
        std::map<std::string, double> value;
        if (curve != nullptr && !theta.empty())
            for (auto const& [name, number] : parameters_by_name(curve->model, theta))
                value[name] = number;
        for (std::string const& name : parameters_)
            line.add(value.count(name) == 0 ? std::nan("") : value[name]);
    }

    Study const& study_;
    ExportChoice choice_;
    std::vector<std::string> swept_, parameters_, block_names_;
    mutable ExportedBlocks blocks_; ///< remembers what losses are against
};

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

std::string export_csv(Store const& store, ExportChoice const& choice)
{
    Study const study = stored_study(store);
    CurvesOf const curves = curves_of(study);
    CsvTable const table(store, study, choice);
    std::string text = table.head();
    for (CellRow const& cell : store.cells()) {
        std::vector<FitRow> const fits = store.fits(cell.id, choice.parameters || choice.blocks);
        for (Listed const& one : listed(cell, curves, study.replicates))
            for (FitRow const& fit : fits)
                text += table.lines(cell, one, fit);
    }
    return text;
}

} // namespace moerate
