#include "host/estimate/lse_memory.h"
#include "host/estimate/lse_wave.h"

namespace moerate
{

template <class Real>
std::vector<LseResult> run_rounds(Device& device, std::vector<LseItem<Real>> const& items)
{
    std::vector<LseResult> results;
    results.reserve(items.size());
    while (results.size() < items.size()) {
        std::size_t const first = results.size();
        // the rest is for lists of tasks and what kernels need themselves
        std::size_t const room = device.free_bytes() / 4 * 3;
        std::size_t count = 0;
        for (std::size_t bytes = 0; first + count < items.size(); ++count) {
            bytes += fit_bytes(items[first + count]);
            if (count > 0 && bytes > room)
                break;
        }
        for (LseResult& result : LseWave<Real>(device, items.data() + first, count).run())
            results.push_back(std::move(result));
    }
    return results;
}

template std::vector<LseResult> run_rounds(Device&, std::vector<LseItem<float>> const&);
template std::vector<LseResult> run_rounds(Device&, std::vector<LseItem<double>> const&);

} // namespace moerate
