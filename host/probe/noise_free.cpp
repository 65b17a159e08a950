#include "host/probe/noise_free.h"

#include "kernels/rng/draws.h"
#include "kernels/rng/philox.h"
#include "kernels/spec/lookup.h"

#include <algorithm>
#include <cmath>

namespace moerate
{

namespace
{

/// Points on the edge of where an expert is 0, for each input that there is.
constexpr int edge_points = 6;
constexpr int halvings = 60; ///< of a segment that an edge cuts: to rounding

/// h_j at some points, [k][n].
std::vector<double> experts_at(Device& device, Measure const& measure, DeviceArray<double> const& x)
{
    int const n = static_cast<int>(x.size()) / measure.model.d;
    DeviceArray<double> const theta(device, measure.theta),
        experts(device, static_cast<std::size_t>(n) * measure.model.k);
    device.run(
        std::vector<EvaluateTask<double>>{{measure.model, theta.data(), n, x.data(), nullptr,
                                           nullptr, nullptr, nullptr, nullptr, experts.data()}});
    return experts.download();
}

/// Where segments between samples at which h_j = 0 and others cross the edge between both.
std::vector<double> edges(Device& device, Measure const& truth, std::vector<double> const& x)
{
    std::size_t const d = truth.model.d, n = x.size() / d;
    std::vector<double> const h = experts_at(device, truth, {device, x});
    std::vector<double> zero, other;
    std::vector<std::size_t> atom;
    for (std::size_t j = 0; j < static_cast<std::size_t>(truth.model.k); ++j) {
        std::vector<std::size_t> in[2];
        for (std::size_t t = 0; t < n; ++t)
            in[h[j * n + t] == 0 ? 0 : 1].push_back(t);
        std::size_t const count = std::min({in[0].size(), in[1].size(), edge_points * d});
        for (std::size_t i = 0; i < count; ++i) {
            zero.insert(zero.end(), &x[in[0][i] * d], &x[in[0][i] * d] + d);
            other.insert(other.end(), &x[in[1][i] * d], &x[in[1][i] * d] + d);
            atom.push_back(j);
        }
    }
    for (int round = 0; round < halvings && !atom.empty(); ++round) {
        std::vector<double> middle(zero);
        for (std::size_t i = 0; i < middle.size(); ++i)
            middle[i] = (zero[i] + other[i]) / 2;
        std::vector<double> const there = experts_at(device, truth, {device, middle});
        for (std::size_t i = 0; i < atom.size(); ++i) {
            bool const none = there[atom[i] * atom.size() + i] == 0;
            std::copy_n(&middle[i * d], d, &(none ? zero : other)[i * d]);
        }
    }
    return zero;
}

} // namespace

NoiseFree::NoiseFree(Device& on, Measure itself, StreamKey const& key, int samples, bool kinks)
    : device(on), truth(std::move(itself)), n(samples),
      x(on, static_cast<std::size_t>(samples) * truth.model.d), y(on, samples)
{
    DeviceArray<double> const theta(device, truth.theta), square(device, 1);
    device.run(
        std::vector<GenerateTask<double>>{{truth.model, theta.data(), key, Stream::evaluate, n, 0.0,
                                           x.data(), y.data(), nullptr, nullptr, square.data()}});
    size = std::sqrt(square.download()[0]);
    if (!kinks)
        return;
    std::vector<double> points = x.download();
    std::vector<double> const more = edges(device, truth, points);
    points.insert(points.end(), more.begin(), more.end());
    n = static_cast<int>(points.size()) / truth.model.d;
    x = DeviceArray<double>(device, points);
    y = DeviceArray<double>(device, n);
    device.run(std::vector<EvaluateTask<double>>{
        {truth.model, theta.data(), n, x.data(), nullptr, y.data(), nullptr, nullptr, nullptr}});
}

std::vector<double> responses(NoiseFree const& sample, Measure const& measure)
{
    return experts_at(sample.device, measure, sample.x);
}

bool hardly_weighs(NoiseFree const& sample, Measure const& measure)
{
    // On a box of 10 a bias alone takes a share down to 2e-9, a location with it further.
    constexpr double light = 1e-4, silent = 1e-6;
    auto const n = static_cast<std::size_t>(sample.n);
    std::size_t const size = n * static_cast<std::size_t>(measure.model.k);
    DeviceArray<double> const theta(sample.device, measure.theta), weights(sample.device, size);
    sample.device.run(
        std::vector<EvaluateTask<double>>{{measure.model, theta.data(), sample.n, sample.x.data(),
                                           nullptr, nullptr, weights.data(), nullptr, nullptr}});
    std::vector<double> const g = weights.download(), h = responses(sample, measure);
    auto const largest = [n](std::vector<double> const& all, std::size_t row) {
        double most = 0;
        for (std::size_t t = row * n; t < (row + 1) * n; ++t)
            most = std::max(most, std::fabs(all[t]));
        return most;
    };
    for (std::size_t atom = 0; atom * n < size; ++atom) {
        double const share = largest(g, atom);
        if (share > 0 && share <= light && largest(h, atom) > silent * sample.size)
            return true;
    }
    return false;
}

double largest_difference(NoiseFree const& sample, Measure const& measure)
{
    DeviceArray<double> const theta(sample.device, measure.theta), f(sample.device, sample.n);
    sample.device.run(
        std::vector<EvaluateTask<double>>{{measure.model, theta.data(), sample.n, sample.x.data(),
                                           nullptr, f.data(), nullptr, nullptr, nullptr}});
    std::vector<double> const fitted = f.download(), truth = sample.y.download();
    double largest = 0;
    for (int t = 0; t < sample.n; ++t)
        largest = std::max(largest, std::fabs(fitted[t] - truth[t]));
    return largest;
}

Measure generic_truth(Model const& model, std::uint32_t seed)
{
    Measure truth{model, std::vector<double>(static_cast<std::size_t>(model.layout.size))};
    std::uint64_t index = 0;
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        bool const bias = block.role == Role::bias || block.role == Role::expert_bias ||
                          block.role == Role::group_bias;
        for (int i = 0; i < block.rows * block.width; ++i, ++index) {
            double const drawn = normals(philox({seed, 0, 0, 0}, Stream::truth, index)).z[0];
            truth.theta[block.offset + i] =
                block.role == Role::temperature ? 1.0 : (bias ? 0.5 : 1.0) * drawn;
        }
    }
    return truth;
}

Measure without_gate(Measure measure, std::vector<int> const& atoms)
{
    Layout const& layout = measure.model.layout;
    for (int b = 0; b < layout.blocks; ++b)
        if (layout.block[b].role == Role::location)
            for (int const atom : atoms)
                std::fill_n(measure.theta.begin() + layout.block[b].offset +
                                static_cast<std::ptrdiff_t>(atom) * layout.block[b].width,
                            layout.block[b].width, 0.0);
    return measure;
}

} // namespace moerate
