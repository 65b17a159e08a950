#include "host/estimate/lse_memory.h"
#include "host/estimate/lse_wave.h"
#include "kernels/lse/fold_api.h"

#include <type_traits>
#include <utility>

namespace moerate
{

/// Sums of J^T J by the maps.
template <class Real>
template <class Tile>
void LseWave<Real>::add_products(Fits const& some)
{
    int const parts = gram_parts(device_, some.size());
    run_list(some, parts, [parts](LseFit<Real> const& fit, int part) {
        LseItem<Real> const& item = *fit.item;
        return GramTask<Real, Tile>{item.model, item.n, item.x, fit.coefficients[fit.now],
                                    fit.work,   part,   parts};
    });
}

/// J^T J at the points by written-out factors.
template <class Real>
void LseWave<Real>::multiply_factors(Fits const& some)
{
    if constexpr (std::is_same_v<Real, double>) {
        std::vector<FactoredFit> list;
        for (LseFit<Real> const* const fit : some) {
            LseItem<Real> const& item = *fit->item;
            list.push_back({fit->factors_kind, item.model, item.n, item.x,
                            fit->coefficients[fit->now], fit->theta[fit->now], fit->gram});
        }
        std::vector<double> const seconds = factors_.run(list);
        for (std::size_t i = 0; i < some.size(); ++i)
            some[i]->progress.result().seconds += seconds[i];
    }
}

/// J^T J at the points.
template <class Real>
void LseWave<Real>::multiply(Fits const& some)
{
    Fits exact, rounded, factored;
    for (LseFit<Real>* const fit : some)
        (!fit->exact ? rounded : fit->factors_kind < 0 ? exact : factored).push_back(fit);
    add_products<Real>(exact);
    add_products<float>(rounded);
    Fits summed = std::move(exact);
    summed.insert(summed.end(), rounded.begin(), rounded.end());
    run_list(summed, 1, [](LseFit<Real> const& fit, int) {
        return FoldTask{fit.item->model, fit.theta[fit.now], fit.work, fit.gram};
    });
    multiply_factors(factored);
}

template void LseWave<float>::multiply(Fits const&);
template void LseWave<double>::multiply(Fits const&);

} // namespace moerate
