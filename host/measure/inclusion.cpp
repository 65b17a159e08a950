#include "host/measure/inclusion.h"

#include "host/measure/families.h"
#include "kernels/family/activations.h"
#include "kernels/family/loss_fits.h"
#include "kernels/model/layout.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace moerate
{
namespace
{

enum class Axis
{
    score,
    expert,
};

/// When an inclusion holds.
enum class Only
{
    always,
    competing,       ///< atoms compete: a term common to all scores changes nothing
    same_activation, ///< truth and fit have the same activation
};

/// Every member of the class `truth` is one of the class `fitted`; beside these, every class holds
/// itself, by what its members declare. Classes of scores are named by class_of, those of experts
/// as the members of the list, except that "affine" is ridge and ffn with the identity.
struct Inclusion
{
    Axis axis;
    std::string_view truth, fitted;
    Only only;
};

/// All that is used; each holds exactly, with the parameters that its comment gives.
constexpr Inclusion inclusions[] = {
    {Axis::score, "linear", "quadratic", Only::always},    // A = 0
    {Axis::score, "monomial", "quadratic", Only::always},  // w = 0
    {Axis::score, "square", "monomial", Only::always},     // A = w w^T
    {Axis::score, "square", "quadratic", Only::always},    // A = w w^T, w = 0
    {Axis::score, "euclidean", "quadratic", Only::always}, // A = -I, 2 w, b - |w|^2
    {Axis::score, "euclidean", "linear", Only::competing}, // 2 w, b - |w|^2; -|x|^2 is common
    {Axis::score, "linear", "euclidean", Only::competing}, // w / 2, b + |w|^2 / 4
    {Axis::expert, "ridge", "ffn", Only::same_activation}, // lambda = 1
    {Axis::expert, "constant", "affine", Only::always},    // a = 0
    {Axis::expert, "constant", "ffn", Only::always},       // a = 0, b = 1, lambda / phi(1)
    {Axis::expert, "constant", "normalized", Only::always},
};

/// The class of c (s_1 - s_2) for all s_1, s_2 of a class of scores and all numbers c, where a
/// class of the lists is that: the quadratic forms of distances cancel, and w w^T are symmetric
/// matrices.
struct Difference
{
    std::string_view scores, difference;
};

constexpr Difference differences[] = {
    {"linear", "linear"},
    {"quadratic", "quadratic"},
    {"monomial", "monomial"},
    {"square", "monomial"},
    {"euclidean", "linear"},
    {"attention", "attention"}, // of two atoms with one Q, q: K_1 - K_2, kappa_1 - kappa_2
};

bool same_activation(int a, int power_a, int b, int power_b)
{
    if (is_identity(a, power_a) || is_identity(b, power_b))
        return is_identity(a, power_a) && is_identity(b, power_b);
    return a == b && (!takes_power(a) || power_a == power_b);
}

std::string_view class_of(ExpertSpec const& expert)
{
    std::string_view const name = name_of<Experts>(expert.form);
    bool const plain = name == "ridge" || name == "ffn";
    return plain && is_identity(expert.activation, expert.power) ? "affine" : name;
}

/// Whether the table has the inclusion; `met` says whether a condition is met.
template <class Met>
bool listed(Axis axis, std::string_view fitted, std::string_view truth, Met met)
{
    return std::any_of(std::begin(inclusions), std::end(inclusions), [&](Inclusion const& row) {
        return row.axis == axis && row.truth == truth && row.fitted == fitted &&
               (row.only == Only::always || met(row.only));
    });
}

bool score_holds(GateSpec const& fitted, GateSpec const& truth)
{
    std::string_view const a = class_of(fitted), b = class_of(truth);
    GateKeys const keys = keys_of(fitted);
    if (a == b)
        return (!keys.tau ||
                std::tie(fitted.tau1, fitted.tau2) == std::tie(truth.tau1, truth.tau2)) &&
               (!keys.rank || fitted.rank == truth.rank) &&
               (!keys.activation ||
                same_activation(fitted.activation, fitted.power, truth.activation, truth.power));
    bool const competing = traits_of(fitted).mass == Mass::exponential;
    return listed(Axis::score, a, b,
                  [&](Only only) { return only == Only::competing && competing; });
}

bool expert_holds(ExpertSpec const& fitted, ExpertSpec const& truth)
{
    std::string_view const a = class_of(fitted), b = class_of(truth);
    bool const same =
        same_activation(fitted.activation, fitted.power, truth.activation, truth.power);
    if (a == b)
        return same || !keys_of(fitted).activation;
    return listed(Axis::expert, a, b,
                  [&](Only only) { return only == Only::same_activation && same; });
}

/// Whether the model's gate is a softmax over all of its atoms.
bool is_softmax(Model const& model)
{
    std::string_view const name = name_of<Normalizers>(model.gate.normalizer);
    return name == "softmax" || (name == "topk" && model.gate.top == model.k);
}

/// A topk gate gives a softmax over k* <= top atoms: others are kept out by a low bias.
bool normalizer_holds(Model const& fitted, Model const& truth)
{
    bool const topk = name_of<Normalizers>(fitted.gate.normalizer) == "topk";
    if (is_softmax(truth))
        return is_softmax(fitted) || (topk && fitted.gate.top >= truth.k);
    return fitted.gate.normalizer == truth.gate.normalizer &&
           (!keys_of(fitted.gate).top || fitted.gate.top == truth.gate.top);
}

/// Whether the atoms suffice, and an extra one can be given no effect: by sharing the mass of
/// another or taking none, for which the score needs a bias, or by an expert 0.
bool atoms_hold(Model const& fitted, Model const& truth)
{
    if (fitted.groups != truth.groups || fitted.k < truth.k)
        return false;
    for (int group = 0; group < fitted.groups; ++group) {
        auto const size = [group](Model const& m) {
            return std::count(m.group_of, m.group_of + m.k, group);
        };
        if (size(fitted) < size(truth))
            return false;
    }
    if (fitted.k == truth.k)
        return true;
    if (traits_of(fitted.gate).mass == Mass::logistic)
        return vanishes(fitted.expert);
    return has_role(fitted, Role::bias);
}

/// Whether scores of `fitted` are the differences of two of `truth`.
bool score_holds_difference(GateSpec const& fitted, GateSpec const& truth)
{
    std::string_view const a = class_of(fitted), b = class_of(truth);
    auto const* const row = std::find_if(std::begin(differences), std::end(differences),
                                         [&](Difference const& one) { return one.scores == b; });
    if (row == std::end(differences) || (keys_of(fitted).rank && fitted.rank != truth.rank))
        return false;
    return a == row->difference ||
           listed(Axis::score, a, row->difference, [](Only) { return false; });
}

/// A softmax of two atoms by two sigmoids: exp(s_1) / (exp(s_1) + exp(s_2)) = sigmoid(s_1 - s_2).
/// Temperatures are factors of that, which such scores take; further atoms are 0 by their experts.
bool pair_holds(Model const& fitted, Model const& truth)
{
    return truth.k == 2 && is_softmax(truth) &&
           name_of<Normalizers>(fitted.gate.normalizer) == "sigmoid" && fitted.d == truth.d &&
           fitted.k >= 2 && (fitted.k == 2 || vanishes(fitted.expert)) &&
           score_holds_difference(fitted.gate, truth.gate) &&
           expert_holds(fitted.expert, truth.expert);
}

} // namespace

bool is_identity(int activation, int power)
{
    std::string_view const name = name_of<Activations>(activation);
    return name == "identity" || (name == "power" && power == 1);
}

std::string_view class_of(GateSpec const& gate)
{
    std::string_view const name = name_of<Scores>(gate.score);
    if (name != "ridge")
        return name;
    bool const square = name_of<Activations>(gate.activation) == "power" && gate.power == 2;
    return is_identity(gate.activation, gate.power) ? "linear" : square ? "square" : name;
}

bool class_holds(Model const& fitted, Model const& truth)
{
    bool const temperature =
        fitted.gate.learned_temperature != 0 || fitted.temperature == truth.temperature;
    return fitted.d == truth.d && temperature && atoms_hold(fitted, truth) &&
           normalizer_holds(fitted, truth) && score_holds(fitted.gate, truth.gate) &&
           expert_holds(fitted.expert, truth.expert);
}

bool function_held(Model const& fitted, Model const& truth)
{
    return class_holds(fitted, truth) || pair_holds(fitted, truth);
}

} // namespace moerate
