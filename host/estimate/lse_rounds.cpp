#include "host/estimate/lse_memory.h"
#include "host/estimate/lse_wave.h"

namespace moerate
{

template <class Real>
std::vector<LseResult> run_rounds(Device& device, std::vector<LseItem<Real>> const& items)
{
    std::vector<LseItem<Real> const*> places;
    for (LseItem<Real> const& item : items)
        places.push_back(&item);
    std::vector<LseResult> results;
    results.reserve(items.size());
    while (results.size() < items.size()) {
        std::size_t const first = results.size();
        std::size_t const count = wave_size(device, places.data() + first, items.size() - first);
        for (LseResult& result : LseWave<Real>(device, items.data() + first, count).run())
            results.push_back(std::move(result));
    }
    return results;
}

template std::vector<LseResult> run_rounds(Device&, std::vector<LseItem<float>> const&);
template std::vector<LseResult> run_rounds(Device&, std::vector<LseItem<double>> const&);

} // namespace moerate
