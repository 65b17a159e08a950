// Adding an expert form or a normalizer touches one place, too (own_families_test.cpp has the other
// axes): both are defined here and appended to their lists. The namespace of the kernels is this
// file's own, as its lists are.
#define MOE_ISA isa_own_forms

#include "kernels/core/math.h"
#include "kernels/core/rows.h"
#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/family/mass.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// h_i(x) = phi(q_i |x|^2 + b_i): an expert that sees only how long an input is.
struct BowlExpert : ExpertDefaults
{
    static constexpr std::string_view name = "bowl";
    static constexpr std::string_view formula = "h_i(x) = phi(q_i |x|^2 + b_i)";
    static constexpr std::string_view source = "this test";
    static constexpr Parameter parameters[] = {{"q", Role::expert_direction, Extent::one},
                                               {"b", Role::expert_bias, Extent::one}};
    static constexpr unsigned features = feature_square;

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        Block const* const block = model.layout.block + model.layout.expert_begin;
        copy_maps(lanes, model.k, 1, theta + block[0].offset, theta + block[1].offset, to);
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, MapRows<Real const> by,
                             Real* gradient)
    {
        Block const* const block = model.layout.block + model.layout.expert_begin;
        copy_back(lanes, model.k, 1, by, gradient + block[0].offset, gradient + block[1].offset);
    }
};

/// g_i = exp(s_i) / (1 + sum_j exp(s_j)): atoms compete with each other and with none at all.
struct AbstainingNormalizer : NormalizerDefaults
{
    static constexpr std::string_view name = "abstaining";
    static constexpr std::string_view formula = "g_i = exp(s_i) / (1 + sum_j exp(s_j))";
    static constexpr std::string_view source = "this test";
    static constexpr Mass mass = Mass::exponential;

    template <class Rows, class Real, class Lanes>
    MOE_HD static void weights(Lanes lanes, Model const& model, Real* s, Real* /*work*/)
    {
        constexpr int samples = Rows::samples;
        for (int b = lanes.rank(); b < samples; b += lanes.size()) {
            Real sum = Real(1);
            for (int j = 0; j < model.k; ++j)
                sum += s[j * samples + b] = math::exp(s[j * samples + b]);
            for (int j = 0; j < model.k; ++j)
                s[j * samples + b] /= sum;
        }
    }

    template <class Real>
    MOE_HD MOE_INLINE static Real slope(Real g, Real h, Real f)
    {
        return g * (h - f);
    }
};

MOE_END_ISA

#define MOE_MORE_EXPERTS , BowlExpert
#define MOE_MORE_NORMALIZERS , AbstainingNormalizer

#include "kernels/data/generate_one.h"
#include "kernels/evaluate/evaluate_one.h"
#include "kernels/sgd/sgd_one.h"
#include "kernels/start/start_one.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace moerate;

namespace
{

constexpr StreamKey key{1, 2, 3, 4};
constexpr int n = 2000;

/// Two atoms in two dimensions. theta: w [2][2], b [2], q [2], b [2].
Model own_model()
{
    GateSpec gate;
    gate.score = find<Scores>("linear");
    gate.normalizer = find<Normalizers>("abstaining");
    return make_model(gate, {find<Experts>("bowl"), find<Activations>("tanh"), 1}, 2, 2);
}

std::vector<double> const truth{1, -0.5, -1, 0.5, 0.25, -0.5, 1.5, -1, 0.5, 0.25};

template <class Task>
void run(Task const& task)
{
    std::vector<double> memory(scratch_bytes(SerialLanes{}, task) / sizeof(double) + 16);
    auto const address = (reinterpret_cast<std::uintptr_t>(memory.data()) + 63) / 64 * 64;
    run_one(SerialLanes{}, task, reinterpret_cast<void*>(address));
}

struct Data
{
    std::vector<double> x = std::vector<double>(2 * n);
    std::vector<double> y = std::vector<double>(n);

    explicit Data(double noise_sd)
    {
        run(GenerateTask<double>{own_model(), truth.data(), key, Stream::x, n, noise_sd, x.data(),
                                 y.data(), nullptr, nullptr});
    }

    double mse(std::vector<double> const& theta, double* gradient = nullptr) const
    {
        double mse = NAN;
        run(EvaluateTask<double>{own_model(), theta.data(), n, x.data(), y.data(), nullptr, nullptr,
                                 gradient, &mse});
        return mse;
    }
};

std::vector<double> started(double noise_sd)
{
    std::vector<double> theta(truth.size());
    Model const model = own_model();
    run(StartTask<double>{
        model, model, truth.data(), key, {noise_sd, Split::share}, nullptr, 0, theta.data()});
    return theta;
}

} // namespace

TEST_CASE("an own expert form and normalizer stand in the lists, their parameters in theta")
{
    CHECK(find<Experts>("bowl") == Experts::size - 1);
    CHECK(find<Normalizers>("abstaining") == Normalizers::size - 1);
    CHECK(own_model().layout.size == static_cast<int>(truth.size()));
}

TEST_CASE("data of an own expert form and normalizer are their mixture")
{
    Data const data(0);
    for (std::size_t t = 0; t < 100; ++t) {
        double const x = data.x[2 * t], y = data.x[2 * t + 1];
        double sum = 1, f = 0;
        for (std::size_t i = 0; i < 2; ++i) {
            double const e = std::exp(truth[2 * i] * x + truth[2 * i + 1] * y + truth[4 + i]);
            sum += e;
            f += e * std::tanh(truth[6 + i] * (x * x + y * y) + truth[8 + i]);
        }
        CHECK(data.y[t] == Approx(f / sum).epsilon(1e-12).margin(1e-13));
    }
}

TEST_CASE("gradients of an own expert form and normalizer, and a fit down them")
{
    Data const data(0.05);
    std::vector<double> theta = started(0.2);
    std::vector<double> gradient(theta.size());
    double const before = data.mse(theta, gradient.data());
    for (std::size_t i = 0; i < theta.size(); ++i) {
        constexpr double step = 1e-5;
        std::vector<double> above = theta, below = theta;
        above[i] += step;
        below[i] -= step;
        // Central difference: error about step^2, and rounding of the MSE over step.
        double const difference = (data.mse(above) - data.mse(below)) / (2 * step);
        CHECK(gradient[i] == Approx(difference).margin(1e-8));
    }
    SgdSettings settings;
    settings.epochs = 40;
    SgdOutcome outcome{};
    run(SgdTask<double>{own_model(), settings, key, n, data.x.data(), data.y.data(), theta.data(),
                        &outcome});
    CHECK(outcome.finite == 1);
    CHECK(before > 2 * data.mse(truth));
    CHECK(data.mse(theta) < 1.05 * data.mse(truth)); // a fit at a constant rate ends somewhat above
}
