#include "host/measure/loss_misfit.h"

#include "host/core/words.h"
#include "host/measure/families.h"
#include "kernels/family/loss_fits.h"
#include "kernels/family/losses.h"

#include <fmt/format.h>

#include <vector>

namespace moerate
{
namespace
{

/// "softmax gate of linear score": what losses are chosen by.
std::string gate_text(GateSpec const& gate)
{
    return fmt::format("{} gate of {} score{}", name_of<Normalizers>(gate.normalizer),
                       name_of<Scores>(gate.score),
                       gate.learned_temperature != 0 ? " and learned temperature" : "");
}

} // namespace

std::string loss_misfit(int loss, GateSpec const& gate)
{
    if (fits(loss, gate))
        return {};
    std::vector<std::string> fitting;
    for_each(Losses{}, [&](auto member, int other) {
        if (fits(other, gate))
            fitting.emplace_back(member.name);
    });
    return fmt::format("names {} (its mixing weights or parameters are not those of the fitted {}) "
                       "{}",
                       name_of<Losses>(loss), gate_text(gate),
                       fitting.empty() ? "use another gate: no loss fits this one"
                                       : "choose from: " + joined(fitting));
}

} // namespace moerate
