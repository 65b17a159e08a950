#include "kernels/model/shape.h"
#include "tools/bench.h"

#include <fmt/format.h>

#include <cmath>

namespace moerate
{
namespace
{

constexpr int bench_n = 10000; ///< as the main case
constexpr int bench_epochs = 2;

/// One row of the list: a model and what is special about it.
struct Family
{
    std::string name;
    Model model;
};

/// Position of a member by name.
template <class List>
int at(char const* name)
{
    return find<List>(name);
}

/// Linear softmax gate on ReLU ridge experts in d = 32, with one thing changed at a time. Quadratic
/// forms have d = 8, as in the papers.
std::vector<Family> families(int k)
{
    std::vector<Family> list;
    ExpertSpec relu;
    relu.activation = at<Activations>("relu");
    auto const add = [&](std::string const& name, GateSpec gate, ExpertSpec expert, int d) {
        std::vector<int> group_of(static_cast<std::size_t>(k));
        for (int i = 0; i < k; ++i)
            group_of[static_cast<std::size_t>(i)] = i % 2;
        bool const grouped = gate.normalizer == at<Normalizers>("hierarchical");
        list.push_back({name, make_model(gate, expert, d, k, group_of.data(), grouped ? 2 : 0)});
    };
    for_each(Scores{}, [&](auto score, int index) {
        GateSpec gate;
        gate.score = index;
        gate.activation = at<Activations>("tanh");
        gate.rank = 4;
        gate.tau1 = gate.tau2 = 0.1;
        bool const form = (score.features & feature_vech) != 0;
        add(fmt::format("score {}", score.name), gate, relu, form ? 8 : 32);
    });
    for_each(Normalizers{}, [&](auto normalizer, int index) {
        GateSpec gate;
        gate.normalizer = index;
        gate.top = 2;
        add(fmt::format("normalizer {}", normalizer.name), gate, relu, 32);
    });
    GateSpec learned;
    learned.learned_temperature = 1;
    add("temperature learned", learned, relu, 32);
    for_each(Experts{}, [&](auto form, int index) {
        ExpertSpec expert = relu;
        expert.form = index;
        add(fmt::format("expert {}", form.name), {}, expert, 32);
    });
    for_each(Activations{}, [&](auto activation, int index) {
        ExpertSpec expert;
        expert.activation = index;
        expert.power = 2;
        add(fmt::format("activation {}", activation.name), {}, expert, 32);
    });
    return list;
}

/// Seconds of one SGD launch over `fits` fits from small random parameters.
double time_family(Device& device, Model const& model, int batch, int fits)
{
    std::size_t const p = static_cast<std::size_t>(model.layout.size), n = bench_n;
    std::size_t const count = static_cast<std::size_t>(fits);
    std::vector<float> theta(p * count);
    for (std::size_t i = 0; i < theta.size(); ++i) // any small numbers; T and lambda near 1
        theta[i] = 0.1f * static_cast<float>(std::sin(static_cast<double>(i)));
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        bool const one = block.role == Role::temperature || block.role == Role::expert_scale;
        for (std::size_t fit = 0; one && fit < count; ++fit)
            for (int i = 0; i < block.rows * block.width; ++i)
                theta[fit * p + static_cast<std::size_t>(block.offset + i)] = 1.0f;
    }
    DeviceArray<float> const x(device, n * count * static_cast<std::size_t>(model.d));
    DeviceArray<float> const y(device, n * count), parameters(device, theta);
    DeviceArray<SgdOutcome> const outcome(device, count);
    std::vector<GenerateTask<float>> generate;
    std::vector<SgdTask<float>> sgd;
    SgdSettings settings;
    settings.epochs = bench_epochs;
    settings.batch = batch;
    settings.learning_rate = 0.01;
    for (std::size_t r = 0; r < count; ++r) {
        StreamKey const key{1, 2, static_cast<std::uint32_t>(r), bench_n};
        float* const x_r = x.data() + r * n * static_cast<std::size_t>(model.d);
        float* const theta_r = parameters.data() + r * p;
        generate.push_back({model, theta_r, key, Stream::x, bench_n, 0.1, x_r, y.data() + r * n,
                            nullptr, nullptr});
        sgd.push_back(
            {model, settings, key, bench_n, x_r, y.data() + r * n, theta_r, outcome.data() + r});
    }
    device.run(generate);
    double const begin = now();
    device.run(sgd);
    return now() - begin;
}

} // namespace

nlohmann::ordered_json bench_families(Bench const& bench, Case const& setting)
{
    auto rows = nlohmann::ordered_json::array();
    for (Family const& family : families(setting.k)) {
        Model const& model = family.model;
        std::size_t const numbers = bench_n * (std::size_t(model.d) + 1) + model.layout.size;
        int const fits = bench.fits(setting.fits, bench.memory() / 2, 0, numbers * sizeof(float),
                                    fmt::format("{}, n = {}", family.name, bench_n));
        double const updates = 1.0 * fits * bench_epochs * bench_n;
        std::vector<double> speed, ratio;
        time_family(*bench.device, model, setting.batch, fits); // warm
        for (int round = 0; round < setting.rounds; ++round) {
            double const ceiling = bench.ceiling->product() / flops_per_update(model);
            speed.push_back(updates / time_family(*bench.device, model, setting.batch, fits));
            ratio.push_back(speed.back() / ceiling);
        }
        rows.push_back({{"family", family.name},
                        {"d", model.d},
                        {"k", setting.k},
                        {"fits", fits},
                        {"flops_per_update", flops_per_update(model)},
                        {"updates_per_s", to_json(Spread(speed))},
                        {"ratio", to_json(Spread(ratio))}});
    }
    return rows;
}

std::string families_table(nlohmann::ordered_json const& rows)
{
    std::string text = fmt::format("{:<24} {:>3} {:>14} {:>18}   {}\n", "family", "d",
                                   "flops/update", "1e6 updates/s", "ratio to its ceiling");
    double const linear = rows.at(0).at("ratio").at("median");
    for (auto const& row : rows) {
        double const ratio = row["ratio"]["median"];
        text += fmt::format("{:<24} {:>3} {:>14.0f} {:>18.2f}   {:.3f} [{:.3f}, {:.3f}]{}\n",
                            row["family"].get<std::string>(), row["d"].get<int>(),
                            row["flops_per_update"].get<double>(),
                            row["updates_per_s"]["median"].get<double>() / 1e6, ratio,
                            row["ratio"]["min"].get<double>(), row["ratio"]["max"].get<double>(),
                            ratio < linear / 2 ? "  under half of the linear family" : "");
    }
    return text;
}

} // namespace moerate
