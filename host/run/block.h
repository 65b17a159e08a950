#pragma once

/// @file
/// One block of jobs while it is worked on.

#include "host/device/slices.h"
#include "host/run/plan.h"
#include "host/run/truth.h"
#include "host/study/identity.h"

#include <functional>
#include <vector>

namespace moerate
{

/// Parameters and evaluation points of one truth, on the device.
template <class Real>
struct Truth
{
    /// Draws or takes the parameters and generates the points. Throws DeviceError.
    Truth(Device& device, Study const& study, Curve const& curve)
        : parameters(true_parameters(study, curve)), theta64(device, parameters),
          theta(device, std::vector<Real>(parameters.begin(), parameters.end())),
          x(device, static_cast<std::size_t>(study.regression_samples) * curve.truth.model.d),
          f(device, study.regression_samples),
          experts(device, static_cast<std::size_t>(study.regression_samples) * curve.truth.model.k)
    {
        device.run(std::vector<GenerateTask<Real>>{
            {curve.truth.model, theta.data(), truth_key(study, curve), Stream::evaluate,
             study.regression_samples, 0.0, x.data(), f.data(), experts.data(), nullptr}});
    }

    std::vector<double> parameters; ///< [layout.size]
    DeviceArray<double> theta64;    ///< the same on the device
    DeviceArray<Real> theta;        ///< the same in the pipeline's precision
    DeviceArray<Real> x;            ///< [m][d] inputs of stream `evaluate`
    DeviceArray<Real> f;            ///< [m] f_true(x)
    DeviceArray<Real> experts;      ///< [k*][m] h*_j(x)
};

/// One block while it is worked on. Steps are called in the order of their declaration.
template <class Real>
class JobBlock
{
public:
    /// Gives the truth of a curve; it must outlive the block. Asked once a job.
    using TruthOf = std::function<Truth<Real> const&(Curve const&)>;

    /// Allocates everything for `jobs`. All members may throw DeviceError.
    JobBlock(Device& device, Study const& study, Plan const& plan, std::vector<Job> const& jobs,
             TruthOf const& truth_of);

    void generate(); ///< data, MSE of the truth and of f = 0
    void start();    ///< starting points, their noise-free targets, start MSE
    void fit();      ///< SGD, final MSE
    void risk();     ///< regression and expert errors of starts and fits

    /// Measures the losses and collects what is stored, in the order of the jobs and their cells.
    std::vector<FitRow> rows() const;

private:
    struct Fit
    {
        int job; ///< in jobs
        Cell const* cell;
        Curve const* curve;
        Truth<Real> const* truth;
        int theta; ///< number of its slices in start_, target_ and theta_
    };

    void evaluate(Slices<Real> const& theta, DeviceArray<double> const& mse);
    FitRow row(std::size_t at) const;
    void measure(std::vector<FitRow>& rows) const;
    DataSpec const& data(Fit const& fit) const { return plan_.data[jobs_[fit.job].data]; }
    StreamKey key(Fit const& fit) const { return key_of(plan_, jobs_[fit.job]); }

    Device& device_;
    Study const& study_;
    Plan const& plan_;
    std::vector<Job> const& jobs_;
    std::vector<Fit> fits_;
    Slices<Real> x_, y_;                       // one a job
    Slices<Real> start_, target_, theta_;      // one a fit
    DeviceArray<double> mse_truth_, mse_zero_; // one a job
    DeviceArray<double> start_mse_, mse_;      // one a fit
    DeviceArray<SgdOutcome> outcome_;
    DeviceArray<RiskRecord> start_risk_, risk_;

    // What came back.
    struct
    {
        std::vector<Real> start, target, theta;
        std::vector<double> mse_truth, mse_zero, start_mse, mse;
        std::vector<SgdOutcome> outcome;
        std::vector<double> seconds; // of the fits
        std::vector<RiskRecord> start_risk, risk;
    } host_;
};

extern template class JobBlock<float>;
extern template class JobBlock<double>;

} // namespace moerate
