// Where the replicates of tools/coverage come from.

#include "host/rates/resample.h"
#include "host/store/store.h"
#include "host/study/identity.h"
#include "tools/coverage.h"

#include <fmt/format.h>

#include <cmath>

namespace moerate
{
namespace
{

std::vector<int> const sizes{200, 400, 800, 1600, 3200};

/// Replicates n^-1/2 times what `number` draws.
template <class Number>
Population scaled(std::string const& name, Number const& number)
{
    Population population;
    population.name = name;
    population.slope.fill(-0.5);
    population.draw = [number](int replicates, std::mt19937_64& engine) {
        Samples samples{sizes, {}};
        for (int const n : sizes) {
            samples.values.emplace_back();
            auto one = number; // with the state that a distribution may have
            for (int r = 0; r < replicates; ++r)
                samples.values.back().push_back(one(engine) / std::sqrt(n));
        }
        return samples;
    };
    return population;
}

Population lognormal(double sigma)
{
    return scaled(fmt::format("log-normal {}", sigma),
                  std::lognormal_distribution<double>(0.0, sigma));
}

/// Log-normal replicates whose logarithms at different n have correlation 0.64.
Population nested()
{
    Population population = scaled("nested 0.5", std::lognormal_distribution<double>(0.0, 0.3));
    population.nested = true;
    population.draw = [own = population.draw](int replicates, std::mt19937_64& engine) {
        Samples samples = own(replicates, engine);
        std::lognormal_distribution<double> level(0.0, 0.4);
        for (std::size_t r = 0; r < static_cast<std::size_t>(replicates); ++r) {
            double const common = level(engine);
            for (auto& values : samples.values)
                values[r] *= common;
        }
        return samples;
    };
    return population;
}

Population stored(std::string const& name, Samples const& all)
{
    Population population;
    population.name = name;
    auto const device = make_cpu_device(1);
    Resampler const resampler(*device, all, {});
    LogLine const line(all.n);
    for (std::size_t s = 0; s < covered_statistics.size(); ++s) {
        std::vector<double> value;
        for (Summary const& summary : resampler.summaries())
            value.push_back(summary.statistics.of[static_cast<int>(covered_statistics[s])]);
        population.slope[s] = line.slope(value);
    }
    population.draw = [all](int replicates, std::mt19937_64& engine) {
        return drawn_from(all, replicates, engine);
    };
    return population;
}

/// Value of a stored loss; not a number where it was not measured.
double value_of(FitRow const& fit, LossKey const& key)
{
    LossRow const* const loss = loss_of(fit, key);
    return loss == nullptr ? no_number : loss->record.value;
}

} // namespace

Samples drawn_from(Samples const& all, int replicates, std::mt19937_64& engine)
{
    Samples drawn{all.n, {}};
    for (auto const& values : all.values) {
        std::uniform_int_distribution<std::size_t> index(0, values.size() - 1);
        drawn.values.emplace_back();
        for (int r = 0; r < replicates; ++r)
            drawn.values.back().push_back(values[index(engine)]);
    }
    return drawn;
}

std::vector<Population> drawn_populations()
{
    return {lognormal(0.25),
            lognormal(0.5),
            lognormal(1),
            lognormal(2),
            scaled("|t_1.5|", [student = std::student_t_distribution<double>(1.5)](
                                  auto& engine) mutable { return std::fabs(student(engine)); }),
            nested()};
}

std::vector<Population> stored_populations(std::string const& folder)
{
    Store const store = Store::open(folder);
    Study const study = stored_study(store);
    Curve const& curve = study.curves.front();
    LossKey const fit_key = loss_key(curve.losses.front(), "fit");
    LossKey const start_key = loss_key(curve.losses.front(), "start");
    Samples loss{study.n, {}}, start = loss, regression = loss;
    for (int const n : study.n) {
        loss.values.emplace_back();
        start.values.emplace_back();
        regression.values.emplace_back();
        for (FitRow const& fit : store.fits(cell_id(study, curve, n), false)) {
            loss.values.back().push_back(value_of(fit, fit_key));
            start.values.back().push_back(value_of(fit, start_key));
            regression.values.back().push_back(fit.at(at_fit).risk.regression);
        }
    }
    for (Samples* samples : {&loss, &start, &regression})
        for (auto& values : samples->values)
            values = present(values);
    return {stored("loss of fits", loss), stored("loss of starts", start),
            stored("regression error", regression)};
}

} // namespace moerate
