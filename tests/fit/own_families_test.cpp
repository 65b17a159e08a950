// Adding a member touches one place: a score, an activation and a loss that are defined here and
// appended to the lists work in generation, start, fit, evaluation and loss without any other
// change. The namespace of the kernels is this file's own, as its lists are.
#define MOE_ISA isa_own_families

#include "kernels/family/defaults.h"
#include "kernels/family/loss/form.h"
#include "kernels/family/map_rows.h"
#include "kernels/family/value_slope.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// s_i(x) = b_i - rho_i^2 |x|^2: a gate that prefers small inputs.
struct RadialScore : ScoreDefaults
{
    static constexpr std::string_view name = "radial";
    static constexpr std::string_view formula = "s_i(x) = b_i - rho_i^2 |x|^2";
    static constexpr std::string_view source = "this test";
    static constexpr Parameter parameters[] = {{"rho", Role::location, Extent::one},
                                               {"b", Role::bias, Extent::one}};
    static constexpr unsigned features = feature_square;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return false; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            Real const rho = theta[model.layout.block[0].offset + i];
            to.row(i)[0] = -rho * rho;
            to.c[i] = theta[model.layout.block[1].offset + i];
        }
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* theta,
                             MapRows<Real const> by, Real* gradient)
    {
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            int const rho = model.layout.block[0].offset + i;
            gradient[rho] = Real(-2) * theta[rho] * by.row(i)[0];
            gradient[model.layout.block[1].offset + i] = by.c[i];
        }
    }
};

/// phi(t) = t^3 / 3 + t.
struct CubicActivation : ActivationDefaults
{
    static constexpr std::string_view name = "cubic";
    static constexpr std::string_view formula = "phi(t) = t^3 / 3 + t";
    static constexpr std::string_view source = "this test";

    template <class Real>
    MOE_HD MOE_INLINE static ValueSlope<Real> eval(Real t, int)
    {
        return {t * t * t / Real(3) + t, t * t + Real(1)};
    }
};

/// The distances of locations and experts, unweighted.
struct RadialLoss
{
    static constexpr std::string_view name = "radial.L1";
    static constexpr std::string_view formula = "M + sum_all (|drho|+|deta|)";
    static constexpr std::string_view source = "this test";
    static constexpr bool has_r = false;
    MOE_HD static constexpr LossForm form()
    {
        return {Mass::logistic,
                MassCells::all,
                false,
                2,
                {{Part::w, power::one, power::one}, {Part::expert, power::one, power::one}}};
    }
};

MOE_END_ISA

#define MOE_MORE_SCORES , RadialScore
#define MOE_MORE_ACTIVATIONS , CubicActivation
#define MOE_MORE_LOSSES , RadialLoss

#include "kernels/data/generate_one.h"
#include "kernels/evaluate/evaluate_one.h"
#include "kernels/family/loss_fits.h"
#include "kernels/loss/loss_one.h"
#include "kernels/sgd/sgd_one.h"
#include "kernels/start/start_one.h"
#include "tests/support/host_lanes.h"
#include "tests/support/own_maps.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <new>
#include <vector>

using namespace moerate;

namespace
{

/// Runs a task on one thread, or on several lanes.
template <class Task>
void run(Task const& task, int lanes = 0)
{
    std::align_val_t const alignment{64};
    std::size_t const bytes =
        lanes == 0 ? scratch_bytes(SerialLanes{}, task) : scratch_bytes(HostLanes{}, task);
    void* const memory = ::operator new(bytes + 64, alignment);
    if (lanes == 0)
        run_one(SerialLanes{}, task, memory);
    else
        run_lanes(lanes, [&](HostLanes lane) { run_one(lane, task, memory); });
    ::operator delete(memory, alignment);
}

constexpr StreamKey key{1, 2, 3, 4};
constexpr int n = 4000;

/// Two atoms of radial scores and cubic experts in three dimensions.
Model radial_model()
{
    GateSpec gate;
    gate.score = find<Scores>("radial");
    gate.normalizer = find<Normalizers>("sigmoid");
    return make_model(gate, {find<Experts>("ridge"), find<Activations>("cubic"), 1}, 3, 2);
}

/// rho [2], b [2], a [2][3], b [2].
std::vector<double> const truth{1.5, 0.25, 1, -0.5, 1, 0.5, 0, -0.5, 0.5, 1, 0.25, -0.25};

struct Data
{
    std::vector<double> x = std::vector<double>(3 * n);
    std::vector<double> y = std::vector<double>(n);
};

Data generated(double noise_sd)
{
    Data data;
    run(GenerateTask<double>{radial_model(), truth.data(), key, Stream::x, n, noise_sd,
                             data.x.data(), data.y.data(), nullptr, nullptr});
    return data;
}

std::vector<double> started(double noise_sd)
{
    std::vector<double> theta(truth.size());
    Model const model = radial_model();
    run(StartTask<double>{
        model, model, truth.data(), key, {noise_sd, Split::share}, nullptr, 0, theta.data()});
    return theta;
}

std::vector<double> fitted(Data const& data, std::vector<double> theta, int epochs, int lanes = 0)
{
    SgdSettings settings;
    settings.epochs = epochs;
    SgdOutcome outcome{};
    run(SgdTask<double>{radial_model(), settings, key, n, data.x.data(), data.y.data(),
                        theta.data(), &outcome},
        lanes);
    CHECK(outcome.finite == 1);
    return theta;
}

double loss_of(std::vector<double> const& theta)
{
    Model const model = radial_model();
    LossRecord record{};
    int cell[2];
    run(LossTask<double>{model,
                 model,
                 theta.data(),
                 truth.data(),
                 {find<Losses>("radial.L1"), 1, Gauge::none},
                 &record,
                 cell});
    CHECK(cell[0] == 0);
    CHECK(cell[1] == 1);
    return record.value;
}

double mse_at(Data const& data, std::vector<double> const& theta, double* gradient = nullptr)
{
    double mse = NAN;
    run(EvaluateTask<double>{radial_model(), theta.data(), n, data.x.data(), data.y.data(), nullptr,
                             nullptr, gradient, &mse});
    return mse;
}

} // namespace

