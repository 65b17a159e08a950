#include "host/run/inclusion.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace moerate
{
namespace
{

bool same_temperature(Model const& a, Model const& b)
{
    bool const learned = a.gate.learned_temperature != 0;
    return learned == (b.gate.learned_temperature != 0) &&
           (learned || a.temperature == b.temperature);
}

bool same_gate(GateSpec const& a, GateSpec const& b)
{
    return std::tie(a.score, a.normalizer, a.activation, a.power, a.rank, a.top, a.tau1, a.tau2) ==
           std::tie(b.score, b.normalizer, b.activation, b.power, b.rank, b.top, b.tau1, b.tau2);
}

bool same_expert(ExpertSpec const& a, ExpertSpec const& b)
{
    return std::tie(a.form, a.activation, a.power) == std::tie(b.form, b.activation, b.power);
}

/// The same families with at least as many atoms: an extra atom shares the gate mass of another
/// (softmax) or has the expert 0 (sigmoid).
bool same_family(Model const& fitted, Model const& truth)
{
    return fitted.d == truth.d && fitted.k >= truth.k && fitted.groups == truth.groups &&
           same_temperature(fitted, truth) && same_gate(fitted.gate, truth.gate) &&
           same_expert(fitted.expert, truth.expert);
}

/// The inclusions that are known, one entry each.
constexpr bool (*inclusions[])(Model const&, Model const&) = {same_family};

} // namespace

bool class_holds(Model const& fitted, Model const& truth)
{
    return std::any_of(std::begin(inclusions), std::end(inclusions),
                       [&](auto holds) { return holds(fitted, truth); });
}

} // namespace moerate
