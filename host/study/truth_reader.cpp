#include "host/core/json.h"
#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/study/identity.h"
#include "host/study/readers.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace moerate
{

using nlohmann::json;

std::string read_whole_file(std::string const& file, std::string const& what)
{
    std::error_code error;
    if (std::filesystem::is_directory(file, error))
        throw UsageError(
            fmt::format("{}: is a folder (the {} is a file) name a file in it", file, what));
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (stream)
        text << stream.rdbuf();
    if (!stream || stream.bad())
        throw UsageError(fmt::format("{}: cannot read the {} ({}) check the path", file, what,
                                     std::strerror(errno)));
    return text.str();
}

namespace
{

TruthDraw read_draw(Reader reader, Reader& truth, int k)
{
    reader.documented(draw_keys());
    TruthDraw draw;
    draw.gate_variance = reader.number("gate_variance", at_least(0));
    draw.expert_variance = reader.number("expert_variance", at_least(0));
    if (reader.has("zero_gate"))
        draw.zero_gate = read_atoms_list(reader, "zero_gate", k);
    else
        reader.record("zero_gate", json::array());
    draw.zero_bias = reader.word("zero", "way of zeroing", {"all", "location"}, "all") == 0;
    reader.finish();
    truth.record("draw", reader.resolved());
    return draw;
}

/// The measure of truth.file or truth.measure.
Measure read_measure(Reader& reader, std::string const& folder, std::string& file)
{
    if (json const* const inlined = reader.find("measure"))
        return read_inline_measure(reader, "truth", "measure", *inlined);
    Reader unrecorded = reader; // the resolved text holds the measure in place of the file
    file = unrecorded.text("file");
    return read_measure_file(reader, "file", file, folder);
}

/// Refuses a given key that says something else than the measure.
void agree(Reader& reader, std::string const& key, nlohmann::ordered_json const& given,
           nlohmann::ordered_json const& measured)
{
    if (given != measured)
        reader.fail(key, fmt::format("= {} differs from the measure's {} (the measure has its own) "
                                     "remove the key",
                                     shown(given), shown(measured)));
}

TruthSpec measured_truth(Reader& reader, int d, std::string const& folder)
{
    TruthSpec truth;
    Measure const measure = read_measure(reader, folder, truth.file);
    truth.model = measure.model;
    truth.theta = measure.theta;
    std::string const key = truth.file.empty() ? "measure" : "file";
    if (measure.model.d != d)
        reader.fail(key, fmt::format("holds a measure of dimension {} (data.d is {}) make them "
                                     "equal",
                                     measure.model.d, d));
    if (reader.has("gate"))
        agree(reader, "gate", gate_to_json(read_gate(reader.table("gate"))),
              gate_to_json(measure.model.gate));
    if (reader.has("expert"))
        agree(reader, "expert", expert_to_json(read_expert(reader.table("expert"))),
              expert_to_json(measure.model.expert));
    if (reader.has("experts") || reader.has("groups")) {
        Atoms const atoms = read_atoms(reader, measure.model.gate);
        char const* const counted = atoms.groups > 0 ? "groups" : "experts";
        agree(reader, counted, counts_json(atoms), counts_json(atoms_of(measure.model)));
    }
    if (reader.has("temperature"))
        agree(reader, "temperature", reader.number("temperature", above(0)),
              measure.model.temperature);
    reader.record("measure", measure_to_json(measure));
    return truth;
}

TruthSpec drawn_truth(Reader& reader, int d)
{
    TruthSpec truth;
    GateSpec const gate = read_gate(reader.table("gate"));
    Atoms const atoms = read_atoms(reader, gate);
    ExpertSpec const expert = read_expert(reader.table("expert"));
    reader.record("gate", gate_to_json(gate));
    reader.record("expert", expert_to_json(expert));
    double const temperature = reader.number("temperature", above(0), 1.0);
    truth.model = sized_model(
        gate, expert, d, atoms, temperature,
        reader.source().place(reader.at(atoms.groups > 0 ? "groups" : "experts")) + ": the truth");
    truth.draw = read_draw(reader.table("draw"), reader, atoms.k);
    return truth;
}

} // namespace

Measure read_inline_measure(Reader const& reader, std::string const& table, std::string const& key,
                            json measure)
{
    if (measure.is_object())
        measure.erase("name"); // of named_measure
    return measure_from_json(
        measure, fmt::format("{}: {}.{}", reader.source().place(reader.at(key)), table, key));
}

Measure read_measure_file(Reader const& reader, std::string const& key, std::string const& file,
                          std::string const& folder)
{
    std::string const path = (std::filesystem::path(folder) / file).string();
    std::string text;
    try {
        text = read_whole_file(path, "mixing measure");
        parse_json(text, path);
    } catch (UsageError const& error) {
        reader.fail(key, fmt::format("= \"{}\" is not usable: {}", file, error.what()));
    }
    return measure_from_text(text, path);
}

json named_measure(std::string const& folder, std::string const& file)
{
    std::string const path = (std::filesystem::path(folder) / file).string();
    json measure =
        measure_to_json(measure_from_text(read_whole_file(path, "mixing measure"), path));
    measure["name"] = file;
    return measure;
}

KeyTable data_keys()
{
    return {"[data]",
            "The law of the data: x ~ Uniform([-1, 1]^d), independent components; y = f*(x) + e, "
            "where f* "
            "is the truth's regression function and e ~ N(0, noise_variance), independent of x. "
            "All fits "
            "of a study see the same x and e at a given n and replicate.",
            {{"d", "whole number >= 1", "", "1", "dimension of x", "32"},
             {"noise_variance", "number >= 0", "", "variance of y",
              "variance of e (not its standard deviation)", "0.01"}}};
}

KeyTable truth_keys()
{
    KeyTable table{
        "[truth]",
        "The true mixture f*(x) = sum_i g_i(x) h_i(x): its families, and its parameters, which are "
        "either "
        "drawn once from the seed (draw) or given (file, or measure inline).",
        {{"gate", "table, see gate", "", "1", "gate g of the truth; not with file or measure",
          "{ score = \"linear\", normalizer = \"softmax\" }"},
         {"expert", "table, see expert", "", "1",
          "experts h of the truth; not with file or measure",
          "{ form = \"ridge\", activation = \"relu\" }"},
         {"temperature", "number > 0", "1.0", "1",
          "T of the scores s/T, whether a fit has it fixed or learns it", "0.5"},
         {"draw", "table, see truth.draw", "(or file)", "1", "draw the parameters from the seed",
          "{ gate_variance = 0.01, expert_variance = 0.1 }"},
         {"file", "text", "(or draw)", "1",
          "JSON file of a mixing measure, looked up beside the experiment file", "\"truth.json\""},
         {"path", "table, see truth.path", "(stays)", "1", "move the truth with n",
          "{ to = \"other.json\", scale = 1.0, exponent = -0.25 }"},
         {"measure", "table", "(or draw)", "1",
          "the same measure inline: what check and the store have in place of file", ""}}};
    table.keys[6].example =
        "{ d = 1, gate = { score = \"linear\", normalizer = \"sigmoid\" }, expert "
        "= { form = \"constant\" }, atoms = [{ gate = { w = [1.0], b = 0.0 }, expert "
        "= { b = 1.0 } }] }";
    for (Key& key : atom_keys())
        table.keys.push_back(std::move(key));
    return table;
}

KeyTable draw_keys()
{
    return {
        "truth.draw",
        "Parameters of a drawn truth: independent N(0, variance), from a random stream of "
        "study.seed and all that [truth] says. Another value of any of its keys (experts, a "
        "variance, a temperature, the gate) is another draw of all parameters; what is to stay the "
        "same truth is given as truth.file or truth.measure.",
        {{"gate_variance", "number >= 0", "", "variance",
          "variance of every gate parameter (weights and bias alike)", "0.01"},
         {"expert_variance", "number >= 0", "", "variance", "variance of every expert parameter",
          "0.03125"},
         {"zero_gate", "list of atoms, counted from 1", "[]", "atoms",
          "atoms whose gate parameters are 0 instead", "[8]"},
         {"zero", "\"all\" or \"location\"", "\"all\"", "1",
          "what zero_gate sets to 0: all gate parameters, or all but the bias b", "\"location\""}}};
}

void read_data(Reader& reader, Setting& setting)
{
    reader.documented(data_keys());
    setting.d = reader.integer("d", between(1, largest_size));
    setting.noise_variance = reader.number("noise_variance", at_least(0));
    reader.finish();
}

TruthSpec read_truth(Reader& reader, int d, std::string const& folder)
{
    reader.documented(truth_keys());
    int const ways = reader.has("draw") + reader.has("file") + reader.has("measure");
    if (ways != 1)
        throw UsageError(fmt::format("{}: {} has {} draw, file, measure (the truth is either drawn "
                                     "or given) {} one of them",
                                     reader.source().place(reader.at("draw")),
                                     reader.source().name(reader.at("draw").parent_pointer()),
                                     ways == 0 ? "none of" : "more than one of",
                                     ways == 0 ? "give exactly" : "keep exactly"));
    TruthSpec truth =
        reader.has("draw") ? drawn_truth(reader, d) : measured_truth(reader, d, folder);
    truth.path = read_path(reader, truth.model, folder);
    reader.finish();
    return truth;
}

void read_own_truth(Reader& fit, Setting& setting, std::string const& folder)
{
    if (!fit.has("truth"))
        return;
    Curve shared;
    shared.truth = setting.truth;
    setting.streams = canonical_truth(shared);
    Reader own = fit.table("truth");
    setting.truth = read_truth(own, setting.d, folder);
    fit.record("truth", own.resolved());
}

} // namespace moerate
