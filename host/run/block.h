#pragma once

/// @file
/// One block of jobs while it is worked on.

#include "host/device/slices.h"
#include "host/estimate/exact_fit.h"
#include "host/run/plan.h"
#include "host/run/reference.h"
#include "host/run/trace.h"
#include "host/store/fit_row.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace moerate
{

/// One block while it is worked on. Steps are called in the order of their declaration.
template <class Real>
class JobBlock
{
public:
    /// Gives a curve's measure of a target; it must outlive the block. Asked by the constructor
    /// alone.
    using ReferenceOf = std::function<Reference<Real> const&(Curve const&, int n, Target)>;

    /// Allocates everything for `jobs`. All members may throw DeviceError. `trace`, if not null,
    /// says which fits have their rounds in their facts.
    JobBlock(Device& device, Study const& study, Plan const& plan, std::vector<Job> const& jobs,
             ReferenceOf const& reference_of, Trace const* trace = nullptr);

    void fit();  ///< data, starting points, the estimators; MSE of references, starts and ends
    void risk(); ///< regression and expert errors at all points

    /// Measures the losses and collects what is stored, in the order of the jobs and their cells.
    std::vector<FitRow> rows() const;

private:
    struct Fit
    {
        int job; ///< in jobs
        Cell const* cell;
        Curve const* curve;
        std::map<Target, Reference<Real> const*> references; ///< of its losses, and its own
        int compared; ///< number of its yardstick, on its data, in compared_
        int theta;    ///< number of its slice in target_ and in theta of all points
        /// What it starts near, and what its errors are of.
        Reference<Real> const& reference() const { return *references.at(curve->target); }
        /// What its excess is of (yardstick_of).
        Reference<Real> const& yardstick() const;
    };
    /// A reference on the data of a job.
    struct Compared
    {
        int job;
        Reference<Real> const* reference;
    };
    /// One point of all fits: what is on the device, and what came back; one a fit.
    struct Points
    {
        Slices<Real> theta;
        DeviceArray<double> mse;
        DeviceArray<RiskRecord> risk;
        std::vector<char> measured; ///< 0: there is nothing to measure, its numbers are NaN
        struct
        {
            std::vector<Real> theta;
            std::vector<double> mse;
            std::vector<RiskRecord> risk;
        } host;
    };

    /// Fits that go from the data to the end together: all of some jobs.
    struct Part
    {
        int begin, end;    ///< in fits_
        std::size_t bytes; ///< of their data
    };

    int compare(int job, Reference<Real> const& reference);
    std::vector<Part> parts() const;
    void generate(Part const& part);
    void compare(Part const& part);
    void start(Part const& part);
    void fit(Part const& part);
    void evaluate(Part const& part);
    Real* oracle(Fit const& fit) const;
    /// MSE up to which a curve's fits of data of this mean square are exact; 0 with noise.
    static double exact_below(Curve const& curve, double mean_square)
    {
        return curve.noise_variance > 0 ? 0 : rounding_mse<Real>(mean_square);
    }
    Point point(std::size_t number, std::string const& at) const;
    FitRow row(std::size_t at) const;
    void measure(std::vector<FitRow>& rows) const;
    DataSpec const& data(Fit const& fit) const { return plan_.data[jobs_[fit.job].data]; }
    StreamKey key(Fit const& fit) const { return key_of(plan_, jobs_[fit.job]); }

    Device& device_;
    Study const& study_;
    Plan const& plan_;
    std::vector<Job> const& jobs_;
    Trace const* trace_;
    std::vector<Compared> compared_; // first the truths, one a job: where its data come from
    std::vector<Fit> fits_;
    Slices<Real> x_, y_;                   // one a job
    Slices<Real> target_;                  // one a fit
    DeviceArray<double> mse_reference_;    // one of compared_
    DeviceArray<double> mean_square_;      // one a job
    std::map<std::string, Points> points_; // by the names of fit_points

    // What came back.
    struct
    {
        std::vector<Real> target;
        std::vector<double> mse_reference, mean_square;
        std::vector<FitOutcome> outcome;
    } host_;
};

extern template class JobBlock<float>;
extern template class JobBlock<double>;

} // namespace moerate
