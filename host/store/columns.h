#pragma once

/// @file
/// The numeric columns of the tables `fit` and `loss` with their places in FitRow and LossRecord:
/// written once, for the schema, writing, reading, comparing and exporting.

#include "host/store/store.h"

#include <cmath>
#include <string>

namespace moerate
{

/// Calls f(column, number) for each numeric result of a fit. Fit is FitRow or FitRow const.
template <class Fit, class F>
void each_number(Fit& fit, F&& f)
{
    f("start_mse", fit.start_mse);
    f("mse", fit.mse);
    f("mse_truth", fit.mse_truth);
    f("excess", fit.excess);
    f("start_regression", fit.start_risk.regression);
    f("start_expert_over", fit.start_risk.expert_over);
    f("start_expert_exact", fit.start_risk.expert_exact);
    f("start_expert_missed", fit.start_risk.expert_missed);
    f("regression", fit.risk.regression);
    f("expert_over", fit.risk.expert_over);
    f("expert_exact", fit.risk.expert_exact);
    f("expert_missed", fit.risk.expert_missed);
    f("moved", fit.moved);
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
/// without noise).
bool same_result(FitRow const& a, FitRow const& b);
bool same_result(LossRow const& a, LossRow const& b);

} // namespace moerate