TEST_CASE("own members stand in the lists")
{
    CHECK(find<Scores>("radial") == Scores::size - 1);
    CHECK(name_of<Activations>(find<Activations>("cubic")) == "cubic");
    CHECK(fits(find<Losses>("radial.L1"), radial_model().gate));
    CHECK_FALSE(fits(find<Losses>("softmax.L1"), radial_model().gate));
    CHECK(radial_model().layout.size == static_cast<int>(truth.size()));
}

TEST_CASE("a plain mixture knows own members without their names")
{
    double const x[] = {1, -2, 0.5};
    for (std::size_t i = 0; i < 2; ++i) {
        AtomMap const score = own_score(radial_model(), truth, x, static_cast<int>(i));
        CHECK(score.along == Approx(-truth[i] * truth[i] * 5.25).epsilon(1e-14));
        CHECK(score.offset == truth[2 + i]);
    }
    AtomMap const expert = own_expert(radial_model(), truth, x, 1); // (-0.5, 0.5, 1).x - 0.25
    CHECK(expert.along + expert.offset == -1.25);
    int const cubic = find<Activations>("cubic");
    CHECK(own_activation(cubic, 1, 3).value == 12);
    CHECK_FALSE(has_kink(cubic, 1));
    CHECK(has_kink(find<Activations>("relu"), 1));
}

TEST_CASE("data of own members are their mixture")
{
    Data const data = generated(0);
    for (std::size_t t = 0; t < 100; ++t) {
        double const* const x = &data.x[3 * t];
        double f = 0;
        for (std::size_t i = 0; i < 2; ++i) {
            double const square = x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
            double const score = truth[2 + i] - truth[i] * truth[i] * square;
            double z = truth[10 + i];
            for (std::size_t c = 0; c < 3; ++c)
                z += truth[4 + 3 * i + c] * x[c];
            f += (z * z * z / 3 + z) / (1 + std::exp(-score));
        }
        CHECK(data.y[t] == Approx(f).epsilon(1e-12).margin(1e-13));
    }
}

TEST_CASE("gradients of own members are those of the mean square error")
{
    Data const data = generated(0.1);
    std::vector<double> theta = started(0.1);
    std::vector<double> gradient(theta.size());
    mse_at(data, theta, gradient.data());
    for (std::size_t i = 0; i < theta.size(); ++i) {
        constexpr double step = 1e-5;
        std::vector<double> above = theta;
        std::vector<double> below = theta;
        above[i] += step;
        below[i] -= step;
        double const difference = (mse_at(data, above) - mse_at(data, below)) / (2 * step);
        CHECK(gradient[i] == Approx(difference).margin(1e-8));
    }
}

TEST_CASE("a fit of own members recovers them")
{
    Data const data = generated(0.05);
    std::vector<double> const start = started(0.2);
    std::vector<double> const fit = fitted(data, start, 40);
    double const before = loss_of(start);
    double const after = loss_of(fit);
    CAPTURE(before, after);
    CHECK(loss_of(truth) == 0);
    CHECK(before > 0.5);
    CHECK(after < 0.2 * before);
    CHECK(mse_at(data, fit) < 1.05 * 0.05 * 0.05); // that of the noise
    CHECK(std::fabs(fit[0] - truth[0]) < 0.1);     // rho of the first atom, which falls off
}

TEST_CASE("own members are fitted alike by one thread and by lanes")
{
    Data const data = generated(0.05);
    std::vector<double> const start = started(0.2);
    std::vector<double> const one = fitted(data, start, 1);
    for (int const lanes : {1, 3}) {
        std::vector<double> const other = fitted(data, start, 1, lanes);
        for (std::size_t i = 0; i < one.size(); ++i)
            CHECK(std::fabs(other[i] - one[i]) <= 1e-12);
    }
}
