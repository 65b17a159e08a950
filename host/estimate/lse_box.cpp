#include "host/estimate/lse_box.h"

#include "kernels/family/experts.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"
#include "kernels/lse/coordinates.h"

#include <fmt/format.h>

#include <set>

namespace moerate
{

using nlohmann::json;

namespace
{

/// B of a block that none is named for.
constexpr double usual_most = 10;

/// Names of all blocks that a table may have: T and lambda have keys of their own.
std::vector<std::string> block_names()
{
    std::set<std::string> names;
    auto const add = [&](auto const& list) {
        for_each(list, [&](auto member, int) {
            for (Parameter const& parameter : member.parameters)
                if (parameter.role != Role::expert_scale)
                    names.insert(parameter.name);
        });
    };
    add(Scores{});
    add(Normalizers{});
    add(Experts{});
    return {names.begin(), names.end()};
}

/// The same as keys.
KeyTable block_keys()
{
    KeyTable table{"box", "", {}};
    for (std::string const& name : block_names())
        table.keys.emplace_back(name.c_str());
    return table;
}

} // namespace

Box::Box(Reader& reader)
{
    json const* const value = reader.find("box");
    if (value != nullptr && value->is_object()) {
        Reader table = reader.table("box");
        table.documented(block_keys());
        for (std::string const& name : block_names())
            if (table.has(name))
                blocks_[name] = table.number(name, above(0));
        table.finish();
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
    return {{"box", blocks_.empty() ? json(most_) : json(blocks_)},
            {"box_temperature", temperature_},
            {"box_lambda", lambda_}};
}

double Box::most(Block const& block) const
{
    if (block.role == Role::temperature)
        return temperature_;
    if (block.role == Role::expert_scale)
        return lambda_;
    auto const own = blocks_.find(block.name);
    return own == blocks_.end() ? most_ : own->second;
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

} // namespace moerate
