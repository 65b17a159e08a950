#include "host/cli/shown_fit.h"

#include "host/core/error.h"
#include "host/core/text.h"
#include "host/run/loss_terms.h"
#include "host/run/reference.h"
#include "host/store/columns.h"
#include "host/store/export_lists.h"
#include "host/study/truth.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace moerate
{
namespace
{

using Json = nlohmann::ordered_json;

Json number_or_null(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string number_text(double value)
{
    return std::isnan(value) ? "-" : fmt::format("{:.5g}", value);
}

/// A loss of the fit, what it is against, and its terms.
struct ShownLoss
{
    LossRow const* row;
    Measure reference;
    std::optional<LossTerms> terms;
};

/// The stored losses that the curve asks for.
std::vector<ShownLoss> shown_losses(Study const& study, StoredFit const& fit)
{
    std::vector<ShownLoss> losses;
    for (LossSpec const& spec : fit.curve->losses) {
        LossRow const* const row = loss_of(fit.row, loss_key(spec, at_fit));
        bool const known = spec.target != Target::projection || !needs_search(*fit.curve) ||
                           fit.curve->projection != nullptr;
        if (row == nullptr || !known)
            continue;
        losses.push_back(
            {row, target_measure(study, *fit.curve, fit.n, spec.target), std::nullopt});
        if (fit.row.at(at_fit).parameters_kept)
            losses.back().terms = loss_terms({fit.curve->model, fit.row.at(at_fit).theta},
                                             losses.back().reference, spec.choice);
    }
    return losses;
}

/// Names below an atom ("gate.w.1") and their values, by atom; all else under -1.
using ByAtom = std::map<int, std::vector<std::pair<std::string, double>>>;

ByAtom by_atom(Measure const& measure)
{
    ByAtom found;
    for (auto const& [name, value] : parameters_by_name(measure.model, measure.theta)) {
        std::string const prefix = "atoms.";
        if (name.compare(0, prefix.size(), prefix) != 0) {
            found[-1].emplace_back(name, value);
            continue;
        }
        std::size_t const dot = name.find('.', prefix.size());
        found[std::stoi(name.substr(prefix.size()))].emplace_back(name.substr(dot + 1), value);
    }
    return found;
}

using Named = std::vector<std::pair<std::string, double>>;

/// Columns of named numbers side by side, rows in the order of their first appearance.
std::string beside(std::vector<std::string> const& heads, std::vector<Named> const& columns)
{
    std::vector<std::vector<std::string>> table{heads};
    table[0].insert(table[0].begin(), "");
    std::vector<std::string> names;
    for (Named const& column : columns)
        for (auto const& named : column)
            if (std::find(names.begin(), names.end(), named.first) == names.end())
                names.push_back(named.first);
    for (std::string const& name : names) {
        table.push_back({name});
        for (Named const& column : columns) {
            auto const at = std::find_if(column.begin(), column.end(),
                                         [&](auto const& one) { return one.first == name; });
            table.back().push_back(at == column.end() ? "-" : number_text(at->second));
        }
    }
    return aligned(table);
}

std::string facts_text(StoredFit const& fit)
{
    FitRow const& row = fit.row;
    Point const &start = row.at(at_start), &end = row.at(at_fit);
    std::string text = fmt::format("{}, n = {}, replicate {}: {}{}\n", printable(fit.curve->label),
                                   fit.n, row.replicate, status_name(row.status),
                                   row.certified.value_or(false) ? ", certified" : "");
    text += fmt::format("training MSE {} (truth {}, start {}), excess {}{}\n", number_text(end.mse),
                        number_text(row.mse_truth), number_text(start.mse), number_text(row.excess),
                        !row.admissible   ? ""
                        : *row.admissible ? ": admissible"
                                          : ": not admissible, above its reference");
    text += fmt::format("regression error {} (start {})", number_text(end.risk.regression),
                        number_text(start.risk.regression));
    if (row.facts.at_bound.value_or(0) > 0)
        text += fmt::format(", {} parameter{} on the box", *row.facts.at_bound,
                            *row.facts.at_bound == 1 ? "" : "s");
    if (row.facts.rank)
        text += fmt::format(", rank {} of {}", *row.facts.rank,
                            row.facts.coordinates.value_or(fit.curve->model.layout.size));
    return text + "\n";
}

std::string losses_text(StoredFit const& fit, std::vector<ShownLoss> const& losses)
{
    std::vector<std::vector<std::string>> table{
        {"loss", "value", "mass", "over", "exact", "missed", "empty cells", "start"}};
    for (ShownLoss const& loss : losses) {
        LossRecord const& record = loss.row->record;
        LossKey at_the_start = loss.row->key;
        at_the_start.at = at_start;
        LossRow const* const start = loss_of(fit.row, at_the_start);
        table.push_back({loss_text(loss.row->key), number_text(record.value),
                         number_text(record.mass), number_text(record.over),
                         number_text(record.exact), number_text(record.missed),
                         std::to_string(record.empty),
                         start == nullptr ? "-" : number_text(start->record.value)});
    }
    return aligned(table);
}

/// What each true atom's cell adds to each loss: its mass term, and the terms of its atoms.
std::string terms_text(std::vector<ShownLoss> const& losses)
{
    std::string text;
    for (ShownLoss const& loss : losses) {
        if (!loss.terms)
            continue;
        std::vector<std::vector<std::string>> table{
            {"true atom", "mass term", "terms of fitted atoms"}};
        for (std::size_t j = 0; j < loss.terms->mass.size(); ++j) {
            std::vector<std::string> atoms;
            for (std::size_t i = 0; i < loss.row->cell.size(); ++i)
                if (loss.row->cell[i] == static_cast<int>(j))
                    atoms.push_back(fmt::format("{}: {}", i + 1, number_text(loss.terms->atom[i])));
            table.push_back({std::to_string(j + 1), number_text(loss.terms->mass[j]),
                             atoms.empty() ? "none" : fmt::format("{}", fmt::join(atoms, ", "))});
        }
        text += "\n" + loss_text(loss.row->key) + " by atom\n" + aligned(table);
    }
    return text;
}

/// The parameters beside the reference's, a table a true atom with the atoms of its cell.
std::string parameters_text(Measure const& fitted, Measure const& reference,
                            std::vector<int> const& cell)
{
    ByAtom const mine = by_atom(fitted), theirs = by_atom(reference);
    std::string text;
    if (mine.count(-1) + theirs.count(-1) > 0) {
        std::vector<Named> columns;
        for (ByAtom const* side : {&theirs, &mine})
            columns.push_back(side->count(-1) > 0 ? side->at(-1) : Named{});
        text += "\n" + beside({"true", "fitted"}, columns);
    }
    for (int j = -1; j < reference.model.k; ++j) {
        std::vector<std::string> heads;
        std::vector<Named> columns;
        if (j >= 0) {
            heads.push_back(fmt::format("true {}", j + 1));
            columns.push_back(theirs.at(j));
        }
        for (std::size_t i = 0; i < cell.size(); ++i)
            if (cell[i] == j) {
                heads.push_back(fmt::format("fitted {}", i + 1));
                columns.push_back(mine.at(static_cast<int>(i)));
            }
        if (!heads.empty())
            text += "\n" + beside(heads, columns);
    }
    return text;
}

/// All that is stored of a fit beside its parameters, and of one of its losses.
Json expected_json(StoredFit const& fit, ShownLoss const& loss)
{
    Json json{{"cell", fit.row.cell},
              {"label", fit.curve->label},
              {"n", fit.n},
              {"replicate", fit.row.replicate},
              {"status", status_name(fit.row.status)}};
    each_exported(fit.row, [&](std::string const& name, double value) {
        json[name] = number_or_null(value);
    });
    json["admissible"] = fit.row.admissible ? Json(*fit.row.admissible) : Json(nullptr);
    json["target"] = loss.row->key.target;
    each_loss_number(loss.row->record,
                     [&](char const* name, double value) { json[name] = number_or_null(value); });
    json["empty"] = loss.row->record.empty;
    json["cell_of_atom"] = loss.row->cell;
    if (loss.terms) {
        json["atom_terms"] = loss.terms->atom;
        json["mass_terms"] = loss.terms->mass;
    }
    return json;
}

void check_kept(StoredFit const& fit)
{
    if (fit.row.at(at_fit).theta.empty())
        throw UsageError(
            fmt::format("\"{}\", n = {}, replicate {} is stored without parameters "
                        "(it was run with --no-params) run the study into a new folder",
                        fit.curve->label, fit.n, fit.row.replicate));
}

} // namespace

FitName fit_name(std::vector<std::string> const& words, std::string const& option)
{
    FitName name{words.at(0), 0, 0};
    int* const numbers[] = {&name.n, &name.replicate};
    for (std::size_t i = 0; i < 2; ++i) {
        std::string const& word = words.at(i + 1);
        if (word.empty() || word.size() > 9 ||
            word.find_first_not_of("0123456789") != std::string::npos)
            throw UsageError(fmt::format("{}: \"{}\" is no {} (a whole number from {} is needed) "
                                         "give label, n and replicate, such as softmax 1000 0",
                                         option, printable(word), i == 0 ? "n" : "replicate",
                                         i == 0 ? 1 : 0));
        *numbers[i] = std::stoi(word);
    }
    return name;
}

std::string fit_text(Study const& study, StoredFit const& fit)
{
    std::vector<ShownLoss> const losses = shown_losses(study, fit);
    std::string text = facts_text(fit) + "\n" + losses_text(fit, losses) + terms_text(losses);
    Point const& end = fit.row.at(at_fit);
    if (end.theta.empty())
        return text + "\nparameters: not stored (--no-params)\n";
    Measure const reference =
        losses.empty() ? true_measure(study, *fit.curve, fit.n) : losses.front().reference;
    std::vector<int> cell = losses.empty() ? std::vector<int>{} : losses.front().row->cell;
    if (cell.empty())
        cell.assign(static_cast<std::size_t>(fit.curve->model.k), -1);
    text += "\nParameters as they are stored (a loss with gauge align moves what is not identified "
            "first)\n";
    return text + parameters_text({fit.curve->model, end.theta}, reference, cell);
}

nlohmann::ordered_json fit_cases(Study const& study, StoredFit const& fit, bool data)
{
    check_kept(fit);
    Json x = Json::array();
    TrainingData drawn;
    if (data) {
        drawn = training_data(*make_cpu_device(), study, *fit.curve, fit.n, fit.row.replicate);
        int const d = fit.curve->model.d;
        for (auto at = drawn.x.begin(); at != drawn.x.end(); at += d)
            x.push_back(std::vector<double>(at, at + d));
    }
    Json const measure = measure_to_json({fit.curve->model, fit.row.at(at_fit).theta});
    Json cases = Json::array();
    for (ShownLoss const& loss : shown_losses(study, fit)) {
        Json one{{"name", fmt::format("{} n={} r={} {}", fit.curve->label, fit.n, fit.row.replicate,
                                      loss_text(loss.row->key))},
                 {"measure", measure},
                 {"x", x}};
        if (data)
            one["y"] = drawn.y;
        one["fitted"] = measure;
        one["true"] = measure_to_json(loss.reference);
        one["loss"] = loss.row->key.name;
        one["r"] = loss.row->key.r;
        one["gauge"] = loss.row->key.gauge;
        one["expected"] = expected_json(fit, loss);
        cases.push_back(std::move(one));
    }
    return cases;
}

} // namespace moerate
