#include "host/estimate/lse_memory.h"
#include "host/estimate/lse_wave.h"

#include <algorithm>

namespace moerate
{

template <class Real>
std::vector<LseResult> run_rounds(Device& device, std::vector<LseItem<Real>> const& items)
{
    std::vector<LseItem<Real> const*> places;
    for (LseItem<Real> const& item : items)
        places.push_back(&item);
    std::vector<LseResult> results(items.size());
    for_each_wave(device, places, [&](WaveRange const& range) {
        LseWave<Real> wave(device, items.data() + range.first, range.count);
        std::vector<LseResult> own = wave.run();
        std::move(own.begin(), own.end(),
                  results.begin() + static_cast<std::ptrdiff_t>(range.first));
    });
    return results;
}

template std::vector<LseResult> run_rounds(Device&, std::vector<LseItem<float>> const&);
template std::vector<LseResult> run_rounds(Device&, std::vector<LseItem<double>> const&);

} // namespace moerate
