#pragma once

/// @file
/// One block of jobs while it is worked on.

#include "host/device/slices.h"
#include "host/run/plan.h"
#include "host/store/fit_row.h"
#include "host/study/identity.h"
#include "host/study/truth.h"

#include <functional>
#include <map>
#include <string>
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
    void start();    ///< starting points, their noise-free targets, MSE there
    void fit();      ///< the estimators, MSE where they end
    void risk();     ///< regression and expert errors at all points

    /// Measures the losses and collects what is stored, in the order of the jobs and their cells.
    std::vector<FitRow> rows() const;

private:
    struct Fit
    {
        int job; ///< in jobs
        Cell const* cell;
        Curve const* curve;
        Truth<Real> const* truth;
        int theta; ///< number of its slice in target_ and in theta of all points
    };
    /// One point of all fits: what is on the device, and what came back; one a fit.
    struct Points
    {
        Slices<Real> theta;
        DeviceArray<double> mse;
        DeviceArray<RiskRecord> risk;
        std::vector<bool> measured; ///< else there is nothing to measure, its numbers are NaN
        struct
        {
            std::vector<Real> theta;
            std::vector<double> mse;
            std::vector<RiskRecord> risk;
        } host;
    };

    void evaluate(Points& points);
    Point point(std::size_t number, std::string const& at) const;
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
    Slices<Real> target_;                      // one a fit
    DeviceArray<double> mse_truth_, mse_zero_; // one a job
    std::map<std::string, Points> points_;     // by the names of fit_points

    // What came back.
    struct
    {
        std::vector<Real> target;
        std::vector<double> mse_truth, mse_zero;
        std::vector<FitOutcome> outcome;
    } host_;
};

extern template class JobBlock<float>;
extern template class JobBlock<double>;

} // namespace moerate
