// A score and an activation that are defined here and appended to the lists have a Gram matrix
// without a line of their own. The namespace of the kernels is this file's own, as its lists are.
#define MOE_ISA isa_own_lse

#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/family/value_slope.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// s_i(x) = rho_i^2 |x|^2 + rho_i (x_1 + .. + x_d): one number for all features.
struct BowlScore : ScoreDefaults
{
    static constexpr std::string_view name = "bowl";
    static constexpr std::string_view formula = "s_i(x) = rho_i^2 |x|^2 + rho_i sum(x)";
    static constexpr std::string_view source = "this test";
    static constexpr Parameter parameters[] = {{"rho", Role::location, Extent::one}};
    static constexpr unsigned features = feature_x | feature_square;

    MOE_HD static constexpr bool location_shifts(GateSpec const&) { return false; }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            for (int f = 0; f < model.d; ++f)
                to.row(i)[f] = theta[i];
            to.row(i)[model.d] = theta[i] * theta[i];
            to.c[i] = Real(0);
        }
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, Real const* theta,
                             MapRows<Real const> by, Real* gradient)
    {
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            gradient[i] = Real(2) * theta[i] * by.row(i)[model.d];
            for (int f = 0; f < model.d; ++f)
                gradient[i] += by.row(i)[f];
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

MOE_END_ISA

#define MOE_MORE_SCORES , BowlScore
#define MOE_MORE_ACTIVATIONS , CubicActivation

#include "kernels/lse/fold_one.h"
#include "kernels/lse/gram_one.h"
#include "kernels/lse/linearize_one.h"
#include "kernels/model/layout.h"
#include "tests/support/guarded.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

using namespace moerate;

namespace
{

constexpr int d = 2;
constexpr int n = 5;
std::vector<double> const theta = {0.5, -0.75, 1, -0.5, 0.25, 0.75, 0.5, -1}; // rho, a, b
std::vector<double> const x = {1, 0.5, -0.25, 1, 0, 0, -1, 0.75, 0.5, -1.5};

/// f at sample t, and its derivatives by rho, a and b of two atoms under sigmoid gates.
std::vector<double> row(int t, double& f)
{
    double const* const at = x.data() + t * d;
    std::vector<double> j(theta.size());
    f = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        double const rho = theta[i];
        double const square = at[0] * at[0] + at[1] * at[1];
        double const g = 1 / (1 + std::exp(-rho * rho * square - rho * (at[0] + at[1])));
        double const z = theta[2 + 2 * i] * at[0] + theta[3 + 2 * i] * at[1] + theta[6 + i];
        double const h = z * z * z / 3 + z;
        f += g * h;
        j[i] = h * g * (1 - g) * (2 * rho * square + at[0] + at[1]);
        for (std::size_t a = 0; a < d; ++a)
            j[2 + 2 * i + a] = g * (z * z + 1) * at[a];
        j[6 + i] = g * (z * z + 1);
    }
    return j;
}

template <class Task>
void run(Task const& task)
{
    Guarded memory(scratch_bytes(SerialLanes{}, task));
    run_one(SerialLanes{}, task, memory.data());
    memory.check();
}

} // namespace

TEST_CASE("a score and an activation of this file have a Gram matrix")
{
    GateSpec gate;
    gate.score = find<Scores>("bowl");
    gate.normalizer = find<Normalizers>("sigmoid");
    Model const model =
        make_model(gate, {find<Experts>("ridge"), find<Activations>("cubic")}, d, 2);
    std::vector<double> const y(n, 0.5);
    std::size_t const p = theta.size();
    std::vector<double> c(static_cast<std::size_t>(coefficient_rows(model)) * n), g(p), h(p * p);
    Guarded sums(gram_numbers(model) * sizeof(double));
    auto* const maps = static_cast<double*>(sums.data());
    double mse = NAN;
    run(LinearizeTask<double>{model, theta.data(), n, x.data(), y.data(), c.data(), g.data(),
                              &mse});
    run(GramTask<double>{model, n, x.data(), c.data(), maps, 0, 1});
    run(FoldTask{model, theta.data(), maps, h.data()});
    sums.check();
    std::vector<double> want_g(p), want_h(p * p);
    for (int t = 0; t < n; ++t) {
        double f = NAN;
        std::vector<double> const j = row(t, f);
        for (std::size_t a = 0; a < p; ++a) {
            want_g[a] += j[a] * (f - 0.5);
            for (std::size_t b = 0; b < p; ++b)
                want_h[a * p + b] += j[a] * j[b];
        }
    }
    for (std::size_t a = 0; a < p; ++a) {
        CHECK(g[a] == Approx(want_g[a]).epsilon(1e-12).margin(1e-12));
        for (std::size_t b = 0; b < p; ++b)
            CHECK(h[a * p + b] == Approx(want_h[a * p + b]).epsilon(1e-12).margin(1e-12));
    }
}
