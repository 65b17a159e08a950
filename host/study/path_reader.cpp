#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/study/readers.h"

#include <fmt/format.h>

namespace moerate
{

using nlohmann::json;

namespace
{

/// The measure that the path leads to.
Measure read_end(Reader& reader, std::string const& folder, TruthPath& path)
{
    json const* const to = reader.find("to");
    if (to == nullptr)
        reader.missing("to");
    if (to->is_object())
        return read_inline_measure(reader, "truth.path", "to", *to);
    Reader unrecorded = reader; // the resolved text holds the measure in place of the file
    path.file = unrecorded.text("to");
    return read_measure_file(reader, "to", path.file, folder);
}

/// Refuses an end whose parameters are not those of the base, one by one.
void check_end(Reader const& reader, Model const& end, Model const& base)
{
    auto const differ = [&](char const* what, nlohmann::ordered_json const& its,
                            nlohmann::ordered_json const& bases) {
        if (its != bases)
            reader.fail("to", fmt::format("is a measure with {} {} (the truth has {}, and a path "
                                          "goes from parameter to parameter) give it the same",
                                          what, shown(its), shown(bases)));
    };
    differ("d =", end.d, base.d);
    differ("the gate", gate_to_json(end.gate), gate_to_json(base.gate));
    differ("the expert", expert_to_json(end.expert), expert_to_json(base.expert));
    differ(end.groups > 0 ? "groups =" : "experts =", counts_json(atoms_of(end)),
           counts_json(atoms_of(base)));
    if (end.gate.learned_temperature == 0)
        differ("temperature", end.temperature, base.temperature);
}

} // namespace

KeyTable path_keys()
{
    return {
        "truth.path",
        "A truth that moves with n: theta*(n) = base + scale n^exponent (to - base), parameter by "
        "parameter, where base is what draw, file or measure gives. Slower than any rate is a "
        "claim "
        "on the worst truth for each n, which no truth that stays shows; a path follows it. "
        "Starts, "
        "losses and errors at n are those of the truth at n.",
        {{"to", "text or table", "", "1",
          "mixing measure that the path leads to, of the same families and sizes: a JSON file "
          "beside the experiment file, or the measure inline",
          "\"other.json\""},
         {"scale", "number", "1.0", "1", "how far along at n = 1", "0.5"},
         {"exponent", "number", "0.0", "1",
          "power of n; 0 stays at one point, -0.25 comes back to the base as n^-1/4", "-0.25"}}};
}

std::optional<TruthPath> read_path(Reader& truth, Model const& model, std::string const& folder)
{
    if (!truth.has("path"))
        return std::nullopt;
    Reader reader = truth.table("path");
    reader.documented(path_keys());
    TruthPath path;
    Measure const end = read_end(reader, folder, path);
    check_end(reader, end.model, model);
    path.to = end.theta;
    reader.record("to", measure_to_json(end));
    path.scale = reader.number("scale", any_number, 1.0);
    path.exponent = reader.number("exponent", any_number, 0.0);
    reader.finish();
    truth.record("path", reader.resolved());
    return path;
}

} // namespace moerate
