#pragma once

/// @file
/// What exports list, and in which order: common to CSV and JSON.

#include "host/store/columns.h"
#include "host/store/store.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// A label under which the fits of a cell are listed. Curves that share the cell have one each,
/// with the losses that they ask for; what none asks for any more is listed with the first.
struct Listed
{
    std::string label;
    Curve const* curve = nullptr;  ///< null where the study does not have the cell any more
    std::set<LossKey> own, of_all; ///< losses at "fit" that this one and any of the curves ask for
    bool first = true;
    int replicates = 0; ///< that the study asks for; 0 where it does not have the cell

    bool shows(LossKey key) const
    {
        key.at = at_fit;
        return own.count(key) != 0 || (first && of_all.count(key) == 0);
    }
};

/// Whether the study asks for a fit, or for a loss of it.
bool in_study(Listed const& as, FitRow const& fit);
bool in_study(Listed const& as, FitRow const& fit, LossKey const& key);

/// The swept keys of a study's curves, each once, in order of appearance.
std::vector<std::string> swept_keys(Study const& study);

/// Names of the parameters of a model: their paths in the JSON of a measure, with dots:
/// "atoms.0.gate.w.1". In the order of `parameters_by_name`.
std::vector<std::string> parameter_names(Model const& model);

/// The numbers of theta by these names.
std::vector<std::pair<std::string, double>> parameters_by_name(Model const& model,
                                                               std::vector<double> const& theta);

/// The curves of each cell of a study.
using CurvesOf = std::map<std::string, std::vector<Curve const*>>;

CurvesOf curves_of(Study const& study);

/// The labels under which the fits of a cell are listed; `replicates`: that the study asks for.
std::vector<Listed> listed(CellRow const& cell, CurvesOf const& curves, int replicates);

/// Name of a number of a point: that of the fit has none of its own.
std::string point_column(std::string const& at, std::string const& name);

/// The point of that name, or one of numbers that do not exist.
Point const& point_or_none(FitRow const& fit, char const* at);

/// Calls f(column, number) for each number of a fit, in the order in which it is exported.
template <class F>
void each_exported(FitRow const& fit, F&& f)
{
    for (char const* at : fit_points)
        f(point_column(at, "mse"), point_or_none(fit, at).mse);
    f(std::string("mse_truth"), fit.mse_truth);
    f(std::string("excess"), fit.excess);
    for (char const* at : fit_points)
        each_risk_number(point_or_none(fit, at).risk,
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

} // namespace moerate
