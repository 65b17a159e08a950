// How often the tests of host/rates/line_test.h reject curves that are lines, and curves that are
// none.

#include "host/rates/line_test.h"
#include "host/rates/verdict.h"
#include "tools/coverage.h"

#include <cmath>

namespace moerate
{
namespace
{

/// `base` with the replicates at each n times factor(n).
template <class Factor>
Population bent(Population base, char const* name, Factor const& factor)
{
    base.name = name;
    base.draw = [own = base.draw, factor](int replicates, std::mt19937_64& engine) {
        Samples samples = own(replicates, engine);
        for (std::size_t i = 0; i < samples.n.size(); ++i)
            for (double& value : samples.values[i])
                value *= factor(samples.n[i]);
        return samples;
    };
    return base;
}

} // namespace

LineVerdicts line_verdicts(Device& device, Population const& population, int replicates,
                           int studies, unsigned seed)
{
    LineVerdicts result;
    for (int study = 0; study < studies; ++study) {
        std::mt19937_64 engine = engine_of(seed, population.name, replicates, study);
        Samples const samples = population.draw(replicates, engine);
        Resampling resampling;
        resampling.key.key0 = seed;
        resampling.key.key1 = static_cast<std::uint32_t>(study);
        resampling.nested = population.nested;
        LogCurve const curve =
            estimates(device, samples, resampling, {Statistic::mean}, "value")[0].curve;
        auto const lack = lack_of_fit(curve);
        bool const bends = lack && lack->p < rule::not_one_line.threshold;
        result.not_one_line += (bends ? 1.0 : 0.0) / studies;
        bool const flat = floor_of(curve, rule::floor.threshold).has_value();
        result.floor += (flat ? 1.0 : 0.0) / studies;
    }
    return result;
}

std::vector<Population> bent_populations()
{
    Population const line = drawn_populations().front();
    return {bent(line, "floor from n = 800",
                 [](int n) { return n > 800 ? std::sqrt(n / 800.0) : 1.0; }),
            bent(line, "n = 800 is 30 % off", [](int n) { return n == 800 ? 1.3 : 1.0; })};
}

} // namespace moerate
