#pragma once

/// @file
/// Scores s_i(x) of the gate (spec.md 1.1). Inside, every score is a linear map of features of x:
/// s_i = (psi(W_i . phi(x)) + c_i) / T, psi the identity but for the ridge score. A member declares
///   parameters       named blocks of theta
///   features         the set of feature blocks, kernels/spec/features.h
///   location_shifts  whether a common shift of all locations leaves a softmax over the scores
///                    unchanged (spec.md 1.3)
///   pack             theta -> the maps (map_rows.h), once a step
///   chain            the gradient by the maps -> the gradient by theta, once a step
/// and what differs from ScoreDefaults.

#include "kernels/core/typelist.h"
#include "kernels/family/score/attention.h"
#include "kernels/family/score/cosine.h"
#include "kernels/family/score/linear.h"
#include "kernels/family/score/quadratic.h"

#if !defined(MOE_MORE_SCORES)
#define MOE_MORE_SCORES ///< a test may append a score of its own: `, TheScore`
#endif

MOE_BEGIN_ISA

using Scores = TypeList<LinearScore, QuadraticScore, MonomialScore, CosineScore, RidgeScore,
                        AttentionScore, EuclideanScore MOE_MORE_SCORES>;

MOE_END_ISA
