#include "host/measure/families.h"
#include "host/study/readers.h"
#include "kernels/family/normalizers.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{

using nlohmann::json;

namespace
{

/// groups = [experts of each group].
std::vector<int> read_group_sizes(Reader& reader)
{
    json const* list = reader.find("groups");
    if (list == nullptr)
        reader.missing("groups");
    std::vector<int> sizes;
    if (!list->is_array() || list->empty() || list->size() > std::size_t(Model::max_grouped))
        reader.fail("groups", fmt::format("= {} is not a list of 1 to {} numbers (experts of each "
                                          "group) write e.g. [4, 4]",
                                          shown(*list), Model::max_grouped));
    for (json const& size : *list) {
        if (!size.is_number_integer() || size < 1 || size > Model::max_grouped)
            reader.fail("groups", fmt::format("holds {} (a group has from 1 to {} experts)",
                                              shown(size), Model::max_grouped));
        sizes.push_back(size.get<int>());
    }
    reader.record("groups", sizes);
    return sizes;
}

/// Atoms of each group.
std::vector<int> group_sizes(Atoms const& atoms)
{
    std::vector<int> sizes(std::size_t(atoms.groups));
    for (int group : atoms.group_of)
        ++sizes[std::size_t(group)];
    return sizes;
}

} // namespace

std::vector<int> read_atoms_list(Reader& reader, std::string const& key, int largest)
{
    json const& list = *reader.find(key);
    std::vector<int> atoms;
    if (!list.is_array())
        reader.fail(key, fmt::format("= {} is {} (true atoms are a list) write e.g. [{}]",
                                     shown(list), kind_of(list), largest));
    for (json const& value : list) {
        if (!value.is_number_integer() || value < 1 || value > largest)
            reader.fail(key, fmt::format("holds {} (true atoms are counted from 1 to {})",
                                         shown(value), largest));
        atoms.push_back(value.get<int>());
    }
    std::sort(atoms.begin(), atoms.end());
    if (std::adjacent_find(atoms.begin(), atoms.end()) != atoms.end())
        reader.fail(key, fmt::format("= {} names an atom twice (once is enough) drop the repeat",
                                     shown(list)));
    reader.record(key, atoms);
    return atoms;
}

std::vector<Key> atom_keys()
{
    std::string grouping;
    for_each(Normalizers{}, [&](auto member, int) {
        if (member.grouped)
            grouping += (grouping.empty() ? "" : ", ") + std::string(member.name);
    });
    return {{"experts", "whole number >= 1", "", "atoms",
             "number of atoms, each a gate's share and an expert; a fit has at least the truth's",
             "9", "normalizers without groups"},
            {"groups", "list of whole numbers >= 1", "", "atoms", "number of atoms of each group",
             "[4, 4]", "normalizer " + grouping}};
}

Atoms read_atoms(Reader& reader, GateSpec const& gate)
{
    std::string_view const normalizer = name_of<Normalizers>(gate.normalizer);
    char const* const unused = grouped(gate) ? "experts" : "groups";
    reader.refuse(
        unused,
        grouped(gate)
            ? fmt::format("the normalizer \"{}\" counts experts by group; use groups", normalizer)
            : fmt::format("the normalizer \"{}\" has no groups; use experts", normalizer));
    if (reader.own(unused))
        reader.finish(unused);
    Atoms atoms;
    if (!grouped(gate)) {
        atoms.k = reader.integer("experts", between(1, largest_size));
        return atoms;
    }
    for (int size : read_group_sizes(reader)) {
        atoms.group_of.insert(atoms.group_of.end(), std::size_t(size), atoms.groups++);
        atoms.k += size;
    }
    return atoms;
}

Atoms read_fitted_atoms(Reader& reader, GateSpec const& gate, Atoms const& truth)
{
    Atoms const given = read_atoms(reader, gate);
    if (given.groups == 0) {
        if (given.k < truth.k)
            reader.fail("experts",
                        fmt::format("= {} is less than the truth's {} (a fit needs at least as "
                                    "many atoms, k >= k*) raise it to {} or more",
                                    given.k, truth.k, truth.k));
        return given;
    }
    if (given.groups != truth.groups)
        reader.fail("groups",
                    fmt::format("has {} groups, the truth has {} (the number of groups is "
                                "known to a fit: a further one has no true group to "
                                "start at) give {} numbers",
                                given.groups, truth.groups, truth.groups));
    std::vector<int> const sizes = group_sizes(given), true_sizes = group_sizes(truth);
    Atoms atoms = truth;
    atoms.k = given.k;
    for (std::size_t g = 0; g < sizes.size(); ++g) {
        if (sizes[g] < true_sizes[g])
            reader.fail("groups", fmt::format("gives group {} {} atoms, the truth has {} there (a "
                                              "fit needs at least as many) raise it",
                                              g + 1, sizes[g], true_sizes[g]));
        atoms.group_of.insert(atoms.group_of.end(), std::size_t(sizes[g] - true_sizes[g]), int(g));
    }
    return atoms;
}

json counts_json(Atoms const& atoms)
{
    return atoms.groups > 0 ? json(group_sizes(atoms)) : json(atoms.k);
}

} // namespace moerate
