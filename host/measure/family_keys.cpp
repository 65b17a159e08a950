#include "host/measure/families.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"

namespace moerate
{
namespace
{

/// "KIND a, b": the members of a list that `chosen` takes.
template <class List, class Chosen>
std::string users(std::string const& kind, Chosen const& chosen)
{
    std::vector<std::string> names;
    for_each(List{}, [&](auto member, int number) {
        if (chosen(member, number))
            names.emplace_back(member.name);
    });
    return kind + " " + joined(names);
}

template <class List>
std::string all(std::string const& kind)
{
    return users<List>(kind, [](auto const&, int) { return true; });
}

Key power_key(std::string const& users)
{
    return {"power", "whole number >= 1", "", "1", "exponent p of the activation t^p", "2", users};
}

std::string of_power()
{
    return users<Activations>("activation", [](auto member, int) { return member.uses_power; });
}

} // namespace

KeyTable gate_keys()
{
    auto const tau = users<Scores>("score", [](auto member, int) { return member.uses_tau; });
    auto const psi =
        users<Scores>("score", [](auto member, int) { return member.uses_activation; });
    auto const ranked = users<Scores>("score", [](auto const&, int number) {
        GateSpec gate;
        gate.score = number;
        return keys_of(gate).rank;
    });
    auto const top =
        users<Normalizers>("normalizer", [](auto member, int) { return member.uses_top; });
    return {
        "gate",
        "The gate g of a model: scores s_i(x), divided by a temperature T, turned into weights by "
        "a "
        "normalizer. moerate list scores, moerate list normalizers: the formulas.",
        {{"score", all<Scores>("one of"), "", "1", "formula of the scores", "\"linear\""},
         {"normalizer", all<Normalizers>("one of"), "", "1", "from scores to weights",
          "\"softmax\""},
         {"temperature", "\"fixed\" or \"learned\"", "\"fixed\"", "1",
          "whether T is known (the truth's) or a parameter of the fit, from 1 on", "\"learned\"",
          "normalizers without groups"},
         {"tau1", "number >= 0", "0.0", "unit of |w|", "added to |w| in the cosine", "0.1", tau},
         {"tau2", "number >= 0", "0.0", "unit of |x|", "added to |x| in the cosine", "0.1", tau},
         {"activation", all<Activations>("one of"), "", "1", "psi of the score psi(w.x) + b",
          "\"tanh\"", psi},
         power_key(psi + " with " + of_power()),
         {"rank", "whole number >= 1", "", "1", "rows of Q and K", "2", ranked},
         {"top", "whole number >= 1", "", "atoms", "how many atoms keep weight", "2", top}}};
}

KeyTable expert_keys()
{
    auto const acting =
        users<Experts>("form", [](auto member, int) { return member.uses_activation; });
    return {
        "expert",
        "The experts h_i of a model. moerate list experts, moerate list activations: the formulas.",
        {{"form", all<Experts>("one of"), "", "1", "formula of the expert", "\"ridge\""},
         {"activation", all<Activations>("one of"), "", "1", "phi of the formula", "\"relu\"",
          acting},
         power_key(acting + " with " + of_power())}};
}

} // namespace moerate
