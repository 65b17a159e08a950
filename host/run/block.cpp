#include "host/run/block.h"

#include "kernels/family/activations.h"
#include "kernels/model/layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moerate
{
namespace
{

/// A model whose prediction is 0 at theta = 0: its MSE is the mean of y^2.
Model zero_model()
{
    ExpertSpec expert;
    expert.activation = find<Activations>("identity");
    return make_model(GateSpec{}, expert, 1, 1);
}

} // namespace

template <class Real>
JobBlock<Real>::JobBlock(Device& device, Study const& study, Plan const& plan,
                         std::vector<Job> const& jobs, TruthOf const& truth_of)
    : device_(device), study_(study), plan_(plan), jobs_(jobs)
{
    for (int j = 0; j < static_cast<int>(jobs.size()); ++j) {
        DataSpec const& data = plan_.data[jobs[j].data];
        int const d = study_.curves[data.curve].truth.model.d;
        x_.add(static_cast<std::size_t>(data.n) * d);
        y_.add(data.n);
        truths_.push_back(&truth_of(study_.curves[data.curve]));
        for (int const c : jobs[j].cells) {
            Cell const& cell = plan_.cells[c];
            Curve const& curve = study_.curves[cell.curve];
            std::size_t const p = curve.model.layout.size;
            for (char const* at : fit_points)
                points_[at].theta.add(p);
            fits_.push_back({j, &cell, &curve, truths_.back(), target_.add(p)});
        }
    }
    for (Slices<Real>* slices : {&x_, &y_, &target_, &points_[at_start].theta})
        slices->allocate(device_);
    for (auto* array : {&mse_truth_, &mse_zero_})
        *array = DeviceArray<double>(device_, jobs.size());
    for (auto& [at, points] : points_) {
        points.mse = DeviceArray<double>(device_, fits_.size());
        points.risk = DeviceArray<RiskRecord>(device_, fits_.size());
        points.measured.assign(fits_.size(), true);
    }
}

template <class Real>
void JobBlock<Real>::generate()
{
    std::vector<GenerateTask<Real>> tasks(jobs_.size());
    std::vector<EvaluateTask<Real>> zeros(jobs_.size());
    Model const zero = zero_model();
    DeviceArray<Real> const zero_theta(device_, std::vector<Real>(zero.layout.size));
    for (Fit const& fit : fits_) {
        int const j = fit.job;
        DataSpec const& spec = data(fit);
        tasks[j] = {truths_[j]->measure.model,
                    truths_[j]->theta.data(),
                    key(fit),
                    Stream::x,
                    spec.n,
                    std::sqrt(fit.curve->noise_variance),
                    x_.at(j),
                    y_.at(j),
                    nullptr,
                    mse_truth_.data() + j};
        // The first n numbers of x serve as inputs of one dimension: the prediction is 0 anyway.
        zeros[j] = {zero,    zero_theta.data(),   spec.n, x_.at(j), y_.at(j), nullptr, nullptr,
                    nullptr, mse_zero_.data() + j};
    }
    device_.run(tasks);
    device_.run(zeros);
    host_.mse_truth = mse_truth_.download();
    host_.mse_zero = mse_zero_.download();
}

template <class Real>
void JobBlock<Real>::start()
{
    std::vector<StartTask<Real>> tasks;
    tasks.reserve(2 * fits_.size());
    Points& begin = points_.at(at_start);
    Slices<int> allowed;
    std::vector<int> allowed_values;
    for (Fit const& fit : fits_) {
        std::vector<int> atoms = fit.curve->start.extra;
        for (int& atom : atoms)
            --atom; // 1-based in the experiment file
        if (atoms.empty()) {
            atoms.resize(fit.reference->measure.model.k);
            std::iota(atoms.begin(), atoms.end(), 0);
        }
        int const number = allowed.add(atoms.size());
        allowed_values.resize(allowed.size());
        std::copy(atoms.begin(), atoms.end(), allowed_values.begin() + allowed.offset(number));
        StartSettings settings{0.0, fit.curve->start.split};
        StartTask<Real> task{fit.curve->model,
                             fit.reference->measure.model,
                             fit.reference->theta64.data(),
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
    host_.target = target_.download();
    evaluate(begin);
}

template <class Real>
void JobBlock<Real>::fit()
{
    Points& end = points_.at(at_fit);
    end.theta.upload(device_, points_.at(at_start).host.theta);
    std::vector<FitRequest<Real>> requests;
    requests.reserve(fits_.size());
    for (Fit const& fit : fits_)
        requests.push_back({fit.curve->estimator.get(),
                            {fit.curve->model, key(fit), data(fit).n, x_.at(fit.job),
                             y_.at(fit.job), end.theta.at(fit.theta)}});
    host_.outcome = moerate::fit(device_, requests);
    for (std::size_t i = 0; i < fits_.size(); ++i)
        end.measured[i] = host_.outcome[i].finite;
    evaluate(end);
}

/// MSE on the training data at a point of all fits.
template <class Real>
void JobBlock<Real>::evaluate(Points& points)
{
    std::vector<EvaluateTask<Real>> tasks;
    tasks.reserve(fits_.size());
    for (std::size_t i = 0; i < fits_.size(); ++i) {
        Fit const& fit = fits_[i];
        tasks.push_back({fit.curve->model, points.theta.at(fit.theta), data(fit).n, x_.at(fit.job),
                         y_.at(fit.job), nullptr, nullptr, nullptr, points.mse.data() + i});
    }
    device_.run(tasks);
    points.host.theta = points.theta.download();
    points.host.mse = points.mse.download();
}

template <class Real>
void JobBlock<Real>::risk()
{
    std::vector<RiskTask<Real>> tasks;
    tasks.reserve(points_.size() * fits_.size());
    for (std::size_t i = 0; i < fits_.size(); ++i) {
        Fit const& fit = fits_[i];
        Reference<Real> const& reference = *fit.reference;
        for (auto& [at, points] : points_)
            if (points.measured[i])
                tasks.push_back({fit.curve->model, reference.measure.model,
                                 points.theta.at(fit.theta), reference.theta.data(),
                                 study_.regression_samples, reference.x.data(), reference.f.data(),
                                 reference.experts.data(), reference.weights.data(),
                                 points.risk.data() + i});
    }
    device_.run(tasks);
    for (auto& [at, points] : points_)
        points.host.risk = points.risk.download();
}

template class JobBlock<float>;
template class JobBlock<double>;

} // namespace moerate
