// The cooperative path of losses: many lanes against one, bitwise, since no sum changes its order.

#include "tests/loss/measure_case.h"

#include <tuple>

using namespace moerate;

namespace
{

void check_lanes(Measure const& fitted, Measure const& truth, std::string_view name, Gauge gauge)
{
    Measured const one = measure_loss(fitted, truth, name, gauge, 1.5, 1);
    for (int lanes : {2, 7, 32, Backend::warp, Backend::warp_down}) {
        Measured const many = measure_loss(fitted, truth, name, gauge, 1.5, lanes);
        INFO(name << " on " << lanes << " lanes");
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
