#include "host/estimate/kinked_sizes.h"

#include "kernels/lse/step_api.h"

namespace moerate
{

std::vector<double> sizes_of(KinkedQuadratic const& model)
{
    double const dead = dead_diagonal(model.gram, model.p);
    std::vector<double> sizes(model.p, 0);
    for (std::size_t i = 0; i < model.p; ++i) {
        double size = model.gram[i * model.p + i];
        if (!(size > dead)) {
            size = 0;
            for (Kink const& kink : *model.kinks)
                if (kink.distance == 0)
                    size += kink.curvature * kink.crossing[i] * kink.crossing[i];
        }
        if (size > dead)
            sizes[i] = size;
    }
    return sizes;
}

} // namespace moerate
