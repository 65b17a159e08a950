#include "host/run/block.h"
#include "host/study/sizes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

namespace moerate
{

/// The parts of the block, those with most data first. On a GPU, and where there are too few jobs
/// to give each worker some, all is one part.
template <class Real>
std::vector<typename JobBlock<Real>::Part> JobBlock<Real>::parts() const
{
    auto const workers = static_cast<std::size_t>(device_.workers());
    bool const cut = device_.info().threads > 0 && jobs_.size() >= jobs_a_worker * workers;
    std::size_t const most = cut ? jobs_.size() / (jobs_a_worker * workers) : jobs_.size();
    std::vector<Part> parts;
    int job = -1;
    std::size_t jobs = 0, own = 0;
    for (int i = 0; i < static_cast<int>(fits_.size()); ++i) {
        if (fits_[i].job != job) {
            job = fits_[i].job;
            own = data_bytes(*fits_[i].curve, data(fits_[i]).n);
            bool const full = cut && !parts.empty() && parts.back().bytes + own > job_bytes;
            if (parts.empty() || jobs == most || full) {
                parts.push_back({i, i, 0});
                jobs = 0;
            }
            parts.back().bytes += own;
            ++jobs;
        }
        ++parts.back().end;
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [](Part const& a, Part const& b) { return a.bytes > b.bytes; });
    return parts;
}

/// Data, MSE of the truths and of f = 0.
template <class Real>
void JobBlock<Real>::generate(Part const& part)
{
    std::vector<GenerateTask<Real>> tasks;
    int before = -1;
    for (int i = part.begin; i < part.end; ++i) {
        Fit const& fit = fits_[i];
        int const j = fit.job;
        if (j == std::exchange(before, j))
            continue;
        Reference<Real> const& truth = *compared_[j].reference;
        tasks.push_back({truth.measure.model, truth.theta.data(), key(fit), Stream::x, data(fit).n,
                         std::sqrt(fit.curve->noise_variance), x_.at(j), y_.at(j), nullptr,
                         mse_reference_.data() + j, mean_square_.data() + j});
    }
    device_.run(tasks);
}

/// MSE on the training data of the references other than the truths, whose comes with the data.
template <class Real>
void JobBlock<Real>::compare(Part const& part)
{
    std::set<int> numbers;
    for (int i = part.begin; i < part.end; ++i)
        if (fits_[i].compared >= static_cast<int>(jobs_.size()))
            numbers.insert(fits_[i].compared);
    std::vector<EvaluateTask<Real>> tasks;
    for (int const i : numbers) {
        auto const [j, reference] = compared_[i];
        tasks.push_back({reference->measure.model, reference->theta.data(),
                         plan_.data[jobs_[j].data].n, x_.at(j), y_.at(j), nullptr, nullptr, nullptr,
                         mse_reference_.data() + i});
    }
    if (!tasks.empty())
        device_.run(tasks);
}

/// Starting points and their noise-free targets.
template <class Real>
void JobBlock<Real>::start(Part const& part)
{
    std::vector<StartTask<Real>> tasks;
    Points& begin = points_.at(at_start);
    Slices<int> allowed;
    std::vector<int> allowed_values;
    for (int f = part.begin; f < part.end; ++f) {
        Fit const& fit = fits_[f];
        bool const on_truth = fit.curve->start.kind == StartKind::truth;
        Reference<Real> const& from = on_truth ? *compared_[fit.job].reference : fit.reference();
        std::vector<int> atoms = fit.curve->start.extra;
        for (int& atom : atoms)
            --atom; // 1-based in the experiment file
        if (atoms.empty()) {
            atoms.resize(from.measure.model.k);
            std::iota(atoms.begin(), atoms.end(), 0);
        }
        int const number = allowed.add(atoms.size());
        allowed_values.resize(allowed.size());
        std::copy(atoms.begin(), atoms.end(), allowed_values.begin() + allowed.offset(number));
        StartSettings settings{0.0, fit.curve->start.split};
        StartTask<Real> task{fit.curve->model,
                             from.measure.model,
                             from.theta64.data(),
                             key(fit),
                             settings,
                             nullptr,
                             static_cast<int>(atoms.size()),
                             target_.at(fit.theta)};
        tasks.push_back(task);
        if (fit.curve->start.kind == StartKind::near)
            task.settings.noise_sd =
                fit.curve->start.scale * std::pow(data(fit).n, fit.curve->start.exponent);
        task.theta = begin.theta.at(fit.theta);
        tasks.push_back(task);
    }
    allowed.upload(device_, allowed_values);
    for (std::size_t i = 0; i < tasks.size(); ++i)
        tasks[i].extra = allowed.at(static_cast<int>(i / 2));
    device_.run(tasks);
}

/// Where the estimator puts the end of the start near the truth, null where that is the fit.
template <class Real>
Real* JobBlock<Real>::oracle(Fit const& fit) const
{
    bool const here = has_point(at_oracle, fit.curve->start.number.count);
    return here ? points_.at(at_oracle).theta.at(fit.theta) : nullptr;
}

/// The estimators.
template <class Real>
void JobBlock<Real>::fit(Part const& part)
{
    Points& end = points_.at(at_fit);
    end.theta.copy(device_, points_.at(at_start).theta, part.begin, part.end);
    std::vector<FitRequest<Real>> requests;
    for (int i = part.begin; i < part.end; ++i) {
        Fit const& fit = fits_[i];
        requests.push_back(
            {fit.curve->estimator.get(),
             {fit.curve->model, key(fit), data(fit).n, x_.at(fit.job), y_.at(fit.job),
              end.theta.at(fit.theta), fit.curve->start.number, oracle(fit),
              trace_ != nullptr && trace_->wants(fit.cell->id, jobs_[fit.job].replicate)}});
        if (double square = 0; fit.curve->noise_variance == 0) {
            device_.download(&square, mean_square_.data() + fit.job, sizeof square);
            requests.back().problem.exact_below = exact_below(*fit.curve, square);
        }
    }
    std::vector<FitOutcome> outcomes = moerate::fit(device_, requests);
    std::move(outcomes.begin(), outcomes.end(), host_.outcome.begin() + part.begin);
    for (int i = part.begin; i < part.end; ++i)
        end.measured[i] = host_.outcome[i].finite;
    if (auto const found = points_.find(at_oracle); found != points_.end()) {
        Points& oracle = found->second;
        for (int i = part.begin; i < part.end; ++i)
            oracle.measured[i] = oracle.measured[i] && host_.outcome[i].near_finite;
    }
}

/// MSE on the training data at all points of a part's fits.
template <class Real>
void JobBlock<Real>::evaluate(Part const& part)
{
    std::vector<EvaluateTask<Real>> tasks;
    for (int i = part.begin; i < part.end; ++i) {
        Fit const& fit = fits_[i];
        EvaluateTask<Real> first{};
        first.model = fit.curve->model;
        first.n = data(fit).n;
        first.x = x_.at(fit.job);
        first.y = y_.at(fit.job);
        bool waits = false; // whether its pass has room for a second point
        for (auto& [at, points] : points_) {
            if (!points.measured[i])
                continue;
            if (std::exchange(waits, !waits)) {
                tasks.back().theta_also = points.theta.at(fit.theta);
                tasks.back().mse_also = points.mse.data() + i;
                continue;
            }
            tasks.push_back(first);
            tasks.back().theta = points.theta.at(fit.theta);
            tasks.back().mse = points.mse.data() + i;
        }
    }
    device_.run(tasks);
}

template <class Real>
void JobBlock<Real>::fit()
{
    points_.at(at_fit).theta.allocate(device_);
    host_.outcome.resize(fits_.size());
    // Of a part one worker does all, as long as its data are in that worker's caches.
    std::vector<Part> const all = parts();
    device_.for_each(all.size(), all.size(), [&](std::size_t i) {
        generate(all[i]);
        compare(all[i]);
        start(all[i]);
        fit(all[i]);
        evaluate(all[i]);
    });
    host_.mse_reference = mse_reference_.download();
    host_.mean_square = mean_square_.download();
    host_.target = target_.download();
    for (auto& [at, points] : points_) {
        points.host.theta = points.theta.download();
        points.host.mse = points.mse.download();
    }
}

template std::vector<JobBlock<float>::Part> JobBlock<float>::parts() const;
template void JobBlock<float>::generate(JobBlock<float>::Part const&);
template void JobBlock<float>::compare(JobBlock<float>::Part const&);
template void JobBlock<float>::start(JobBlock<float>::Part const&);
template void JobBlock<float>::fit(JobBlock<float>::Part const&);
template void JobBlock<float>::evaluate(JobBlock<float>::Part const&);
template std::vector<JobBlock<double>::Part> JobBlock<double>::parts() const;
template void JobBlock<double>::generate(JobBlock<double>::Part const&);
template void JobBlock<double>::compare(JobBlock<double>::Part const&);
template void JobBlock<double>::start(JobBlock<double>::Part const&);
template void JobBlock<double>::fit(JobBlock<double>::Part const&);
template void JobBlock<double>::evaluate(JobBlock<double>::Part const&);
template float* JobBlock<float>::oracle(JobBlock<float>::Fit const&) const;
template void JobBlock<float>::fit();
template double* JobBlock<double>::oracle(JobBlock<double>::Fit const&) const;
template void JobBlock<double>::fit();

} // namespace moerate
