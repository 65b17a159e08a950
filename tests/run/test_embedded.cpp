#include "host/device/device.h"
#include "host/measure/embed.h"
#include "host/measure/families.h"
#include "host/measure/inclusion.h"
#include "tests/support/families.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>
#include <random>

using namespace moerate;

namespace
{

using Generator = std::mt19937_64;

/// A measure and values of its f at points of the cube.
std::vector<double> values(Device& device, Measure const& of, std::vector<double> const& x)
{
    int const n = static_cast<int>(x.size()) / of.model.d;
    DeviceArray<double> const points(device, x), theta(device, of.theta), f(device, n);
    EvaluateTask<double> task{of.model, theta.data(), n,       points.data(), nullptr,
                              f.data(), nullptr,      nullptr, nullptr};
    device.run(std::vector<EvaluateTask<double>>{task});
    return f.download();
}

double uniform(Generator& random)
{
    return 2.0 * static_cast<double>(random() >> 11) / 9007199254740992.0 - 1.0;
}

/// Where fits begin that start on the truth; an extra atom at any of its atoms.
Measure started(Device& device, Measure const& truth, Model const& fitted)
{
    std::vector<int> any(static_cast<std::size_t>(truth.model.k));
    std::iota(any.begin(), any.end(), 0);
    DeviceArray<double> const target(device, truth.theta), theta(device, fitted.layout.size);
    DeviceArray<int> const extra(device, any);
    device.run(std::vector<StartTask<double>>{
        {fitted, truth.model, target.data(), {}, {}, extra.data(), truth.model.k, theta.data()}});
    return {fitted, theta.download()};
}

double largest_difference(std::vector<double> const& a, std::vector<double> const& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::fabs(a[i] - b[i]));
    return largest;
}

/// Parameters between -1 and 1, the truth's own T.
Measure drawn(Generator& random, Model const& model)
{
    Measure measure{model, std::vector<double>(static_cast<std::size_t>(model.layout.size))};
    for (double& value : measure.theta)
        value = uniform(random);
    for (int b = 0; b < model.layout.blocks; ++b) {
        double& first = measure.theta[model.layout.block[b].offset];
        if (model.layout.block[b].role == Role::temperature)
            first = model.temperature;
        else if (model.layout.block[b].role == Role::expert_bias)
            first = -std::fabs(first); // where relu is no identity
    }
    return measure;
}

/// The models of a composition with each power that its activations take.
void add_powers(std::vector<Model>& models, Family const& family, int d, int k)
{
    Model model = model_of(family, d, k);
    model.temperature = 0.8;
    for (int const psi : {1, 2, 3})
        for (int const phi : {1, 2, 3}) {
            if ((psi > 1 && !keys_of(model.gate).power) ||
                (phi > 1 && !keys_of(model.expert).power))
                continue;
            model.gate.power = psi;
            model.expert.power = phi;
            models.push_back(model);
        }
}

/// All gates, with experts of one kind.
std::vector<Model> gates(int d, int k)
{
    std::vector<Model> models;
    for (Family const& family : every_family())
        if (name_of<Experts>(family.form) == "ridge" &&
            name_of<Activations>(family.activation) == "gelu")
            add_powers(models, family, d, k);
    return models;
}

/// All experts, under gates of one kind.
std::vector<Model> experts(int d, int k)
{
    std::vector<Model> models;
    for (Family const& family : every_family())
        if (name_of<Scores>(family.score) == "linear" && !family.learned &&
            name_of<Normalizers>(family.normalizer) == "softmax")
            add_powers(models, family, d, k);
    return models;
}

/// The embedded measure has the truth's f, for all pairs of which one class holds the other.
/// Returns how many of them differ in their families.
int check_pairs(std::vector<Model> const& fitted, std::vector<Model> const& truths)
{
    constexpr int points = 16;
    constexpr double tolerance = 1e-11; // values reach 30 with experts of power 3
    std::unique_ptr<Device> const device = make_cpu_device(1);
    Generator random(7);
    int unlike = 0;
    for (Model const& model : truths) {
        Measure const truth = drawn(random, model);
        std::vector<double> x(static_cast<std::size_t>(points) * model.d);
        for (double& value : x)
            value = uniform(random);
        std::vector<double> const want = values(*device, truth, x);
        for (Model const& fit : fitted) {
            if (!class_holds(fit, model))
                continue;
            Measure const made = embedded(truth, fit);
            unlike += gate_to_json(fit.gate) != gate_to_json(model.gate) ||
                              expert_to_json(fit.expert) != expert_to_json(model.expert)
                          ? 1
                          : 0;
            std::vector<double> const got = values(*device, made, x);
            CAPTURE(measure_to_json(truth).dump(), measure_to_json(made).dump());
            if (largest_difference(got, want) > tolerance)
                FAIL("the embedded measure has another f");
            if (fit.k == model.k && fit.k > 1) { // with one atom scores may change nothing
                Measure const start = started(*device, truth, fit);
                bool const same = largest_difference(values(*device, start, x), want) <= tolerance;
                if (same != embedded_by_name(model, fit))
                    FAIL("the start by name has " << (same ? "the same f" : "another f"));
            }
        }
    }
    return unlike;
}

} // namespace

TEST_CASE("the truth in the parameters of every class that holds it has the same f", "[run]")
{
    for (std::array<int, 3> const size :
         {std::array{1, 1, 1}, std::array{2, 2, 3}, std::array{5, 3, 3}, std::array{3, 4, 6}})
    {
        auto const [d, k_true, k] = size;
        CAPTURE(d, k_true, k);
        // more than one a row of the table of inclusions, each with several normalizers or powers
        CHECK(check_pairs(gates(d, k), gates(d, k_true)) > 50);
        CHECK(check_pairs(experts(d, k), experts(d, k_true)) > 20);
    }
}

TEST_CASE("extra atoms that share a true atom's mass keep f under softmax, not under topk", "[run]")
{
    std::unique_ptr<Device> const device = make_cpu_device(1);
    Generator random(3);
    std::vector<double> x(200);
    for (double& value : x)
        value = uniform(random);
    for (std::string_view const name : {"softmax", "sigmoid", "topk"}) {
        CAPTURE(name);
        Family family;
        family.score = find<Scores>("linear");
        family.normalizer = find<Normalizers>(name);
        family.form = find<Experts>("constant");
        Measure const truth = drawn(random, model_of(family, 2, 3));
        Measure const start = started(*device, truth, model_of(family, 2, 5));
        double const off = largest_difference(values(*device, start, x), values(*device, truth, x));
        CHECK((off < 1e-12) == (name == "softmax"));
        CHECK((off > 0.01) == (name != "softmax"));
    }
}
