#include "host/measure/families.h"

#include "host/measure/measure_json.h"
#include "kernels/family/activations.h"
#include "kernels/family/normalizers.h"
#include "kernels/model/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{
namespace
{

template <class Member>
constexpr bool uses_rank()
{
    for (Parameter const& p : Member::parameters)
        if (p.extent == Extent::r || p.extent == Extent::r_d)
            return true;
    return false;
}

void check_groups(Atoms const& atoms, std::string const& what)
{
    if (atoms.k > Model::max_grouped)
        throw UsageError(
            fmt::format("{} has {} atoms (a gate with groups has at most {}) use fewer", what,
                        atoms.k, Model::max_grouped));
    for (int group = 0; group < atoms.groups; ++group)
        if (std::find(atoms.group_of.begin(), atoms.group_of.end(), group) == atoms.group_of.end())
            throw UsageError(fmt::format("{} has no atom in group {} (weights inside an empty "
                                         "group are not defined) give it one or drop the group",
                                         what, group));
}

bool is_linear(GateSpec const& gate)
{
    return name_of<Scores>(gate.score) == LinearScore::name;
}

void check_composes(GateSpec const& gate, Reader const& reader)
{
    if (composes(gate))
        return;
    std::string_view const name = name_of<Normalizers>(gate.normalizer);
    if (!is_linear(gate))
        reader.fail("score", fmt::format("= \"{}\" does not go with the normalizer \"{}\" (scores "
                                         "of its groups and of their members are both linear) use "
                                         "\"{}\"",
                                         name_of<Scores>(gate.score), name, LinearScore::name));
    reader.fail("temperature", fmt::format("= \"learned\" does not go with the normalizer \"{}\" "
                                           "(its theory has no temperature) use \"fixed\"",
                                           name));
}

} // namespace

bool takes_power(int activation)
{
    bool takes = false;
    visit(Activations{}, activation, [&](auto member) { takes = member.uses_power; });
    return takes;
}

std::string revision_of(GateSpec const& gate)
{
    std::string text;
    visit(Scores{}, gate.score, [&](auto member) {
        if (member.revision > 1)
            text = fmt::format("{} {}", member.name, member.revision);
    });
    return text;
}

GateKeys keys_of(GateSpec const& gate)
{
    GateKeys keys;
    visit(Scores{}, gate.score, [&](auto member) {
        keys.tau = member.uses_tau;
        keys.activation = member.uses_activation;
        keys.rank = uses_rank<decltype(member)>();
    });
    keys.power = keys.activation && takes_power(gate.activation);
    visit(Normalizers{}, gate.normalizer, [&](auto member) { keys.top = member.uses_top; });
    return keys;
}

ExpertKeys keys_of(ExpertSpec const& expert)
{
    ExpertKeys keys;
    visit(Experts{}, expert.form, [&](auto member) { keys.activation = member.uses_activation; });
    keys.power = keys.activation && takes_power(expert.activation);
    return keys;
}

bool grouped(GateSpec const& gate)
{
    bool has_groups = false;
    visit(Normalizers{}, gate.normalizer, [&](auto member) { has_groups = member.grouped; });
    return has_groups;
}

bool composes(GateSpec const& gate)
{
    return !grouped(gate) || (is_linear(gate) && gate.learned_temperature == 0);
}

bool has_role(Model const& model, Role role)
{
    return std::any_of(model.layout.block, model.layout.block + model.layout.blocks,
                       [role](Block const& block) { return block.role == role; });
}

bool vanishes(ExpertSpec const& expert)
{
    bool scaled = false;
    visit(Experts{}, expert.form, [&](auto member) {
        for (Parameter const& p : member.parameters)
            scaled = scaled || p.role == Role::expert_scale;
    });
    if (scaled || !keys_of(expert).activation)
        return true;
    bool zero = false;
    visit(Activations{}, expert.activation,
          [&](auto member) { zero = member.eval(0.0, expert.power).value == 0; });
    return zero;
}

GateSpec read_gate(Reader reader)
{
    reader.documented(gate_keys());
    GateSpec gate;
    gate.score = reader.word("score", "score", names_of<Scores>());
    gate.normalizer = reader.word("normalizer", "normalizer", names_of<Normalizers>());
    gate.learned_temperature =
        reader.word("temperature", "temperature", {"fixed", "learned"}, "fixed");
    check_composes(gate, reader);
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
        gate.power = reader.integer("power", between(1, largest_power));
    if (keys.rank)
        gate.rank = reader.integer("rank", between(1, largest_size));
    if (keys.top)
        gate.top = reader.integer("top", at_least(1));
    reader.finish();
    return gate;
}

ExpertSpec read_expert(Reader reader)
{
    reader.documented(expert_keys());
    ExpertSpec expert;
    expert.form = reader.word("form", "expert form", names_of<Experts>());
    if (keys_of(expert).activation)
        expert.activation = reader.word("activation", "activation", names_of<Activations>());
    if (keys_of(expert).power)
        expert.power = reader.integer("power", between(1, largest_power));
    reader.finish();
    return expert;
}

void check_size(SizeLimit const& size, std::string const& what)
{
    if (!size.holds())
        throw UsageError(fmt::format("{} has {} {} ({} {} at most) {}", what, size.value, size.name,
                                     size.why, size.most, size.advice));
}

Model sized_model(GateSpec const& gate, ExpertSpec const& expert, int d, Atoms const& atoms,
                  double temperature, std::string const& what)
{
    for (SizeLimit const& size : size_limits(gate, expert, d, atoms.k, atoms.groups))
        check_size(size, what);
    if (gate.top > atoms.k)
        throw UsageError(fmt::format("{} has {} atoms and gate.top = {} (it cannot keep more than "
                                     "there are) lower top",
                                     what, atoms.k, gate.top));
    if (atoms.groups > 0)
        check_groups(atoms, what);
    return make_model(gate, expert, d, atoms.k, atoms.group_of.data(), atoms.groups, temperature);
}

Atoms atoms_of(Model const& model)
{
    Atoms atoms{model.k, model.groups, {}};
    if (model.groups > 0)
        atoms.group_of.assign(model.group_of, model.group_of + model.k);
    return atoms;
}

} // namespace moerate
