#include "host/cli/commands.h"

#include "host/cli/output.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/losses.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/optimizers.h"
#include "kernels/family/scores.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

struct Member
{
    std::string name, formula, source;
};

struct Axis
{
    std::string name;
    std::vector<Member> members;
};

template <class List>
Axis axis_of(std::string const& name)
{
    Axis axis{name, {}};
    for_each(List{}, [&](auto member, int) {
        axis.members.push_back(
            {std::string(member.name), std::string(member.formula), std::string(member.source)});
    });
    return axis;
}

std::vector<Axis> axes()
{
    return {axis_of<Scores>("scores"),   axis_of<Normalizers>("normalizers"),
            axis_of<Experts>("experts"), axis_of<Activations>("activations"),
            axis_of<Losses>("losses"),   axis_of<Optimizers>("optimizers")};
}

} // namespace

std::vector<std::string> axis_names()
{
    std::vector<std::string> names;
    for (Axis const& axis : axes())
        names.push_back(axis.name);
    return names;
}

int list_command(std::string const& only, CommonOptions const& common)
{
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    for (Axis const& axis : axes()) {
        if (!only.empty() && axis.name != only)
            continue;
        if (!common.json)
            fmt::print("{}\n", axis.name);
        for (Member const& member : axis.members) {
            document[axis.name].push_back(
                {{"name", member.name}, {"formula", member.formula}, {"source", member.source}});
            if (!common.json)
                fmt::print("  {:<12} {}  [{}]\n", member.name, member.formula, member.source);
        }
    }
    if (common.json)
        print_json(document);
    return 0;
}

} // namespace moerate
