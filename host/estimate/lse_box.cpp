#include "host/estimate/lse_box.h"

#include "kernels/family/experts.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"
#include "kernels/lse/centre.h"
#include "kernels/lse/coordinates.h"
#include "kernels/spec/lookup.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <set>

namespace moerate
{

using nlohmann::json;

namespace
{

/// B of a block that none is named for.
constexpr double usual_most = 10;

/// The parts of a model whose blocks may be named apart, as gate and expert share the name b.
std::array<char const*, 2> const parts = {"gate", "expert"};

char const* part_of(Block const& block)
{
    return parts[of_expert(block.role) ? 1 : 0];
}

/// Names of all blocks that a table may have: T and lambda have keys of their own. `part`: of the
/// gate or the experts alone; null: all.
std::vector<std::string> block_names(char const* part)
{
    std::set<std::string> names;
    auto const add = [&](auto const& list) {
        for_each(list, [&](auto member, int) {
            for (Parameter const& parameter : member.parameters)
                if (parameter.role != Role::expert_scale &&
                    (part == nullptr || part == parts[of_expert(parameter.role) ? 1 : 0]))
                    names.insert(parameter.name);
        });
    };
    add(Scores{});
    add(Normalizers{});
    add(Experts{});
    return {names.begin(), names.end()};
}

/// The same as keys; those of all blocks have the parts' tables beside them.
KeyTable block_keys(char const* part)
{
    KeyTable table{"box", "", {}};
    for (std::string const& name : block_names(part))
        table.keys.emplace_back(name.c_str());
    for (char const* name : parts)
        if (part == nullptr)
            table.keys.emplace_back(name);
    return table;
}

} // namespace

void Box::read_blocks(Reader& table, char const* part)
{
    table.documented(block_keys(part));
    std::string const prefix = part == nullptr ? "" : std::string(part) + ".";
    for (std::string const& name : block_names(part))
        if (table.has(name))
            blocks_[prefix + name] = table.number(name, above(0));
    for (char const* name : parts)
        if (part == nullptr && table.has(name)) {
            Reader own = table.table(name);
            read_blocks(own, name);
            table.record(name, own.resolved());
        }
    table.finish();
}

Box::Box(Reader& reader)
{
    json const* const value = reader.find("box");
    if (value != nullptr && value->is_object()) {
        Reader table = reader.table("box");
        read_blocks(table, nullptr);
        reader.record("box", table.resolved());
    } else {
        most_ = reader.number("box", above(0), usual_most);
    }
    temperature_ = reader.number("box_temperature", at_least(1), usual_most);
    lambda_ = reader.number("box_lambda", above(0), most_);
}

std::string Box::text() const
{
    std::string text = fmt::format("|theta| <= {}", most_);
    for (auto const& [name, most] : blocks_)
        text += fmt::format(", |{}| <= {}", name, most);
    if (lambda_ != most_)
        text += fmt::format(", |lambda| <= {}", lambda_);
    return text + fmt::format(", a learned T in [1/{0}, {0}]", temperature_);
}

json Box::settings() const
{
    json box = blocks_.empty() ? json(most_) : json::object();
    for (auto const& [name, most] : blocks_) {
        std::size_t const dot = name.find('.');
        if (dot == std::string::npos)
            box[name] = most;
        else
            box[name.substr(0, dot)][name.substr(dot + 1)] = most;
    }
    return {{"box", std::move(box)}, {"box_temperature", temperature_}, {"box_lambda", lambda_}};
}

double Box::most(Block const& block) const
{
    if (block.role == Role::temperature)
        return temperature_;
    if (block.role == Role::expert_scale)
        return lambda_;
    for (std::string const& name :
         {std::string(part_of(block)) + "." + block.name, std::string(block.name)})
        if (auto const own = blocks_.find(name); own != blocks_.end())
            return own->second;
    return most_;
}

Box::Bounds Box::bounds(Model const& model) const
{
    Bounds bounds;
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        double const upper = most(block);
        double const lower = block.role == Role::temperature ? 1 / upper : -upper;
        std::size_t const end =
            bounds.lower.size() + static_cast<std::size_t>(block.rows) *
                                      static_cast<std::size_t>(coordinate_width(model, block));
        bounds.lower.resize(end, lower);
        bounds.upper.resize(end, upper);
    }
    return bounds;
}

std::string Box::outside(Model const& model, std::vector<double> const& theta) const
{
    Bounds const all = bounds(model);
    std::vector<double> z(all.lower.size());
    gather_coordinates(SerialLanes{}, model, theta.data(), z.data());
    // In the box itself nothing is shifted out of it; here all is, to where it needs least room.
    double const infinite = std::numeric_limits<double>::infinity();
    std::vector<double> const below(z.size(), -infinite), above(z.size(), infinite);
    centre(SerialLanes{}, model, below.data(), above.data(), z.data());
    std::string text;
    double furthest = 1;
    std::size_t i = 0;
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        int const count = block.rows * coordinate_width(model, block);
        for (int at = 0; at < count; ++at, ++i) {
            bool const low = z[i] < all.lower[i];
            double const bound = low ? all.lower[i] : all.upper[i];
            // T alone has a lower bound above 0
            double const share = low && bound > 0 ? bound / z[i] : z[i] / bound;
            if (!(share > furthest))
                continue;
            furthest = share;
            std::string const row =
                block.rows == 1 ? ""
                : block.rows == model.k
                    ? fmt::format(" of atom {}", at / (count / block.rows) + 1)
                    : fmt::format(" of group {}", at / (count / block.rows) + 1);
            text = fmt::format("{}.{} = {:.3g}{} where the box ends at {:.3g}", part_of(block),
                               block.name, z[i], row, bound);
        }
    }
    return text;
}

} // namespace moerate
