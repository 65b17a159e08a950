#pragma once

/// @file
/// From jobs to finished fits on one device: generate, start, fit, measure.

#include "host/run/block.h"

#include <vector>

namespace moerate
{

/// Runs blocks of jobs of one precision. Each step is one list of independent tasks for the device;
/// data stay there, parameters and one record a fit come back. Results depend on the study and the
/// kind of device alone, never on how jobs are grouped into blocks or on their order.
template <class Real>
class Pipeline
{
public:
    Pipeline(Device& device, Study const& study, Plan const& plan);

    /// Does all fits of `jobs`, whose curves all have this precision. Rows in the order of the jobs
    /// and their cells. Throws DeviceError.
    std::vector<FitRow> run(std::vector<Job> const& jobs);

    /// Frees the evaluation points that are kept from block to block.
    void forget() { references_.keep({}); }

private:
    Device& device_;
    Study const& study_;
    Plan const& plan_;
    References<Real> references_;
};

extern template class Pipeline<float>;
extern template class Pipeline<double>;

} // namespace moerate
