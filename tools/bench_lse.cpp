/// @file
/// Least squares of tools/bench: rounds a second against the machine's own symmetric products.
///
/// A Gauss-Newton iteration on J [n][p] costs n p^2 flops by DSYRK, which is the ceiling: its
/// flop/s over n p^2. The Khatri-Rao sums of the engine need fewer, so that the ratio may exceed 1.

#include "host/estimate/lse_rounds.h"
#include "kernels/data/generate_api.h"
#include "kernels/family/activations.h"
#include "kernels/lse/coordinates.h"
#include "kernels/model/layout.h"
#include "tools/bench.h"

#include <fmt/format.h>

#include <cmath>

namespace moerate
{
namespace
{

constexpr int bench_rounds = 6;     ///< of each fit
constexpr double noise_sd = 0.1;    ///< of y
constexpr double start_away = 0.01; ///< of each parameter from the truth's: steps are accepted

/// Softmax gates of k atoms on GELU experts: the papers' two sizes.
std::vector<Model> models(int k)
{
    std::vector<Model> list;
    ExpertSpec gelu;
    gelu.activation = find<Activations>("gelu");
    for (auto const& [score, d] : {std::pair{"quadratic", 8}, std::pair{"linear", 32}}) {
        GateSpec gate;
        gate.score = find<Scores>(score);
        list.push_back(make_model(gate, gelu, d, k));
    }
    return list;
}

/// Fits of one model, each to its own data, and where they begin.
class Fits
{
public:
    Fits(Device& device, Model const& model, int n, int count)
        : device_(device), model_(model), n_(n), x_(device, places(count) * n * model.d),
          y_(device, places(count) * n), theta_(device, places(count) * model.layout.size),
          lower_(device, std::vector<double>(coordinate_count(model), -10.0)),
          upper_(device, std::vector<double>(coordinate_count(model), 10.0))
    {
        std::size_t const p = model.layout.size;
        std::vector<double> truth(p);
        for (std::size_t i = 0; i < p; ++i)
            truth[i] = std::sin(static_cast<double>(i)) / std::sqrt(model.d);
        for (int r = 0; r < count; ++r)
            for (std::size_t i = 0; i < p; ++i)
                start_.push_back(truth[i] +
                                 start_away * std::cos(static_cast<double>(i * (r + 1))));
        DeviceArray<double> const theta(device, truth);
        std::vector<GenerateTask<double>> tasks;
        for (int r = 0; r < count; ++r)
            tasks.push_back({model, theta.data(), StreamKey{1, 2, static_cast<std::uint32_t>(r), 0},
                             Stream::x, n, noise_sd, x(r), y(r), nullptr, nullptr});
        device.run(tasks);
    }

    /// Accepted rounds a second of all fits together, from their starts.
    double rounds_per_second(bool cublas)
    {
        device_.upload(theta_.data(), start_.data(), start_.size() * sizeof(double));
        LseSettings settings;
        settings.gain_tolerance = settings.gradient_tolerance = settings.decrease_tolerance = 0;
        settings.iterations = bench_rounds;
        settings.trace = true;
        settings.factored = cublas;
        std::vector<LseItem<double>> items;
        std::size_t const p = model_.layout.size;
        for (std::size_t r = 0; r < start_.size() / p; ++r)
            items.push_back({model_, n_, x(r), y(r), theta_.data() + r * p, lower_.data(),
                             upper_.data(), settings});
        double const begin = now();
        std::vector<LseResult> const results = run_rounds(device_, items);
        double const seconds = now() - begin;
        double rounds = 0;
        for (LseResult const& result : results)
            for (RoundRecord const& round : result.trace)
                rounds += round.accepted ? 1 : 0; // another one has no Gram matrix to make
        return rounds / seconds;
    }

private:
    static std::size_t places(int count) { return static_cast<std::size_t>(count); }
    double* x(std::size_t r) const { return x_.data() + r * n_ * model_.d; }
    double* y(std::size_t r) const { return y_.data() + r * n_; }

    Device& device_;
    Model model_;
    int n_;
    DeviceArray<double> x_, y_, theta_, lower_, upper_;
    std::vector<double> start_;
};

} // namespace

nlohmann::ordered_json bench_least_squares(Bench const& bench, Case const& setting, int n)
{
    auto rows = nlohmann::ordered_json::array();
    for (Model const& model : models(setting.k)) {
        std::size_t const p = static_cast<std::size_t>(coordinate_count(model));
        std::string const name =
            fmt::format("{}, d = {}", name_of<Scores>(model.gate.score), model.d);
        std::size_t const numbers = n * (std::size_t(model.d) + 1 + 2 * setting.k) + 4 * p * p;
        int const fits = bench.fits(setting.fits, bench.memory() / 2, 0, numbers * sizeof(double),
                                    fmt::format("{}, n = {}", name, n));
        Fits all(*bench.device, model, n, fits);
        double const flops = static_cast<double>(n) * static_cast<double>(p * p);
        std::vector<double> speed, ceiling, ratio;
        all.rounds_per_second(setting.cublas); // warm
        for (int round = 0; round < setting.rounds; ++round) {
            ceiling.push_back(bench.ceiling->gram(n, static_cast<int>(p)) / flops);
            speed.push_back(all.rounds_per_second(setting.cublas));
            ratio.push_back(speed.back() / ceiling.back());
        }
        rows.push_back({{"model", name},
                        {"n", n},
                        {"k", setting.k},
                        {"p", p},
                        {"fits", fits},
                        {"gram", setting.cublas ? "cublas" : "own"},
                        {"ceiling_rounds_per_s", to_json(Spread(ceiling))},
                        {"rounds_per_s", to_json(Spread(speed))},
                        {"ratio", to_json(Spread(ratio))}});
    }
    return rows;
}

} // namespace moerate
