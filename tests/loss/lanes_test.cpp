// The cooperative path of losses: many lanes against one, bitwise, since no sum changes its order;
// and one precision of the parameters against the other, as all is computed in float64.

#include "kernels/family/loss_fits.h"
#include "tests/loss/measure_case.h"
#include "tests/support/families.h"

#include <tuple>

using namespace moerate;

namespace
{

void check_same(Measured const& many, Measured const& one)
{
    CHECK(many.cell == one.cell);
    CHECK(many.record.value == one.record.value);
    CHECK(many.record.mass == one.record.mass);
    CHECK(many.record.over == one.record.over);
    CHECK(many.record.exact == one.record.exact);
    CHECK(many.record.missed == one.record.missed);
    CHECK(many.record.over_gate == one.record.over_gate);
    CHECK(many.record.over_expert == one.record.over_expert);
    CHECK(many.record.exact_gate == one.record.exact_gate);
    CHECK(many.record.exact_expert == one.record.exact_expert);
    CHECK(many.record.empty == one.record.empty);
}

void check_lanes(Measure const& fitted, Measure const& truth, std::string_view name, Gauge gauge)
{
    Measured const one = measure_loss(fitted, truth, name, gauge, 1.5, 1);
    for (int lanes : {2, 7, 32, Backend::warp, Backend::warp_down}) {
        INFO(name << " on " << lanes << " lanes");
        check_same(measure_loss(fitted, truth, name, gauge, 1.5, lanes), one);
    }
}

} // namespace

TEST_CASE("every loss is the same on any number of lanes")
{
    std::mt19937_64 random(5);
    for (auto const& [d, k, k_true] :
         {std::tuple(1, 1, 1), std::tuple(3, 2, 5), std::tuple(32, 9, 8), std::tuple(5, 7, 3)})
    {
        std::vector<Atom> const true_atoms = drawn_atoms(random, d, k_true, 1.0);
        std::vector<Atom> const atoms = drawn_atoms(random, d, k, 0.5, true_atoms);
        for_each(Losses{}, [&, d = d, k = k](auto loss, int) {
            bool const logistic = decltype(loss)::form().mass == Mass::logistic;
            char const* const normalizer = logistic ? "sigmoid" : "softmax";
            INFO("d = " << d << ", k = " << k);
            check_lanes(measure_of(normalizer, atoms), measure_of(normalizer, true_atoms),
                        loss.name, Gauge::align);
        });
    }
}

// The truth keeps digits that float32 lacks: only the fit's are read in its own precision.
TEST_CASE("parameters in float32 have the loss of the same numbers in float64")
{
    std::mt19937_64 random(6);
    for (Family const& family : paired_families()) {
        Model const model = model_of(family, 5, 4);
        Measure const truth = drawn_around(random, model_of(family, 5, 3), 0.5);
        Measure fitted = drawn_around(random, model, 0.5);
        for (double& parameter : fitted.theta)
            parameter = static_cast<float>(parameter);
        for_each(Losses{}, [&](auto loss, int index) {
            if (!fits(index, model.gate))
                return;
            for (int const lanes : {0, 7, Backend::warp}) {
                INFO(loss.name << " of " << name_of(family) << ", lanes " << lanes);
                auto const of = [&](auto real) {
                    return measure_loss<decltype(real)>(fitted, truth, loss.name, Gauge::align, 1.5,
                                                        lanes);
                };
                check_same(of(1.0F), of(1.0));
                CHECK(of(1.0F).record.value > 0);
            }
        });
    }
}
