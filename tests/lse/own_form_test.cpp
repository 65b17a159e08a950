// An expert form that is defined here and appended to the list has a Gram matrix without a line of
// its own. The namespace of the kernels is this file's own, as its lists are.
#define MOE_ISA isa_own_lse_form

#include "kernels/family/defaults.h"
#include "kernels/family/map_rows.h"
#include "kernels/spec/features.h"

#include <string_view>

MOE_BEGIN_ISA

/// h_i(x) = phi(q_i |x|^2 + 2 q_i): one number for slope and offset.
struct DishExpert : ExpertDefaults
{
    static constexpr std::string_view name = "dish";
    static constexpr std::string_view formula = "h_i(x) = phi(q_i |x|^2 + 2 q_i)";
    static constexpr std::string_view source = "this test";
    static constexpr Parameter parameters[] = {{"q", Role::expert_direction, Extent::one}};
    static constexpr unsigned features = feature_square;

    MOE_HD static constexpr int q(Model const& model)
    {
        return model.layout.block[model.layout.expert_begin].offset;
    }

    template <class Real, class Lanes>
    MOE_HD static void pack(Lanes lanes, Model const& model, Real const* theta, MapRows<Real> to)
    {
        for (int i = lanes.rank(); i < model.k; i += lanes.size()) {
            to.row(i)[0] = theta[q(model) + i];
            to.c[i] = Real(2) * theta[q(model) + i];
        }
    }

    template <class Real, class Lanes>
    MOE_HD static void chain(Lanes lanes, Model const& model, MapRows<Real const> by,
                             Real* gradient)
    {
        for (int i = lanes.rank(); i < model.k; i += lanes.size())
            gradient[q(model) + i] = by.row(i)[0] + Real(2) * by.c[i];
    }
};

MOE_END_ISA

#define MOE_MORE_EXPERTS , DishExpert

#include "tests/lse/own_gram.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;

namespace
{

/// Of w, b and q of two atoms with linear scores and tanh experts.
std::vector<double> row_of(std::vector<double> const& theta, int t, double& f)
{
    double const* const at = own_x.data() + t * own_d;
    double const square = at[0] * at[0] + at[1] * at[1];
    std::vector<double> j(theta.size());
    f = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        double const s = theta[2 * i] * at[0] + theta[2 * i + 1] * at[1] + theta[4 + i];
        double const g = 1 / (1 + std::exp(-s));
        double const h = std::tanh(theta[6 + i] * (square + 2));
        f += g * h;
        for (std::size_t a = 0; a < own_d; ++a)
            j[2 * i + a] = h * g * (1 - g) * at[a];
        j[4 + i] = h * g * (1 - g);
        j[6 + i] = g * (1 - h * h) * (square + 2);
    }
    return j;
}

} // namespace

TEST_CASE("an expert form of this file has a Gram matrix")
{
    check_gram("linear", "dish", "tanh", {0.5, -0.75, 1, -0.5, 0.25, 0.75, 0.4, -0.3}, row_of);
}

TEST_CASE("features of a gate and of an expert that cannot stand side by side are told")
{
    CHECK(stands_together(feature_x | feature_square, feature_x));
    CHECK(stands_together(feature_x | feature_vech, feature_none));
    CHECK(stands_together(feature_vech, feature_vech));
    CHECK(stands_together(feature_none, feature_x));
    CHECK_FALSE(stands_together(feature_x | feature_square, feature_square)); // a gap before |x|^2
    CHECK_FALSE(stands_together(feature_x | feature_square, feature_vech));   // which lies between
}
