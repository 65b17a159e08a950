#pragma once

/// @file
/// Compositions of the members of kernels/family that the tests walk: all of them, or few that
/// still hold every pair of members.

#include "kernels/family/activations.h"
#include "kernels/model/layout.h"
#include "tests/support/sanitized.h"

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace moerate
{

/// A gate and an expert by position in the lists.
struct Family
{
    int score = 0;
    int psi = 0; ///< activation of the score, where it has one
    bool learned = false;
    int normalizer = 0;
    int form = 0;
    int activation = 0; ///< of the expert, where it has one
};

/// Whether the score at a position has an activation of its own.
inline bool score_has_activation(int score)
{
    bool has = false;
    visit(Scores{}, score, [&](auto member) { has = member.uses_activation; });
    return has;
}

/// Whether the expert form at a position has an activation.
inline bool expert_has_activation(int form)
{
    bool has = false;
    visit(Experts{}, form, [&](auto member) { has = member.uses_activation; });
    return has;
}

/// Whether a composition exists (spec.md 1.1, 1.2): hierarchical takes linear scores at a fixed
/// temperature. A member without activation goes with the first one only.
inline bool exists(Family const& family)
{
    bool grouped = false;
    visit(Normalizers{}, family.normalizer, [&](auto member) { grouped = member.grouped; });
    bool const linear = name_of<Scores>(family.score) == "linear";
    return (!grouped || (linear && !family.learned)) &&
           (family.psi == 0 || score_has_activation(family.score)) &&
           (family.activation == 0 || expert_has_activation(family.form));
}

/// Compositions by number, from a fixed shuffle of `count`: a prime stride visits all, in an order
/// that changes every member from one to the next.
inline std::size_t shuffled(std::size_t i, std::size_t count)
{
    return i * 7919 % count;
}

/// Every composition there is.
inline std::vector<Family> every_family()
{
    std::vector<Family> families;
    for (int score = 0; score < Scores::size; ++score)
        for (int psi = 0; psi < Activations::size; ++psi)
            for (bool const learned : {false, true})
                for (int normalizer = 0; normalizer < Normalizers::size; ++normalizer)
                    for (int form = 0; form < Experts::size; ++form)
                        for (int activation = 0; activation < Activations::size; ++activation)
                            if (Family const one{score, psi, learned, normalizer, form, activation};
                                exists(one))
                                families.push_back(one);
    return families;
}

/// All compositions for a test to walk; half of them, drawn once, under sanitizers.
inline std::vector<Family> all_families()
{
    std::vector<Family> all = every_family();
    if (!sanitized)
        return all;
    std::vector<Family> half;
    for (std::size_t i = 0; i < all.size() / 2; ++i)
        half.push_back(all[shuffled(i, all.size())]);
    return half;
}

/// Compositions that hold every pair of members that some composition holds: from a fixed shuffle
/// of all, each that brings a new pair.
inline std::vector<Family> paired_families()
{
    std::vector<Family> const all = every_family();
    std::set<std::pair<int, int>> seen;
    std::vector<Family> chosen;
    for (std::size_t i = 0; i < all.size(); ++i) {
        Family const& f = all[shuffled(i, all.size())];
        int const members[] = {f.score * 10 + f.psi, 100 + (f.learned ? 1 : 0), 200 + f.normalizer,
                               300 + f.form, 400 + f.activation};
        bool fresh = false;
        for (int a = 0; a < 5; ++a)
            for (int b = a + 1; b < 5; ++b)
                fresh = seen.insert({members[a], members[b]}).second || fresh;
        if (fresh)
            chosen.push_back(f);
    }
    return chosen;
}

/// One composition for each member of each list, the rest linear scores, softmax, ridge, relu.
inline std::vector<Family> single_families()
{
    Family base;
    base.activation = find<Activations>("relu");
    std::vector<Family> families;
    auto const add = [&](int Family::*axis, int size) {
        for (int member = 0; member < size; ++member) {
            Family one = base;
            one.*axis = member;
            if (axis == &Family::form && !exists(one))
                one.activation = 0;
            families.push_back(one);
        }
    };
    add(&Family::score, Scores::size);
    add(&Family::normalizer, Normalizers::size);
    add(&Family::form, Experts::size);
    add(&Family::activation, Activations::size);
    base.score = find<Scores>("ridge");
    add(&Family::psi, Activations::size);
    base.learned = true;
    families.push_back(base);
    return families;
}

/// The names of a composition.
inline std::string name_of(Family const& family)
{
    auto const text = [](std::string_view name) { return std::string(name) + " "; };
    return text(name_of<Scores>(family.score)) + text(name_of<Activations>(family.psi)) +
           (family.learned ? "learned T " : "fixed T ") +
           text(name_of<Normalizers>(family.normalizer)) + text(name_of<Experts>(family.form)) +
           std::string(name_of<Activations>(family.activation));
}

/// A model of the composition. What only some members read has a small value of its own; groups are
/// of unequal sizes and their atoms stand mixed.
inline Model model_of(Family const& family, int d, int k)
{
    GateSpec gate;
    gate.score = family.score;
    gate.normalizer = family.normalizer;
    gate.learned_temperature = family.learned ? 1 : 0;
    gate.activation = family.psi;
    gate.power = 2;
    gate.rank = 2;
    gate.top = k < 2 ? k : 2;
    gate.tau1 = 0.1;
    gate.tau2 = 0.2;
    ExpertSpec const expert{family.form, family.activation, 3};
    bool grouped = false;
    visit(Normalizers{}, family.normalizer, [&](auto member) { grouped = member.grouped; });
    int const groups = !grouped ? 0 : k < 3 ? k : k < 6 ? 2 : 3;
    std::vector<int> group_of;
    for (int i = 0; grouped && i < k; ++i)
        group_of.push_back(i < groups ? groups - 1 - i : i * i % groups);
    return make_model(gate, expert, d, k, group_of.data(), groups, family.learned ? 1.0 : 0.8);
}

} // namespace moerate
