#include "host/store/export_blocks.h"

#include "host/store/loss_reference.h"

#include <algorithm>

namespace moerate
{
std::vector<std::string> ExportedBlocks::names() const
{
    std::vector<std::string> names;
    for (Curve const& curve : study_.curves)
        for (LossSpec const& loss : curve.losses)
            for (LossBlock const& block : blocks_of(curve, loss))
                if (std::find(names.begin(), names.end(), block.name) == names.end())
                    names.push_back(block.name);
    return names;
}

std::map<std::string, BlockDistance> ExportedBlocks::distances(Curve const& curve, int n,
                                                               LossKey const& key,
                                                               std::vector<double> const& theta)
{
    std::map<std::string, BlockDistance> found;
    for (LossSpec const& loss : curve.losses) {
        if (theta.empty() || !(loss_key(loss, key.at) == key))
            continue;
        auto const [reference, fresh] = references_.try_emplace({&curve, n, loss.target});
        if (fresh)
            reference->second = loss_reference(store_, study_, curve, n, loss.target);
        if (!reference->second)
            continue;
        auto const distances =
            block_distances({curve.model, theta}, *reference->second, loss.choice);
        std::vector<LossBlock> const blocks = blocks_of(curve, loss);
        for (std::size_t b = 0; b < distances.size(); ++b)
            found[blocks[b].name] = distances[b];
    }
    return found;
}

} // namespace moerate
