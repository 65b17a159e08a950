#pragma once

/// @file
/// Identities (design.md 3): a cell's id is a hash of its canonical parameters. Replicates, device,
/// threads, losses, gauges, titles and reported slopes are not part of it.

#include "host/study/study.h"
#include "kernels/rng/stream.h"

#include <string>

namespace moerate
{

/// Canonical JSON of what a curve's fits depend on, n excluded: seed, nested, data, truth, model,
/// start, estimator; families by name, keys sorted, numbers in shortest round-trip form.
std::string canonical_curve(Study const& study, Curve const& curve);

/// Canonical JSON of the truth alone (d, families, sizes, draw or parameters).
std::string canonical_truth(Curve const& curve);

/// Id of the cell (curve, n): 16 hexadecimal digits.
std::string cell_id(Study const& study, Curve const& curve, int n);

/// Id of the projection of a curve's truth onto its fitted class, and canonical JSON of what it
/// depends on: seed and truth, model, box, [target].
std::string target_id(Study const& study, Curve const& curve);
std::string canonical_target(Study const& study, Curve const& curve);

/// Key of a truth: hash of study seed and truth. Its parameters and its evaluation points are drawn
/// under it. replicate and n are left 0.
StreamKey truth_key(Study const& study, Curve const& curve);

/// What tells the truths of two curves at n apart: truth_key, unless the truth moves with n along a
/// path, whose points share its streams.
StreamKey moved_truth_key(Study const& study, Curve const& curve, int n);

/// Key of the streams of a curve's data, starts and bootstrap: that of its truth, or where its fit
/// has a truth of its own that of the study's. replicate and n are left 0.
StreamKey streams_key(Study const& study, Curve const& curve);

/// Key of the data of replicate r at sample size n (n enters unless the study is nested).
StreamKey data_key(Study const& study, Curve const& curve, int n, int replicate);

} // namespace moerate
