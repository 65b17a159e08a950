#pragma once

/// @file
/// The columns of the tables `fit`, `start`, `point`, `loss` and `target` with their places in the
/// rows: written once, for the schema, writing, reading, comparing and exporting.

#include "host/store/fit_row.h"
#include "host/store/target_row.h"

#include <cmath>
#include <string>

namespace moerate
{

/// Name of a column, and the minor format that brought it: f("moved", ...) for those of the first,
/// f(Column("rank", 1), ...) for a later one, which older files lack. One that may be none on one
/// side `fills`: later versions know it of more fits.
struct Column
{
    char const* name;
    int minor;
    bool fills;
    Column(char const* called, int since = 0) : Column(called, since, since > 0) {}
    Column(char const* called, int since, bool filling) : name(called), minor(since), fills(filling)
    {}
    operator char const*() const { return name; }
};

/// Calls f(column, number) for each numeric result of a fit that is not one of its points'. Fit is
/// FitRow or FitRow const.
template <class Fit, class F>
void each_number(Fit& fit, F&& f)
{
    f("mse_truth", fit.mse_truth);
    f(Column("excess", 0, true), fit.excess); // before, none of two sigmoids to a softmax of two
    f("moved", fit.moved);
}

/// Calls f(column, value) for what an estimator has told of a fit (FitFacts) and what follows from
/// it: numbers, counts and flags that may be none, and texts. Fit is FitRow or FitRow const.
template <class Fit, class F>
void each_fact(Fit& fit, F&& f)
{
    auto& facts = fit.facts;
    f(Column("ended", 1), facts.ended);
    f(Column("predicted_gain", 1), facts.predicted_gain);
    f(Column("actual_gain", 1), facts.actual_gain);
    f(Column("radius", 1), facts.radius);
    f(Column("gradient_norm", 1), facts.gradient_norm);
    f(Column("at_bound", 1), facts.at_bound);
    f(Column("coordinates", 1), facts.coordinates);
    f(Column("rank", 1), facts.rank);
    f(Column("deficit", 1), facts.deficit);
    f(Column("dead", 1), facts.dead);
    f(Column("eigenvalue_1", 1), facts.smallest[0]);
    f(Column("eigenvalue_2", 1), facts.smallest[1]);
    f(Column("eigenvalue_3", 1), facts.smallest[2]);
    f(Column("eigenvalue_4", 1), facts.smallest[3]);
    f(Column("eigenvalue_5", 1), facts.smallest[4]);
    f(Column("stationary", 1), facts.stationary);
    f(Column("best", 1), facts.best);
    f(Column("certified", 1), fit.certified);
    f(Column("won", 1), facts.won);
    f(Column("kinks", 2), facts.kinks);
}

/// Calls f(column, value) for each fact of a start. Record is StartRecord or StartRecord const.
template <class Record, class F>
void each_start_value(Record& start, F&& f)
{
    f("kind", start.kind);
    f("mse", start.mse);
    f("above", start.above);
    f("status", start.ended);
    f("distance", start.distance);
}

/// Calls f(column, value) for each value of a minimum that a search for a projection has found. Row
/// is TargetRow or TargetRow const.
template <class Row, class F>
void each_target_value(Row& row, F&& f)
{
    f("distance", row.distance);
    f("coordinates", row.coordinates);
    f("rank", row.rank);
    f("generic_rank", row.generic_rank);
    f("eigenvalue", row.eigenvalue);
    f("at_bound", row.at_bound);
    f("starts", row.starts);
    f("ended", row.ended);
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
    f(Column("regression_error", 4), record.regression_error);
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

/// SQL types of what the functions above name.
constexpr char const* sql_type(double)
{
    return "REAL";
}
template <class Whole>
constexpr char const* sql_type(std::optional<Whole> const&)
{
    return "INTEGER";
}
inline char const* sql_type(std::string const&)
{
    return "TEXT";
}

/// Equal results; time and run do not count, nor `empty` of a fit (it depends on which loss came
/// first), nor parameters that one side left out, nor `admissible` (older versions have none
/// without noise), nor a column that fills and that one side lacks.
bool same_result(FitRow const& a, FitRow const& b);
bool same_result(LossRow const& a, LossRow const& b);

} // namespace moerate
