#include "host/rates/blocks.h"

#include "host/core/text.h"
#include "host/measure/block_distances.h"
#include "host/rates/row_names.h"
#include "host/rates/text.h"
#include "host/store/loss_reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace moerate
{
namespace
{

/// The distances of a curve's stored fits, and of the points that they began from.
class StoredDistances
{
public:
    StoredDistances(Store const& store, Study const& study, Curve const& curve,
                    LossSpec const& loss, std::vector<FitsAt> const& all)
    {
        for (FitsAt const& at : all) {
            auto const reference = loss_reference(store, study, curve, at.n, loss.target);
            for (FitRow const& fit : at.fits)
                for (char const* point : {at_start, at_fit})
                    if (reference && !failed(fit.status) && !fit.at(point).theta.empty())
                        found_[{&fit, point}] = block_distances({curve.model, fit.at(point).theta},
                                                                *reference, loss.choice);
        }
    }

    /// One block's distance, or why there is none.
    Number number(FitRow const& fit, char const* point, std::size_t block,
                  std::optional<double> BlockDistance::*cells) const
    {
        auto const at = found_.find({&fit, point});
        if (at == found_.end())
            return {no_number, fit.at(point).parameters_kept ? Lack::not_measured : Lack::not_kept};
        std::optional<double> const& value = at->second[block].*cells;
        return value ? error_number(*value) : Number{no_number, Lack::undefined};
    }

private:
    std::map<std::pair<FitRow const*, std::string>, std::vector<BlockDistance>> found_;
};

} // namespace

std::string block_claim(Theory const& theory, double power)
{
    if (theory.claim.empty() || power < 1) // below 1 a mean of powers says nothing of the mean
        return {};
    char* end = nullptr;
    double const claim = std::strtod(theory.claim.c_str(), &end);
    return *end != 0 ? std::string() : fmt::format("{:.3g}", claim / power);
}

std::vector<BlockSlopes> block_slopes(Store const& store, Study const& study, Curve const& curve,
                                      LossSpec const& loss, std::vector<FitsAt> const& all,
                                      std::function<BlockSlope(BlockNumbers const&)> const& judged)
{
    std::vector<LossBlock> const blocks = blocks_of(curve, loss);
    if (blocks.empty())
        return {};
    StoredDistances const distances(store, study, curve, loss, all);
    std::vector<BlockSlopes> slopes;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        auto const in = [&](char const* what, std::optional<double> BlockDistance::*cells) {
            auto const at = [&](char const* point) {
                return numbers_of(all, what, [&](FitRow const& fit) {
                    return distances.number(fit, point, b, cells);
                });
            };
            return judged({at(at_fit), at(at_start)});
        };
        slopes.push_back({blocks[b].name, in("distance in over cells", &BlockDistance::over),
                          in("distance in exact cells", &BlockDistance::exact)});
        slopes.back().over.claim = block_claim(loss.theory, blocks[b].over);
        slopes.back().exact.claim = block_claim(loss.theory, blocks[b].exact);
    }
    return slopes;
}

} // namespace moerate
