#include "tests/fit/sgd_case.h"

#include "kernels/core/lanes.h"
#include "kernels/rng/order.h"

namespace moerate
{
namespace
{

void descend(Problem<double>& problem, std::vector<unsigned> const& rows,
             SgdSettings const& settings)
{
    std::vector<double> const gradient = plain_gradient(problem, rows);
    for (std::size_t i = 0; i < problem.theta.size(); ++i)
        problem.theta[i] -= settings.learning_rate * settings.loss_factor * gradient[i];
}

} // namespace

std::vector<std::vector<unsigned>> plain_batches(SgdSettings const& settings, int n, int epoch)
{
    auto const e = static_cast<std::uint32_t>(epoch);
    std::vector<unsigned> order(static_cast<std::size_t>(n));
    fill_order(SerialLanes{}, make_order(fit_key, e, static_cast<std::uint32_t>(n)), 0, n,
               order.data());
    if (settings.sampling == Sampling::replacement)
        for (int position = 0; position < n; ++position)
            order[static_cast<std::size_t>(position)] = replacement_row(
                fit_key, e, static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(n));
    std::vector<std::vector<unsigned>> batches;
    for (int first = 0; first < n; first += settings.batch)
        batches.emplace_back(order.begin() + first,
                             order.begin() +
                                 (first + settings.batch < n ? first + settings.batch : n));
    return batches;
}

std::vector<double> plain_fit(Problem<double> const& problem, SgdSettings const& settings)
{
    Problem<double> moving = problem;
    for (int epoch = 0; epoch < settings.epochs; ++epoch)
        for (std::vector<unsigned> const& rows : plain_batches(settings, problem.n(), epoch))
            descend(moving, rows, settings);
    return moving.theta;
}

std::vector<double> plain_step(Problem<double> const& problem, SgdSettings const& settings)
{
    Problem<double> moving = problem;
    descend(moving, all_rows(problem.n()), settings);
    return moving.theta;
}

} // namespace moerate
