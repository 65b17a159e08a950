#include "host/estimate/lse_polish.h"

#include "host/estimate/kinks.h"
#include "host/estimate/lse_memory.h"
#include "host/estimate/polish_wave.h"

namespace moerate
{
namespace
{

/// What is known of a fit after both kinds of rounds.
void add(LseResult& before, PolishFit const& fit)
{
    LseResult const& after = fit.progress.result();
    for (RoundRecord round : after.trace) {
        round.round += before.rounds;
        round.polished = true;
        before.trace.push_back(round);
    }
    before.rounds += after.rounds;
    before.seconds += after.seconds;
    before.mse = after.mse;
    before.radius = after.radius;
    before.gradient_norm = after.gradient_norm;
    before.at_bound = after.at_bound;
    before.kinks = fit.on;
    before.predicted_gain = after.predicted_gain;
    if (after.mse < after.start_mse)
        before.actual_gain = after.actual_gain;
    bool const held = fit.on > 0 && after.predicted_gain <= stationary_gain;
    before.end = held ? LseEnd::kink : after.end;
}

} // namespace

void polish(Device& device, std::vector<LseItem<double>> const& items,
            std::vector<LseResult>& results)
{
    std::vector<std::size_t> some;
    std::vector<LseItem<double> const*> wanted;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!kinked(items[i].model) || results[i].end == LseEnd::not_finite)
            continue;
        some.push_back(i);
        wanted.push_back(&items[i]);
    }
    for_each_wave(device, wanted, [&](WaveRange const& range) {
        PolishWave wave(device, wanted.data() + range.first, range.count);
        wave.run([&](std::size_t fit) {
            std::size_t const i = some[range.first + fit];
            add(results[i], wave.fit(fit));
            if (items[i].ended)
                items[i].ended(results[i]);
        });
    });
}

} // namespace moerate
