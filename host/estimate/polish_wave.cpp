#include "host/estimate/polish_wave.h"

#include "host/estimate/lse_memory.h"
#include "host/estimate/polish_step.h"
#include "kernels/family/activations.h"
#include "kernels/lse/fold_api.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <map>

namespace moerate
{
namespace
{

std::vector<double> downloaded(Device& device, double const* from, std::size_t count)
{
    std::vector<double> values(count);
    device.download(values.data(), from, count * sizeof(double));
    return values;
}

std::size_t size_of(Model const& model)
{
    return static_cast<std::size_t>(model.layout.size);
}

} // namespace

PolishWave::PolishWave(Device& device, LseItem<double> const* const* items, std::size_t count)
    : device_(device), mse_(device, count)
{
    for (std::size_t i = 0; i < count; ++i) {
        LseItem<double> const& item = *items[i];
        int const p = coordinate_count(item.model);
        auto const size = static_cast<std::size_t>(p);
        LseSettings settings = item.settings;
        settings.iterations = std::max(1, settings.iterations / rounds_share);
        settings.polished = false;
        fits_.push_back({&item,
                         {settings, item.n, p, item.noise_variance},
                         downloaded(device, item.lower, size),
                         downloaded(device, item.upper, size),
                         downloaded(device, item.theta, size_of(item.model))});
        fits_.back().at = {numbers_.add(size_of(item.model)), numbers_.add(size),
                           numbers_.add(size * size), numbers_.add(work_numbers(item)),
                           numbers_.add(coefficient_numbers(item))};
    }
    numbers_.allocate(device);
}

PolishWave::Fits PolishWave::live()
{
    Fits some;
    for (PolishFit& fit : fits_)
        if (fit.live)
            some.push_back(&fit);
    return some;
}

template <class Make>
void PolishWave::run_list(Fits const& some, int parts, Make const& task)
{
    if (some.empty())
        return;
    std::vector<decltype(task(*some[0], 0))> tasks;
    for (PolishFit const* const fit : some)
        for (int part = 0; part < parts; ++part)
            tasks.push_back(task(*fit, part));
    std::vector<double> const seconds = device_.run(tasks);
    for (std::size_t i = 0; i < tasks.size(); ++i)
        some[i / static_cast<std::size_t>(parts)]->progress.result().seconds += seconds[i];
}

/// MSE, gradient and coefficients at the trials.
void PolishWave::linearize(Fits const& all)
{
    for (PolishFit const* const fit : all)
        device_.upload(at(fit->at.theta), fit->trial.data(), fit->trial.size() * sizeof(double));
    run_list(all, 1, [&](PolishFit const& fit, int) {
        LseItem<double> const& item = *fit.item;
        return LinearizeTask<double>{item.model,
                                     at(fit.at.theta),
                                     item.n,
                                     item.x,
                                     item.y,
                                     at(fit.at.coefficients),
                                     at(fit.at.gradient),
                                     mse_.data() + place(fit)};
    });
}

/// Gradient and J^T J of points that are new.
void PolishWave::multiply(Fits const& some)
{
    int const parts = gram_parts(device_, some.size());
    run_list(some, parts, [&](PolishFit const& fit, int part) {
        LseItem<double> const& item = *fit.item;
        return GramTask<double>{item.model,      item.n, item.x, at(fit.at.coefficients),
                                at(fit.at.work), part,   parts};
    });
    run_list(some, 1, [&](PolishFit const& fit, int) {
        return FoldTask{fit.item->model, at(fit.at.theta), at(fit.at.work), at(fit.at.gram)};
    });
    for (PolishFit* const fit : some) {
        std::size_t const p = fit->lower.size();
        fit->gradient = downloaded(device_, at(fit->at.gradient), p);
        fit->gram = downloaded(device_, at(fit->at.gram), p * p);
    }
}

/// The samples near kinks of points that are new. What activations take are the responses of the
/// same model without one; they stand where the coefficients did, which are of no use any more.
void PolishWave::find_near(Fits const& some)
{
    run_list(some, 1, [&](PolishFit const& fit, int) {
        LseItem<double> const& item = *fit.item;
        EvaluateTask<double> task{};
        task.model = item.model;
        task.model.expert.activation = find<Activations>(IdentityActivation::name);
        task.theta = at(fit.at.theta);
        task.n = item.n;
        task.x = item.x;
        task.experts = at(fit.at.coefficients);
        return task;
    });
    for (PolishFit* const fit : some) {
        LseItem<double> const& item = *fit->item;
        auto const count =
            static_cast<std::size_t>(item.model.k) * static_cast<std::size_t>(item.n);
        Numbers const responses = downloaded(device_, at(fit->at.coefficients), count);
        fit->nearest = nearest_kinks(item.model, fit->theta, responses, item.n);
    }
}

/// The data of the near samples: each data set comes to the host once, and goes.
void PolishWave::load_samples(Fits const& some)
{
    std::map<std::pair<double const*, double const*>, Fits> by_data;
    for (PolishFit* const fit : some)
        by_data[{fit->item->x, fit->item->y}].push_back(fit);
    for (auto const& [data, fits] : by_data) {
        int n = 0;
        for (PolishFit const* const fit : fits)
            n = std::max(n, fit->item->n);
        auto const count = static_cast<std::size_t>(n);
        auto const d = static_cast<std::size_t>(fits[0]->item->model.d);
        Numbers const x = downloaded(device_, data.first, count * d);
        Numbers const y = downloaded(device_, data.second, count);
        for (PolishFit* const fit : fits)
            fit->near = merged(fit->item->model, fit->nearest, x.data(), y.data());
    }
}

/// The kinks near points that are new.
void PolishWave::find_kinks(Fits const& some)
{
    find_near(some);
    load_samples(some);
    Fits with;
    for (PolishFit* const fit : some) {
        fit->kinks.clear();
        if (!fit->near.near.empty())
            with.push_back(fit);
    }
    Slices<double> x, f, weights;
    Numbers values;
    for (PolishFit const* const fit : with) {
        NearSamples const& of = fit->near;
        int const number = x.add(of.x.size());
        values.resize(x.size());
        std::copy(of.x.begin(), of.x.end(),
                  values.begin() + static_cast<std::ptrdiff_t>(x.offset(number)));
        f.add(of.near.size());
        weights.add(of.near.size() * static_cast<std::size_t>(fit->item->model.k));
    }
    x.upload(device_, values);
    f.allocate(device_);
    weights.allocate(device_);
    int number = 0;
    run_list(with, 1, [&](PolishFit const& fit, int) {
        EvaluateTask<double> task{};
        task.model = fit.item->model;
        task.theta = at(fit.at.theta);
        task.n = static_cast<int>(fit.near.near.size());
        task.x = x.at(number);
        task.f = f.at(number);
        task.weights = weights.at(number++);
        return task;
    });
    Numbers const all_f = f.download(), all_weights = weights.download();
    number = 0;
    for (PolishFit* const fit : with) {
        NearSamples const& of = fit->near;
        std::size_t const m = of.near.size();
        auto const d = static_cast<std::size_t>(fit->item->model.d);
        double const* const own_f = all_f.data() + f.offset(number);
        double const* const own_weights = all_weights.data() + weights.offset(number++);
        std::vector<KinkSample> samples;
        for (std::size_t s = 0; s < m; ++s)
            samples.push_back({of.x.data() + s * d, own_f[s] - of.y[s],
                               own_weights[static_cast<std::size_t>(of.near[s].atom) * m + s]});
        fit->kinks = kinks_of(fit->item->model, fit->theta, of.near, samples);
    }
}

void PolishWave::run(std::function<void(std::size_t fit)> const& ended)
{
    for (bool first = true; !live().empty(); first = false) {
        Fits const all = live();
        linearize(all);
        Numbers const mse = mse_.download();
        Fits moved;
        for (PolishFit* const fit : all) {
            double const own = mse[place(*fit)];
            fit->live = !first || fit->progress.begin(own);
            if (!fit->live || (!first && !fit->progress.judge(own)))
                continue;
            take_trial(*fit);
            moved.push_back(fit);
        }
        multiply(moved);
        find_kinks(moved);
        Fits const open = live(); // each by itself, on the host: the longest part where p is large
        tbb::parallel_for(std::size_t{0}, open.size(),
                          [&](std::size_t i) { open[i]->live = find_trial(*open[i]); });
        for (PolishFit const* const fit : all)
            if (!fit->live)
                ended(place(*fit));
    }
    for (PolishFit const& fit : fits_)
        if (!fit.theta.empty())
            device_.upload(fit.item->theta, fit.theta.data(), fit.theta.size() * sizeof(double));
}

} // namespace moerate
