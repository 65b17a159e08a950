#include "host/run/replay.h"

#include "host/core/error.h"
#include "host/run/pipeline.h"
#include "host/store/columns.h"
#include "host/study/identity.h"
#include "host/study/truth.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Points of a path up to which each iteration has one, and how much farther each later one lies.
constexpr int every_iteration = 20;
constexpr double later_factor = 1.15;

/// Differences that a message names.
constexpr std::size_t named_differences = 5;

double apart(std::vector<double> const& a, std::vector<double> const& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

std::vector<std::string> quoted_labels(Study const& study)
{
    std::vector<std::string> labels;
    for (Curve const& curve : study.curves)
        labels.push_back("\"" + curve.label + "\"");
    return labels;
}

template <class Real>
TrainingData drawn(Device& device, Study const& study, Curve const& curve, StreamKey const& key,
                   int n)
{
    std::vector<double> const truth = true_parameters(study, curve, n);
    DeviceArray<Real> const theta(device, std::vector<Real>(truth.begin(), truth.end()));
    DeviceArray<Real> const x(device, static_cast<std::size_t>(n) * curve.model.d), y(device, n);
    device.run(std::vector<GenerateTask<Real>>{{curve.truth.model, theta.data(), key, Stream::x, n,
                                                std::sqrt(curve.noise_variance), x.data(), y.data(),
                                                nullptr, nullptr}});
    std::vector<Real> const inputs = x.download(), outputs = y.download();
    return {{inputs.begin(), inputs.end()}, {outputs.begin(), outputs.end()}};
}

/// The study of one fit as it is, and ended after each of these iterations.
Study study_of_path(Study const& study, Curve const& curve, int n, std::vector<int> const& ends)
{
    Study path = study;
    path.n = {n};
    path.curves = {curve};
    for (int const end : ends) {
        path.curves.push_back(curve);
        path.curves.back().estimator = curve.estimator->limited_to(end);
    }
    return path;
}

/// All of its fits on one data set. Not make_plan's: a fit that is ended behind its own end has the
/// settings of the fit itself.
Plan plan_of_path(Study const& path, int n, std::string const& cell)
{
    Plan plan;
    plan.data.push_back({0,
                         n,
                         {},
                         data_key(path, path.curves[0], n, 0),
                         truth_id(moved_truth_key(path, path.curves[0], n))});
    for (int c = 0; c < static_cast<int>(path.curves.size()); ++c) {
        plan.cells.push_back({cell, c, n, path.curves[static_cast<std::size_t>(c)].losses});
        plan.data[0].cells.push_back(c);
    }
    return plan;
}

void compare(std::vector<std::string>& found, std::string const& what, double stored, double again)
{
    if (!same_number(stored, again))
        found.push_back(fmt::format("{}: stored {}, again {}", what, stored, again));
}

void compare_losses(std::vector<std::string>& found, std::string const& at, Point const& stored,
                    Point const& again)
{
    for (LossRow const& loss : stored.losses)
        for (LossRow const& other : again.losses)
            if (loss.key == other.key && !same_result(loss, other))
                compare(found, fmt::format("{} at {}", loss_text(loss.key), at), loss.record.value,
                        other.record.value);
}

} // namespace

StoredFit stored_fit(Store const& store, Study const& study, FitName const& name)
{
    auto const curve = std::find_if(study.curves.begin(), study.curves.end(),
                                    [&](Curve const& one) { return one.label == name.label; });
    if (curve == study.curves.end())
        throw UsageError(fmt::format("the study has no fit \"{}\" (it has {}) name one of them",
                                     name.label, fmt::join(quoted_labels(study), ", ")));
    if (std::find(study.n.begin(), study.n.end(), name.n) == study.n.end())
        throw UsageError(fmt::format("\"{}\" has no n = {} (the study has {}) name one of them",
                                     name.label, name.n, fmt::join(study.n, ", ")));
    std::string const cell = cell_id(study, *curve, name.n);
    std::vector<FitRow> rows = store.fits(cell, true, {name.replicate, name.replicate});
    if (rows.empty())
        throw UsageError(fmt::format("\"{}\", n = {} has no replicate {} ({} are stored, counted "
                                     "from 0) name one of these, or run the study on",
                                     name.label, name.n, name.replicate,
                                     store.replicates(cell).size()));
    return {&*curve, name.n, std::move(rows.front())};
}

