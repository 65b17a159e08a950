#include "tests/loss/start_case.h"

#include "kernels/start/start_api.h"

namespace moerate
{

template <class Real>
std::vector<Real> start(Model const& model, Measure const& target, Wish const& wish, int lanes)
{
    std::vector<Real> theta(static_cast<std::size_t>(model.layout.size), Real(-99));
    StartTask<Real> const task{model,
                               target.model,
                               target.theta.data(),
                               wish.key,
                               wish.settings,
                               wish.extra.data(),
                               static_cast<int>(wish.extra.size()),
                               theta.data()};
    Backend{{}, lanes}.run(task);
    return theta;
}

template std::vector<float> start(Model const&, Measure const&, Wish const&, int);
template std::vector<double> start(Model const&, Measure const&, Wish const&, int);

} // namespace moerate
