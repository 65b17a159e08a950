#pragma once

/// @file
/// The numeric columns of the tables `fit`, `point` and `loss` with their places in the rows:
/// written once, for the schema, writing, reading, comparing and exporting.

#include "host/store/fit_row.h"

#include <cmath>
#include <string>

namespace moerate
{

/// Name of a column, and the minor format that brought it: f("moved", ...) for those of the first,
/// f(Column("rank", 1), ...) for a later one, which older files lack.
struct Column
{
    char const* name;
    int minor;
    Column(char const* called, int since = 0) : name(called), minor(since) {}
    operator char const*() const { return name; }
};

/// Calls f(column, number) for each numeric result of a fit that is not one of its points'. Fit is
/// FitRow or FitRow const.
template <class Fit, class F>
void each_number(Fit& fit, F&& f)
{
    f("mse_truth", fit.mse_truth);
    f("excess", fit.excess);
    f("moved", fit.moved);
}

/// Calls f(column, number) for each error in L2. Record is RiskRecord or RiskRecord const.
template <class Record, class F>
void each_risk_number(Record& record, F&& f)
{
    f("regression", record.regression);
    f("expert_over", record.expert_over);
    f("expert_exact", record.expert_exact);
    f("expert_missed", record.expert_missed);
    f(Column("response_cell", 1), record.response_cell);
    f(Column("response_gate", 1), record.response_gate);
}

/// Calls f(column, number) for each number of a point. Measured is Point or Point const.
template <class Measured, class F>
void each_point_number(Measured& point, F&& f)
{
    f("mse", point.mse);
    each_risk_number(point.risk, f);
}

/// Calls f(column, number) for each number of a loss. Record is LossRecord or LossRecord const.
template <class Record, class F>
void each_loss_number(Record& record, F&& f)
{
    f("value", record.value);
    f("mass", record.mass);
    f("over", record.over);
    f("exact", record.exact);
    f("missed", record.missed);
    f("over_gate", record.over_gate);
    f("over_expert", record.over_expert);
    f("exact_gate", record.exact_gate);
    f("exact_expert", record.exact_expert);
}

/// Equal, or both not a number.
inline bool same_number(double a, double b)
{
    return a == b || (std::isnan(a) && std::isnan(b));
}

/// Equal results; time and run do not count, nor `empty` of a fit (it depends on which loss came
/// first), nor parameters that one side left out, nor `admissible` (older versions have none
/// without noise), nor a number of a later minor that one side lacks.
bool same_result(FitRow const& a, FitRow const& b);
bool same_result(LossRow const& a, LossRow const& b);

} // namespace moerate
