#pragma once

/// @file
/// Made-up fits of a tiny study, for comparisons of its curves.

#include "host/rates/compare.h"
#include "tests/store/store_fixture.h"

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace moerate_test
{

using namespace moerate;

/// A store of a tiny study: log-normal replicates times n^-1/2; the fits of "sigmoid" are those of
/// "softmax" times n^(0.1 t), t the number of their truth. `seed` is of the made-up replicates,
/// which are others under each truth.
struct ComparedResults
{
    TempFolder folder;
    Study study;
    Store store;

    ComparedResults(std::vector<std::string> const& settings, unsigned seed)
        : study(tiny_study(settings)), store(Store::create(folder.path(), study))
    {
        add_cells(store, study);
        std::mt19937_64 engine(seed);
        std::lognormal_distribution<double> value(0.0, 0.5);
        std::vector<FitRow> fits;
        for (int truth = 1; truth <= study.truths; ++truth)
            for (int const n : study.n)
                for (int r = 0; r < study.replicates; ++r) {
                    double const v = value(engine) / std::sqrt(n);
                    for (Curve const& curve : study.curves)
                        if (truth_number(curve) == truth)
                            fits.push_back(
                                fit_row(study, curve, n, r,
                                        curve.fit == "sigmoid" ? v * std::pow(n, 0.1 * truth) : v));
                }
        store.add_fits(fits);
    }

    /// A curve under its own truth alone.
    ComparedCurve curve(int number) const
    {
        Curve const& curve = study.curves[number];
        return {&store, &study, {&curve}, curve.label};
    }

    /// The curve of a fit over all truths.
    ComparedCurve over_truths(std::string const& label) const
    {
        ComparedCurve one{&store, &study, {}, label};
        for (Curve const& curve : study.curves)
            if (curve.all_truths == label)
                one.truths.push_back(&curve);
        return one;
    }
};

/// Settings: more n and replicates.
inline std::vector<std::string> const more{"study.n=[200, 800, 3200]", "study.replicates=20"};

/// The comparison of a quantity.
inline Comparison const& of(std::vector<Comparison> const& all, std::string const& quantity)
{
    for (Comparison const& one : all)
        if (one.quantity == quantity)
            return one;
    throw std::runtime_error("no comparison of " + quantity);
}

} // namespace moerate_test
