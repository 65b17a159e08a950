#include "host/cli/counterexamples.h"

#include "host/cli/output.h"
#include "host/measure/reader.h"
#include "host/probe/noise_free.h"
#include "kernels/family/losses.h"

#include <fmt/format.h>

#include <filesystem>

namespace moerate
{
namespace
{

using nlohmann::ordered_json;

constexpr int points = 50;

/// A case of `eval`: the counterexample at inputs of its own, and f* there.
ordered_json eval_case(std::string const& name, Counterexample const& one, Device& device)
{
    NoiseFree const sample(device, one.truth, {0, 0, 0, 0}, points);
    std::vector<double> const x = sample.x.download();
    int const d = one.truth.model.d;
    ordered_json inputs = ordered_json::array();
    for (int t = 0; t < sample.n; ++t) {
        auto const begin = x.begin() + static_cast<std::ptrdiff_t>(t) * d;
        inputs.push_back(std::vector<double>(begin, begin + d));
    }
    return {{"name", name},
            {"measure", measure_to_json(one.measure)},
            {"x", inputs},
            {"y", sample.y.download()}};
}

ordered_json loss_case(std::string const& name, Counterexample const& one)
{
    ordered_json out{{"name", name},
                     {"fitted", measure_to_json(one.measure)},
                     {"true", measure_to_json(one.truth)},
                     {"loss", one.loss}};
    visit(Losses{}, find<Losses>(one.loss), [&](auto member) {
        if (member.has_r)
            out["r"] = one.r;
    });
    out["gauge"] = one.gauge == Gauge::none ? "none" : "align";
    return out;
}

} // namespace

void check_counterexamples(std::string const& folder, bool force,
                           std::vector<std::string> const& inputs)
{
    if (folder.empty())
        return;
    std::error_code reason;
    std::filesystem::create_directories(folder, reason);
    if (reason)
        throw UsageError(fmt::format("--output {}: cannot make the folder ({}) name one that you "
                                     "may write",
                                     folder, reason.message()));
    std::string const file = folder + "/eval.json";
    if (!force && std::filesystem::exists(file))
        throw UsageError(fmt::format("{} exists (it is of other counterexamples) give another "
                                     "folder, or --force to replace its files",
                                     file));
    for (auto const& entry : std::filesystem::directory_iterator(folder, reason)) {
        std::string const name = entry.path().filename().string();
        if (name == "eval.json" || name == "loss.json" || name.rfind("counterexample-", 0) == 0)
            spare_inputs(entry.path().string(), inputs);
    }
}

void write_counterexamples(std::string const& folder, bool force, Device& device,
                           std::vector<Counterexample> const& found)
{
    ordered_json evaluated = ordered_json::array(), measured = ordered_json::array();
    for (std::size_t i = 0; i < found.size(); ++i) {
        std::string const name = fmt::format("counterexample-{}", i + 1);
        write_whole(folder + "/" + name + ".json", force,
                    json_text(measure_to_json(found[i].measure)) + "\n");
        evaluated.push_back(eval_case(name, found[i], device));
        measured.push_back(loss_case(name, found[i]));
    }
    write_whole(folder + "/eval.json", force, json_text(evaluated) + "\n");
    write_whole(folder + "/loss.json", force, json_text(measured) + "\n");
}

} // namespace moerate
