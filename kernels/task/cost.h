#pragma once

/// @file
/// Relative work of a task, in units of one sample passing one parameter. Lists start with the
/// largest tasks, so that no long one is left for the end, and a launch's time is shared out by it.

#include "kernels/core/hd.h"
#include "kernels/data/generate_api.h"
#include "kernels/evaluate/evaluate_api.h"
#include "kernels/loss/loss_api.h"
#include "kernels/rates/resample_api.h"
#include "kernels/rates/summary_api.h"
#include "kernels/risk/risk_api.h"
#include "kernels/sgd/sgd_api.h"
#include "kernels/start/start_api.h"

namespace moerate
{

/// Work of one sample on a model.
MOE_HD inline double cost(Model const& model)
{
    return model.layout.size;
}

template <class Real>
MOE_HD double cost(GenerateTask<Real> const& task)
{
    return cost(task.truth) * task.n;
}

template <class Real>
MOE_HD double cost(StartTask<Real> const& task)
{
    return task.model.layout.size;
}

template <class Real>
MOE_HD double cost(SgdTask<Real> const& task)
{
    return cost(task.model) * task.n * task.settings.epochs;
}

template <class Real>
MOE_HD double cost(EvaluateTask<Real> const& task)
{
    return cost(task.model) * task.n;
}

template <class Real>
MOE_HD double cost(RiskTask<Real> const& task)
{
    return (cost(task.model) + static_cast<double>(task.model.k) * task.truth.k) * task.points;
}

MOE_HD inline double cost(LossTask const& task)
{
    return cost(task.model) * task.truth.k;
}

MOE_HD inline double cost(SummaryTask const& task)
{
    return task.size;
}

MOE_HD inline double cost(ResampleTask const& task)
{
    return static_cast<double>(task.population) * task.draws;
}

} // namespace moerate
