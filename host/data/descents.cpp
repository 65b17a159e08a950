#include "host/data/descents.h"

#include "host/device/device.h"
#include "host/estimate/end_distance.h"
#include "host/estimate/fit_status.h"
#include "host/estimate/lse_starts.h"
#include "kernels/evaluate/evaluate_api.h"
#include "kernels/lse/coordinates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

/// Where the starts are and end up, with the errors there.
struct Ends
{
    std::size_t size; ///< numbers of theta
    DeviceArray<double> theta;
    std::vector<FitOutcome> outcomes{};
    std::vector<double> before{}, after{}; ///< mean square errors

    double* at(std::size_t start) { return theta.data() + start * size; }
};

std::vector<double> errors(Device& device, FitProblem<double> const& problem, Ends& ends, int count)
{
    DeviceArray<double> mse(device, count);
    std::vector<EvaluateTask<double>> tasks;
    for (int s = 0; s < count; ++s)
        tasks.push_back({problem.model, ends.at(s), problem.n, problem.x, problem.y, nullptr,
                         nullptr, nullptr, mse.data() + s});
    device.run(tasks);
    return mse.download();
}

/// Distances of the ends to the best one.
std::vector<double> distances(Device& device, FitProblem<double> const& problem, Ends& ends,
                              int count, int best)
{
    int const m = std::min(problem.n, compared_samples);
    DeviceArray<double> f(device, static_cast<std::size_t>(count) * m);
    std::vector<EvaluateTask<double>> tasks;
    for (int s = 0; s < count; ++s)
        tasks.push_back({problem.model, ends.at(s), m, problem.x, nullptr,
                         f.data() + static_cast<std::size_t>(s) * m, nullptr, nullptr, nullptr});
    device.run(tasks);
    std::vector<double> const values = f.download();
    std::vector<double> all;
    for (int s = 0; s < count; ++s)
        all.push_back(end_distance(values.data() + static_cast<std::size_t>(s) * m,
                                   values.data() + static_cast<std::size_t>(best) * m, m));
    return all;
}

/// Number of the start that ended with the least error; 0 where none has a finite one.
int least(std::vector<double> const& errors)
{
    int best = 0;
    for (std::size_t s = 1; s < errors.size(); ++s)
        if (errors[s] < errors[best] || !std::isfinite(errors[best]))
            best = static_cast<int>(s);
    return best;
}

} // namespace

Descents best_descent(Device& device, Estimator const& estimator, FitProblem<double> problem,
                      double mean_square)
{
    Box::Bounds const bounds = Box().bounds(problem.model);
    StartWatch const* const watch = problem.watch;
    int const count = problem.starts.count;
    problem.watch = nullptr;
    std::vector<double> points;
    auto const starts = make_starts(device, {{&problem, &bounds}});
    for (std::vector<double> const& start : starts.front())
        points.insert(points.end(), start.begin(), start.end());
    Ends ends{static_cast<std::size_t>(problem.model.layout.size),
              DeviceArray<double>(device, points)};
    problem.starts = {};
    std::vector<FitRequest<double>> requests;
    for (int s = 0; s < count; ++s) {
        problem.theta = ends.at(s);
        requests.push_back({&estimator, problem});
    }
    ends.before = errors(device, problem, ends, count);
    ends.outcomes = fit(device, requests);
    ends.after = errors(device, problem, ends, count);
    int const best = least(ends.after);
    std::vector<double> const apart = distances(device, problem, ends, count, best);
    std::vector<double> const theta = ends.theta.download();
    Descents found{{theta.begin() + best * ends.size, theta.begin() + (best + 1) * ends.size},
                   ends.outcomes[best]};
    found.outcome.facts.won = best;
    int const p = coordinate_count(problem.model);
    for (int s = 0; s < count; ++s) {
        StartRecord record;
        record.kind = "blind";
        record.mse = ends.after[s];
        record.above =
            above_least(ends.after[s], ends.after[best], problem.n, p, problem.exact_below);
        record.ended =
            status_name(status_of(ends.outcomes[s].finite, {ends.after[s], ends.before[s],
                                                            mean_square, problem.exact_below}));
        record.distance = apart[s];
        record.rounds = ends.outcomes[s].facts.iterations;
        if (watch != nullptr)
            (*watch)(s, record);
        found.outcome.facts.starts.push_back(record);
    }
    return found;
}

} // namespace moerate
