#include "host/run/block.h"

#include "host/run/late_excess.h"

#include <algorithm>

namespace moerate
{

template <class Real>
JobBlock<Real>::JobBlock(Device& device, Study const& study, Plan const& plan,
                         std::vector<Job> const& jobs, ReferenceOf const& reference_of,
                         Trace const* trace)
    : device_(device), study_(study), plan_(plan), jobs_(jobs), trace_(trace)
{
    int const count = static_cast<int>(jobs.size());
    for (int j = 0; j < count; ++j) {
        DataSpec const& data = plan_.data[jobs[j].data];
        compared_.push_back({j, &reference_of(study_.curves[data.curve], data.n, Target::truth)});
    }
    for (int j = 0; j < count; ++j) {
        DataSpec const& data = plan_.data[jobs[j].data];
        int const d = study_.curves[data.curve].truth.model.d;
        x_.add(static_cast<std::size_t>(data.n) * d);
        y_.add(data.n);
        for (int const c : jobs[j].cells) {
            Cell const& cell = plan_.cells[c];
            Curve const& curve = study_.curves[cell.curve];
            std::size_t const p = curve.model.layout.size;
            for (char const* at : fit_points) {
                bool const here = has_point(at, curve.start.number.count);
                points_[at].theta.add(here ? p : 0);
                points_[at].measured.push_back(here);
            }
            Fit fit{j, &cell, &curve, {}, 0, target_.add(p)};
            for (Target const target : targets_of(curve, cell.losses))
                fit.references[target] = &reference_of(curve, cell.n, target);
            fit.compared = compare(j, fit.yardstick());
            fits_.push_back(std::move(fit));
        }
    }
    for (Slices<Real>* slices : {&x_, &y_, &target_, &points_[at_start].theta})
        slices->allocate(device_);
    mse_reference_ = DeviceArray<double>(device_, compared_.size());
    mean_square_ = DeviceArray<double>(device_, jobs.size());
    if (points_[at_oracle].theta.size() == 0)
        points_.erase(at_oracle);
    else
        points_.at(at_oracle).theta.allocate(device_);
    for (auto& [at, points] : points_) {
        points.mse = DeviceArray<double>(device_, fits_.size());
        points.risk = DeviceArray<RiskRecord>(device_, fits_.size());
    }
}

template <class Real>
Reference<Real> const& JobBlock<Real>::Fit::yardstick() const
{
    std::set<Target> targets;
    for (auto const& [target, itself] : references)
        targets.insert(target);
    return *references.at(yardstick_of(*curve, targets));
}

/// Number of a reference on a job's data in compared_, where it is put if it is new.
template <class Real>
int JobBlock<Real>::compare(int job, Reference<Real> const& reference)
{
    if (compared_[job].reference == &reference)
        return job;
    int const size = static_cast<int>(compared_.size());
    for (int i = static_cast<int>(jobs_.size()); i < size; ++i)
        if (compared_[i].job == job && compared_[i].reference == &reference)
            return i;
    compared_.push_back({job, &reference});
    return size;
}

/// Pairs of atoms that a risk task may have in work: some 32 MB of a thread's memory at most, where
/// a single fit does not need more.
constexpr std::size_t most_pairs = 1 << 17;

template <class Real>
void JobBlock<Real>::risk()
{
    std::map<std::pair<Curve const*, Reference<Real> const*>, std::vector<RiskFit<Real>>> alike;
    std::size_t all = 0;
    for (std::size_t i = 0; i < fits_.size(); ++i) {
        for (auto& [at, points] : points_) {
            if (!points.measured[i])
                continue;
            alike[{fits_[i].curve, &fits_[i].reference()}].push_back(
                {points.theta.at(fits_[i].theta), points.risk.data() + i});
            ++all;
        }
    }
    // A CPU reads the points once for all fits of a task; a device that many tasks fill gets many.
    DeviceInfo const& info = device_.info();
    // Two tasks a thread, where there are several, so that none waits long for the last one.
    std::size_t const tasks_wanted = info.threads > 1 ? 2 * info.threads : 1;
    std::size_t const most = RiskTask<Real>::most_fits;
    std::size_t const together =
        info.launch_fits > 1 ? 1 : std::clamp<std::size_t>(all / tasks_wanted, 1, most);
    std::vector<RiskTask<Real>> tasks;
    for (auto const& [whose, fits] : alike) {
        auto const& [curve, reference] = whose;
        // A fit's sums are of each of its atoms with each true one, for a band of points.
        auto const pairs = static_cast<std::size_t>(curve->model.k + 2) *
                           static_cast<std::size_t>(reference->measure.model.k);
        std::size_t const here = std::clamp<std::size_t>(most_pairs / pairs, 1, together);
        for (std::size_t i = 0; i < fits.size(); ++i) {
            if (i % here == 0)
                tasks.push_back({curve->model,
                                 reference->measure.model,
                                 0,
                                 {},
                                 reference->theta.data(),
                                 study_.regression_samples,
                                 study_.regression_precision,
                                 reference->x.data(),
                                 reference->f.data(),
                                 reference->experts.data(),
                                 reference->weights.data()});
            tasks.back().fit[tasks.back().fits++] = fits[i];
        }
    }
    device_.run(tasks);
    for (auto& [at, points] : points_)
        points.host.risk = points.risk.download();
}

template class JobBlock<float>;
template class JobBlock<double>;

} // namespace moerate
