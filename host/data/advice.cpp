#include "host/data/advice.h"

#include "host/device/device.h"
#include "kernels/evaluate/evaluate_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

constexpr int rows_at_once = 1 << 15;
constexpr double negligible = 1e-3; ///< of the prediction's root mean square

/// Sums over the samples of squares that tell atoms apart.
struct AtomSums
{
    explicit AtomSums(std::size_t k) : response(k), expert(k * k), gate(k * k) {}

    double prediction = 0;        ///< f^2
    std::vector<double> response; ///< [k] (g_i h_i)^2
    std::vector<double> expert;   ///< [k][k] (h_i - h_j)^2
    std::vector<double> gate;     ///< [k][k] (g_i - g_j)^2

    /// Adds sample t of [k][n] weights and responses.
    void add(std::vector<double> const& g, std::vector<double> const& h, std::size_t n,
             std::size_t t)
    {
        std::size_t const k = response.size();
        double f = 0;
        for (std::size_t i = 0; i < k; ++i) {
            double const part = g[i * n + t] * h[i * n + t];
            f += part;
            response[i] += part * part;
            for (std::size_t j = 0; j < i; ++j) {
                double const by_expert = h[i * n + t] - h[j * n + t];
                double const by_gate = g[i * n + t] - g[j * n + t];
                expert[i * k + j] += by_expert * by_expert;
                gate[i * k + j] += by_gate * by_gate;
            }
        }
        prediction += f * f;
    }
};

AtomSums atom_sums(Device& device, FittedData const& fit)
{
    Model const& model = fit.model;
    AtomSums sums(static_cast<std::size_t>(model.k));
    DeviceArray<double> const theta(device, fit.theta);
    for (int first = 0; first < fit.n; first += std::min(rows_at_once, fit.n - first)) {
        int const n = std::min(rows_at_once, fit.n - first);
        std::size_t const numbers = static_cast<std::size_t>(model.k) * n;
        DeviceArray<double> const f(device, n), weights(device, numbers), experts(device, numbers);
        EvaluateTask<double> task{model,
                                  theta.data(),
                                  n,
                                  fit.x + static_cast<std::size_t>(first) * model.d,
                                  nullptr,
                                  f.data(),
                                  weights.data(),
                                  nullptr,
                                  nullptr};
        task.experts = experts.data();
        device.run(std::vector<EvaluateTask<double>>{task});
        std::vector<double> const g = weights.download(), h = experts.download();
        for (int t = 0; t < n; ++t)
            sums.add(g, h, n, t);
    }
    return sums;
}

} // namespace

std::vector<std::string> notes_on_inputs(int d, int n, double const* x, int parameters)
{
    std::vector<std::string> notes;
    std::size_t const width = d;
    for (std::size_t a = 0; a < width; ++a) {
        bool constant = true;
        for (int t = 1; constant && t < n; ++t)
            constant = x[t * width + a] == x[a];
        if (constant)
            notes.push_back(fmt::format("x{} is {} in all samples (what goes with it cannot be "
                                        "told from the offsets) leave it out",
                                        a + 1, x[a]));
    }
    if (n < parameters)
        notes.push_back(fmt::format("there are {} samples for {} parameters (many fits are equally "
                                    "good, and none of them says what new data would) use fewer "
                                    "experts or more samples",
                                    n, parameters));
    return notes;
}

std::vector<std::string> notes_on_atoms(Device& device, FittedData const& fit)
{
    AtomSums const sums = atom_sums(device, fit);
    std::size_t const k = sums.response.size();
    double const least = negligible * negligible * sums.prediction;
    std::vector<std::string> notes;
    for (std::size_t i = 0; i < k; ++i)
        if (sums.response[i] <= least)
            notes.push_back(fmt::format("atom {} contributes nothing (its response is next to 0 at "
                                        "all samples, its parameters mean nothing) try --experts "
                                        "{}",
                                        i + 1, k - 1));
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (sums.expert[i * k + j] > least)
                continue;
            bool const same = sums.gate[i * k + j] <= negligible * negligible * fit.n;
            notes.push_back(fmt::format(
                "atoms {} and {} have one expert{} (their shares can be traded) try --experts {}",
                j + 1, i + 1, same ? " and one gate" : "", k - 1));
        }
    return notes;
}

} // namespace moerate