Study with_stored_targets(Study study, Store const& store)
{
    for (Curve& curve : study.curves) {
        if (!needs_search(curve))
            continue;
        std::vector<TargetRow> const rows = store.target(target_id(study, curve));
        if (!rows.empty())
            curve.projection = std::make_shared<Measure const>(Measure{curve.model, rows[0].theta});
    }
    return study;
}

TrainingData training_data(Device& device, Study const& study, Curve const& curve, int n,
                           int replicate)
{
    StreamKey const key = data_key(study, curve, n, replicate);
    return curve.estimator->in_float64() ? drawn<double>(device, study, curve, key, n)
                                         : drawn<float>(device, study, curve, key, n);
}

std::vector<int> path_iterations(int last)
{
    std::vector<int> all;
    for (int next = 1; next < last;
         next = next < every_iteration ? next + 1
                                       : std::max(next + 1, static_cast<int>(next * later_factor)))
        all.push_back(next);
    if (last > 0)
        all.push_back(last);
    return all;
}

Replay replay(Device& device, Study const& study, StoredFit const& fit)
{
    std::vector<int> ends = path_iterations(fit.row.facts.iterations);
    if (!ends.empty())
        ends.pop_back(); // that is the fit itself
    Study const path = study_of_path(study, *fit.curve, fit.n, ends);
    Plan const plan = plan_of_path(path, fit.n, fit.row.cell);
    std::vector<int> cells = plan.data[0].cells;
    Pipeline pipeline(device, path, plan);
    std::vector<FitRow> const rows = pipeline.run({{0, fit.row.replicate, cells}});
    Replay result{rows[0], {}};
    std::vector<double> const begin = rows[0].at(at_start).theta, end = rows[0].at(at_fit).theta;
    auto const add = [&](int iterations, Point const& point) {
        result.path.push_back(
            {iterations, point, apart(point.theta, begin), apart(point.theta, end)});
    };
    add(0, rows[0].at(at_start));
    for (std::size_t i = 0; i < ends.size(); ++i)
        add(ends[i], rows[i + 1].at(at_fit));
    add(rows[0].facts.iterations, rows[0].at(at_fit));
    return result;
}

std::vector<std::string> deviations(FitRow const& stored, FitRow const& again)
{
    std::vector<std::string> found;
    if (stored.status != again.status)
        found.push_back(fmt::format("status: stored {}, again {}", status_name(stored.status),
                                    status_name(again.status)));
    compare(found, "mse_truth", stored.mse_truth, again.mse_truth);
    compare(found, "excess", stored.excess, again.excess);
    compare(found, "moved", stored.moved, again.moved);
    compare(found, "iterations", stored.facts.iterations, again.facts.iterations);
    for (Point const& point : stored.points) {
        if (!again.has(point.at))
            continue;
        Point const& other = again.at(point.at);
        compare(found, "mse at " + point.at, point.mse, other.mse);
        compare(found, "regression error at " + point.at, point.risk.regression,
                other.risk.regression);
        for (std::size_t i = 0; i < point.theta.size(); ++i)
            compare(found, fmt::format("parameter {} at {}", i, point.at), point.theta[i],
                    other.theta[i]);
        compare_losses(found, point.at, point, other);
    }
    if (found.empty() && !same_result(stored, again))
        found.emplace_back("a fact of the estimator");
    if (found.size() > named_differences) {
        std::size_t const more = found.size() - named_differences;
        found.resize(named_differences);
        found.push_back(fmt::format("and {} more", more));
    }
    return found;
}

} // namespace moerate
