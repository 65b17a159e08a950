#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/measure/sections.h"
#include "kernels/family/activations.h"
#include "kernels/family/normalizers.h"
#include "kernels/model/layout.h"

namespace moerate
{
namespace
{

using nlohmann::ordered_json;

/// One row of a block as JSON.
ordered_json row_json(Nesting nesting, double const* value)
{
    if (nesting.rows == 0)
        return *value;
    ordered_json list = ordered_json::array();
    for (int i = 0; i < nesting.rows; ++i)
        list.push_back(nesting.columns == 0
                           ? ordered_json(value[i])
                           : row_json({nesting.columns, 0}, value + i * nesting.columns));
    return list;
}

/// Row `row` of every block of `section` as one object.
ordered_json blocks_json(Model const& model, std::vector<double> const& theta, Section section,
                         int row)
{
    ordered_json object = ordered_json::object();
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        if (section_of(block) == section)
            object[block.name] =
                row_json(nesting_of(model, block), theta.data() + block.offset + row * block.width);
    }
    return object;
}

} // namespace

ordered_json gate_to_json(GateSpec const& gate)
{
    GateKeys const keys = keys_of(gate);
    ordered_json out{{"score", name_of<Scores>(gate.score)},
                     {"normalizer", name_of<Normalizers>(gate.normalizer)},
                     {"temperature", gate.learned_temperature != 0 ? "learned" : "fixed"}};
    if (keys.tau) {
        out["tau1"] = gate.tau1;
        out["tau2"] = gate.tau2;
    }
    if (keys.activation)
        out["activation"] = name_of<Activations>(gate.activation);
    if (keys.power)
        out["power"] = gate.power;
    if (keys.rank)
        out["rank"] = gate.rank;
    if (keys.top)
        out["top"] = gate.top;
    return out;
}

ordered_json expert_to_json(ExpertSpec const& expert)
{
    ExpertKeys const keys = keys_of(expert);
    ordered_json out{{"form", name_of<Experts>(expert.form)}};
    if (keys.activation)
        out["activation"] = name_of<Activations>(expert.activation);
    if (keys.power)
        out["power"] = expert.power;
    return out;
}

ordered_json parameters_to_json(Model const& model, std::vector<double> const& theta)
{
    ordered_json out = ordered_json::object();
    for (int b = 0; b < model.layout.blocks; ++b)
        if (section_of(model.layout.block[b]) == Section::temperature)
            out["temperature"] = theta[std::size_t(model.layout.block[b].offset)];
    if (has_section(model.layout, Section::shared))
        out["shared"] = blocks_json(model, theta, Section::shared, 0);
    if (has_section(model.layout, Section::group))
        for (int g = 0; g < model.groups; ++g)
            out["groups"].push_back(blocks_json(model, theta, Section::group, g));
    for (int i = 0; i < model.k; ++i)
        out["atoms"].push_back({{"gate", blocks_json(model, theta, Section::gate, i)},
                                {"expert", blocks_json(model, theta, Section::expert, i)}});
    return out;
}

ordered_json measure_to_json(Measure const& measure)
{
    Model const& model = measure.model;
    ordered_json out{{"d", model.d},
                     {"gate", gate_to_json(model.gate)},
                     {"expert", expert_to_json(model.expert)}};
    if (model.gate.learned_temperature == 0 && model.temperature != 1.0)
        out["temperature"] = model.temperature;
    out.update(parameters_to_json(model, measure.theta));
    for (int i = 0; i < model.k && model.groups > 0; ++i)
        out["atoms"][std::size_t(i)]["gate"]["group"] = model.group_of[i];
    return out;
}

} // namespace moerate
