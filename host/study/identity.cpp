#include "host/study/identity.h"

#include "host/core/json.h"
#include "host/measure/measure_json.h"

#include <fmt/format.h>

#include <string_view>

namespace moerate
{

using nlohmann::json;

namespace
{

/// 64-bit FNV-1a.
std::uint64_t hash_of(std::string_view text)
{
    std::uint64_t hash = 14695981039346656037u;
    for (char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return hash;
}

json model_json(Model const& model)
{
    json out{{"gate", gate_to_json(model.gate)},
             {"expert", expert_to_json(model.expert)},
             {"experts", model.k},
             {"temperature", model.temperature}};
    if (model.groups > 0)
        out["group_of"] = std::vector<int>(model.group_of, model.group_of + model.k);
    return out;
}

json truth_json(Curve const& curve)
{
    TruthSpec const& truth = curve.truth;
    json out = model_json(truth.model);
    out["d"] = truth.model.d;
    if (truth.draw) {
        out["draw"] = {{"gate_variance", truth.draw->gate_variance},
                       {"expert_variance", truth.draw->expert_variance},
                       {"zero_gate", truth.draw->zero_gate},
                       {"zero", truth.draw->zero_bias ? "all" : "location"}};
        if (truth.draw->number > 1) // the first is the one of a study that has no other
            out["draw"]["number"] = truth.draw->number;
    } else {
        out["theta"] = truth.theta;
    }
    return out;
}

/// Where a truth goes with n. Its streams do not depend on it: paths of other ends and exponents
/// are compared on the same inputs and noise.
json path_json(TruthPath const& path)
{
    return {{"to", path.to}, {"scale", path.scale}, {"exponent", path.exponent}};
}

/// Only what the start depends on: noise for "near", extra atoms where there are some.
json start_json(Curve const& curve)
{
    StartSpec const& start = curve.start;
    char const* const kinds[] = {"near", "truth", "target"};
    json out{{"kind", kinds[static_cast<int>(start.kind)]},
             {"starts", start.number.count},
             {"blind", start.number.blind}};
    if (start.kind == StartKind::near) {
        out["scale"] = start.scale;
        out["exponent"] = start.exponent;
    }
    if (curve.model.k > curve.truth.model.k) {
        out["extra"] = start.extra.empty() ? json("random") : json(start.extra);
        out["split"] = start.split == Split::share ? "share" : "null";
    }
    return out;
}

json estimator_json(Estimator const& estimator)
{
    json out = estimator.settings();
    out["kind"] = estimator.name();
    return out;
}

json search_json(Study const& study)
{
    return {
        {"kind", "projection"}, {"samples", study.search.samples}, {"starts", study.search.starts}};
}

json curve_json(Study const& study, Curve const& curve)
{
    json out{{"seed", study.seed},
             {"nested", study.nested},
             {"regression_samples",
              study.regression_precision > 0 ? json("auto") : json(study.regression_samples)},
             {"noise_variance", curve.noise_variance},
             {"truth", truth_json(curve)},
             {"model", model_json(curve.model)},
             {"start", start_json(curve)},
             {"estimator", estimator_json(*curve.estimator)}};
    if (curve.target != Target::truth)
        out["target"] = search_json(study);
    if (curve.truth.path)
        out["truth"]["path"] = path_json(*curve.truth.path);
    if (!curve.streams.empty())
        out["streams"] = read_compact(curve.streams);
    return out;
}

StreamKey key_of_truth(Study const& study, json const& truth)
{
    std::uint64_t const hash = hash_of(compact_json(json{{"seed", study.seed}, {"truth", truth}}));
    StreamKey key;
    key.key0 = static_cast<std::uint32_t>(hash);
    key.key1 = static_cast<std::uint32_t>(hash >> 32);
    return key;
}

} // namespace

std::string canonical_curve(Study const& study, Curve const& curve)
{
    return compact_json(curve_json(study, curve));
}

std::string canonical_truth(Curve const& curve)
{
    return compact_json(truth_json(curve));
}

std::string cell_id(Study const& study, Curve const& curve, int n)
{
    json cell = curve_json(study, curve);
    cell["n"] = n;
    return fmt::format("{:016x}", hash_of(compact_json(cell)));
}

std::string canonical_target(Study const& study, Curve const& curve)
{
    json out = search_json(study);
    out["seed"] = study.seed;
    out["truth"] = truth_json(curve);
    out["model"] = model_json(curve.model);
    json const settings = curve.estimator->settings();
    for (char const* key : {"box", "box_temperature", "box_lambda"})
        if (settings.contains(key))
            out[key] = settings[key];
    return compact_json(out);
}

std::string target_id(Study const& study, Curve const& curve)
{
    return fmt::format("{:016x}", hash_of(canonical_target(study, curve)));
}

StreamKey truth_key(Study const& study, Curve const& curve)
{
    return key_of_truth(study, truth_json(curve));
}

StreamKey moved_truth_key(Study const& study, Curve const& curve, int n)
{
    if (!curve.truth.path)
        return truth_key(study, curve);
    json moved = truth_json(curve);
    moved["path"] = path_json(*curve.truth.path);
    moved["n"] = n;
    return key_of_truth(study, moved);
}

StreamKey streams_key(Study const& study, Curve const& curve)
{
    return curve.streams.empty() ? truth_key(study, curve)
                                 : key_of_truth(study, read_compact(curve.streams));
}

StreamKey data_key(Study const& study, Curve const& curve, int n, int replicate)
{
    StreamKey key = streams_key(study, curve);
    key.replicate = static_cast<std::uint32_t>(replicate);
    key.n = study.nested ? 0u : static_cast<std::uint32_t>(n);
    return key;
}

} // namespace moerate
