#pragma once

/// @file
/// From jobs to finished fits on one device: generate, start, fit, measure.

#include "host/run/block.h"

#include <vector>

namespace moerate
{

/// Runs blocks of jobs: first all their fits in float32, then all in float64. Each step is one list
/// of independent tasks for the device; data stay there, parameters and one record a fit come back.
/// Results depend on the study and the kind of device alone, never on how jobs are grouped into
/// blocks or on their order.
class Pipeline
{
public:
    /// `trace`, if not null, says which fits come with their rounds.
    Pipeline(Device& device, Study const& study, Plan const& plan, Trace const* trace = nullptr);

    /// Does all fits of `jobs`. Rows in the order of the jobs and their cells. Throws DeviceError.
    std::vector<FitRow> run(std::vector<Job> const& jobs);

    /// Frees the evaluation points that are kept from block to block.
    void forget();

private:
    template <class Real>
    void keep(References<Real>& references, std::vector<Job> const& jobs);
    template <class Real>
    void make(References<Real>& references, std::vector<Job> const& jobs);
    template <class Real>
    std::vector<FitRow> fits(References<Real>& references, std::vector<Job> const& jobs);

    Device& device_;
    Study const& study_;
    Plan const& plan_;
    Trace const* trace_;
    References<float> single_;
    References<double> double_;
};

} // namespace moerate
