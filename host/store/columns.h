#pragma once

/// @file
/// The columns of the tables `fit`, `start`, `point` and `loss` with their places in the rows:
/// written once, for the schema, writing, reading, comparing and exporting.

#include "host/store/fit_row.h"

#include <cmath>
#include <string>

namespace moerate
{

/// Calls f(column, number) for each numeric result of a fit that is not one of its points'. Fit is
/// FitRow or FitRow const.
template <class Fit, class F>
void each_number(Fit& fit, F&& f)
{
    f("mse_truth", fit.mse_truth);
    f("excess", fit.excess);
    f("moved", fit.moved);
}

/// Calls f(column, value) for what an estimator has told of a fit (FitFacts) and what follows from
/// it: numbers, counts and flags that may be none, and texts. Fit is FitRow or FitRow const.
template <class Fit, class F>
void each_fact(Fit& fit, F&& f)
{
    auto& facts = fit.facts;
    f("ended", facts.ended);
    f("predicted_gain", facts.predicted_gain);
    f("actual_gain", facts.actual_gain);
    f("radius", facts.radius);
    f("gradient_norm", facts.gradient_norm);
    f("at_bound", facts.at_bound);
    f("coordinates", facts.coordinates);
    f("rank", facts.rank);
    f("deficit", facts.deficit);
    f("dead", facts.dead);
    f("eigenvalue_1", facts.smallest[0]);
    f("eigenvalue_2", facts.smallest[1]);
    f("eigenvalue_3", facts.smallest[2]);
    f("eigenvalue_4", facts.smallest[3]);
    f("eigenvalue_5", facts.smallest[4]);
    f("stationary", facts.stationary);
    f("best", facts.best);
    f("certified", fit.certified);
    f("won", facts.won);
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

/// Calls f(column, number) for each error in L2. Record is RiskRecord or RiskRecord const.
template <class Record, class F>
void each_risk_number(Record& record, F&& f)
{
    f("regression", record.regression);
    f("expert_over", record.expert_over);
    f("expert_exact", record.expert_exact);
    f("expert_missed", record.expert_missed);
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
/// without noise).
bool same_result(FitRow const& a, FitRow const& b);
bool same_result(LossRow const& a, LossRow const& b);

} // namespace moerate
