#pragma once

/// @file
/// The list of all kinds of tasks. Tables of CPU and CUDA kernels and the tests' backends walk it;
/// a device takes a list of any of them (Device::run).

#include "kernels/core/typelist.h"
#include "kernels/data/generate_api.h"
#include "kernels/evaluate/evaluate_api.h"
#include "kernels/loss/loss_api.h"
#include "kernels/lse/accelerate_api.h"
#include "kernels/lse/factors_api.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "kernels/lse/product_api.h"
#include "kernels/lse/step_api.h"
#include "kernels/rates/resample_api.h"
#include "kernels/rates/summary_api.h"
#include "kernels/risk/risk_api.h"
#include "kernels/sgd/sgd_api.h"
#include "kernels/start/start_api.h"

MOE_BEGIN_ISA

using Tasks =
    TypeList<GenerateTask<float>, GenerateTask<double>, StartTask<float>, StartTask<double>,
             SgdTask<float>, SgdTask<double>, EvaluateTask<float>, EvaluateTask<double>,
             LinearizeTask<float>, LinearizeTask<double>, GramTask<float>, GramTask<double>,
             GramTask<double, float>, FactorsTask, ProductTask, FoldTask, StepTask, AccelerateTask,
             RiskTask<float>, RiskTask<double>, LossTask<float>, LossTask<double>, SummaryTask,
             ResampleTask>;

MOE_END_ISA
