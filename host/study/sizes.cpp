#include "host/study/sizes.h"

#include "host/core/words.h"
#include "host/measure/families.h"
#include "host/study/points.h"
#include "kernels/loss/pair.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

std::size_t real_bytes(Curve const& curve)
{
    return curve.estimator->in_float64() ? sizeof(double) : sizeof(float);
}

std::size_t numbers(Model const& model)
{
    return static_cast<std::size_t>(model.layout.size);
}

/// Of one loss at one point, without parameters; a task is as large in both precisions.
std::size_t one_loss_bytes(Curve const& curve)
{
    return sizeof(LossTask<double>) + sizeof(LossRecord) + sizeof(int) * curve.model.k;
}

} // namespace

std::size_t point_bytes(Study const& study, Curve const& curve)
{
    Model const& truth = curve.truth.model;
    std::size_t const numbers_a_point = static_cast<std::size_t>(truth.d) + 1 + 2 * truth.k;
    return real_bytes(curve) * (numbers_a_point * study.regression_samples + numbers(truth)) +
           sizeof(double) * numbers(truth);
}

std::size_t data_bytes(Curve const& curve, int n)
{
    return real_bytes(curve) * (static_cast<std::size_t>(curve.truth.model.d) + 1) * n;
}

std::size_t fit_bytes(Curve const& curve)
{
    // Its points and the start's target; then the losses at the points.
    std::size_t const points = points_of(curve.start.number.count);
    return (points + 1) * real_bytes(curve) * numbers(curve.model) +
           points * curve.losses.size() * one_loss_bytes(curve);
}

std::size_t loss_bytes(Curve const& curve, std::size_t losses)
{
    return points_of(curve.start.number.count) *
           (sizeof(double) * numbers(curve.model) + losses * one_loss_bytes(curve));
}

void check_sizes(Study const& study, Curve const& curve, std::string const& what)
{
    for (LossSpec const& loss : curve.losses)
        for (SizeLimit const& size : pair_limits(curve.model, curve.truth.model, loss.choice.loss))
            check_size(size, what);
    std::size_t const points = point_bytes(study, curve), fit = fit_bytes(curve);
    std::size_t const data = data_bytes(curve, study.n.back());
    std::size_t const all = points + data + fit;
    if (all > most_bytes)
        throw UsageError(fmt::format(
            "{}: one replicate at n = {} needs {} bytes, {} (no machine has more than {}; {} are "
            "for "
            "the data, {} for the evaluation points, {} for the parameters) lower {}",
            what, study.n.back(), all, bytes_text(all), bytes_text(most_bytes), bytes_text(data),
            bytes_text(points), bytes_text(fit),
            data > points ? "study.n or data.d" : "study.regression_samples or data.d"));
}

} // namespace moerate
