#include "host/measure/families.h"

#include "host/measure/measure_json.h"
#include "kernels/family/activations.h"
#include "kernels/family/normalizers.h"
#include "kernels/model/layout.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <type_traits>

namespace moerate
{
namespace
{

// One detector a declaration; `otherwise` is what a member that is silent means.
template <class Member, class = void>
struct UsesTau : std::false_type
{};
template <class Member>
struct UsesTau<Member, std::void_t<decltype(Member::uses_tau)>>
    : std::bool_constant<Member::uses_tau>
{};

template <class Member, bool otherwise, class = void>
struct UsesActivation : std::bool_constant<otherwise>
{};
template <class Member, bool otherwise>
struct UsesActivation<Member, otherwise, std::void_t<decltype(Member::uses_activation)>>
    : std::bool_constant<Member::uses_activation>
{};

template <class Member, class = void>
struct UsesPower : std::false_type
{};
template <class Member>
struct UsesPower<Member, std::void_t<decltype(Member::uses_power)>>
    : std::bool_constant<Member::uses_power>
{};

template <class Member, class = void>
struct UsesTop : std::false_type
{};
template <class Member>
struct UsesTop<Member, std::void_t<decltype(Member::uses_top)>>
    : std::bool_constant<Member::uses_top>
{};

template <class Score>
constexpr bool uses_rank()
{
    for (Parameter const& p : Score::parameters)
        if (p.extent == Extent::r || p.extent == Extent::r_d)
            return true;
    return false;
}

bool takes_power(int activation)
{
    bool takes = false;
    visit(Activations{}, activation,
          [&](auto member) { takes = UsesPower<decltype(member)>::value; });
    return takes;
}

/// Numbers of all atoms in the parameters of one part of a model.
template <class Parameters>
std::int64_t count(Parameters const& parameters, int d, int k, int rank)
{
    std::int64_t numbers = 0;
    for (Parameter const& p : parameters)
        numbers += std::int64_t(p.role == Role::shared ? 1 : k) * extent_of(p.extent, d, rank);
    return numbers;
}

} // namespace

GateKeys keys_of(GateSpec const& gate)
{
    GateKeys keys;
    visit(Scores{}, gate.score, [&](auto member) {
        using Member = decltype(member);
        keys.tau = UsesTau<Member>::value;
        keys.activation = UsesActivation<Member, false>::value;
        keys.rank = uses_rank<Member>();
    });
    keys.power = keys.activation && takes_power(gate.activation);
    visit(Normalizers{}, gate.normalizer,
          [&](auto member) { keys.top = UsesTop<decltype(member)>::value; });
    return keys;
}

ExpertKeys keys_of(ExpertSpec const& expert)
{
    ExpertKeys keys;
    visit(Experts{}, expert.form,
          [&](auto member) { keys.activation = UsesActivation<decltype(member), true>::value; });
    keys.power = keys.activation && takes_power(expert.activation);
    return keys;
}

GateSpec read_gate(Reader reader)
{
    GateSpec gate;
    gate.score = reader.word("score", "score", names_of<Scores>());
    gate.normalizer = reader.word("normalizer", "normalizer", names_of<Normalizers>());
    gate.learned_temperature =
        reader.word("temperature", "temperature", {"fixed", "learned"}, "fixed");
    GateKeys keys = keys_of(gate);
    if (keys.tau) {
        gate.tau1 = reader.number("tau1", at_least(0), 0);
        gate.tau2 = reader.number("tau2", at_least(0), 0);
    }
    if (keys.activation) {
        gate.activation = reader.word("activation", "activation", names_of<Activations>());
        keys = keys_of(gate);
    }
    if (keys.power)
        gate.power = reader.integer("power", at_least(1));
    if (keys.rank)
        gate.rank = reader.integer("rank", between(1, largest_size));
    if (keys.top)
        gate.top = reader.integer("top", at_least(1));
    reader.finish();
    return gate;
}

ExpertSpec read_expert(Reader reader)
{
    ExpertSpec expert;
    expert.form = reader.word("form", "expert form", names_of<Experts>());
    if (keys_of(expert).activation)
        expert.activation = reader.word("activation", "activation", names_of<Activations>());
    if (keys_of(expert).power)
        expert.power = reader.integer("power", at_least(1));
    reader.finish();
    return expert;
}

Model sized_model(GateSpec const& gate, ExpertSpec const& expert, int d, int k, double temperature,
                  std::string const& what)
{
    std::int64_t numbers = gate.learned_temperature;
    visit(Scores{}, gate.score,
          [&](auto member) { numbers += count(member.parameters, d, k, gate.rank); });
    visit(Experts{}, expert.form,
          [&](auto member) { numbers += count(member.parameters, d, k, 0); });
    if (numbers > std::numeric_limits<int>::max())
        throw UsageError(fmt::format("{} has {} parameters (more than 2^31 - 1 cannot be indexed) "
                                     "use fewer atoms or dimensions",
                                     what, numbers));
    if (gate.top > k)
        throw UsageError(fmt::format("{} has {} atoms and gate.top = {} (it cannot keep more than "
                                     "there are) lower top",
                                     what, k, gate.top));
    return make_model(gate, expert, d, k, 0, temperature);
}

} // namespace moerate
