// A score and an activation that are defined here and appended to the lists have a Gram matrix
// without a line of their own (an expert form: own_form_test.cpp). The namespace of the kernels is
// this file's own, as its lists are.
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

#include "tests/lse/own_gram.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;

namespace
{

/// Of rho, a and b of two atoms with ridge experts under sigmoid gates.
std::vector<double> row_of(std::vector<double> const& theta, int t, double& f)
{
    double const* const at = own_x.data() + t * own_d;
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
        for (std::size_t a = 0; a < own_d; ++a)
            j[2 + 2 * i + a] = g * (z * z + 1) * at[a];
        j[6 + i] = g * (z * z + 1);
    }
    return j;
}

} // namespace

TEST_CASE("a score and an activation of this file have a Gram matrix")
{
    check_gram("bowl", "ridge", "cubic", {0.5, -0.75, 1, -0.5, 0.25, 0.75, 0.5, -1},
               row_of); // rho, a, b
}
