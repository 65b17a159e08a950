#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/study/readers.h"

#include <fmt/format.h>

#include <algorithm>
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

namespace
{

TruthDraw read_draw(Reader reader, Reader& truth, int k)
{
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
    json const* inlined = reader.find("measure");
    if (inlined != nullptr)
        return measure_from_json(*inlined,
                                 reader.source().place(reader.at("measure")) + ": truth.measure");
    Reader unrecorded = reader; // the resolved text holds the measure in place of the file
    file = unrecorded.text("file");
    std::string const path = (std::filesystem::path(folder) / file).string();
    json document;
    try {
        document = json::parse(read_whole_file(path, "mixing measure"));
    } catch (json::exception const& error) {
        reader.fail("file",
                    fmt::format("= \"{}\" is not JSON ({}) mend the file", file, error.what()));
    } catch (UsageError const& error) {
        reader.fail("file", fmt::format("= \"{}\" is not usable: {}", file, error.what()));
    }
    return measure_from_json(document, path);
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
    if (reader.has("experts"))
        agree(reader, "experts", reader.integer("experts", at_least(1)), measure.model.k);
    if (reader.has("temperature"))
        agree(reader, "temperature", reader.number("temperature", above(0)),
              measure.model.temperature);
    reader.record("measure", measure_to_json(measure));
    return truth;
}

TruthSpec drawn_truth(Reader& reader, int d)
{
    TruthSpec truth;
    int const k = reader.integer("experts", between(1, largest_size));
    GateSpec const gate = read_gate(reader.table("gate"));
    ExpertSpec const expert = read_expert(reader.table("expert"));
    reader.record("gate", gate_to_json(gate));
    reader.record("expert", expert_to_json(expert));
    double const temperature = reader.number("temperature", above(0), 1.0);
    truth.model = sized_model(gate, expert, d, k, temperature,
                              reader.source().place(reader.at("experts")) + ": the truth");
    truth.draw = read_draw(reader.table("draw"), reader, k);
    return truth;
}

} // namespace

void read_data(Reader& reader, Setting& setting)
{
    setting.d = reader.integer("d", between(1, largest_size));
    setting.noise_variance = reader.number("noise_variance", at_least(0));
    reader.finish();
}

TruthSpec read_truth(Reader& reader, int d, std::string const& folder)
{
    int const ways = reader.has("draw") + reader.has("file") + reader.has("measure");
    if (ways != 1)
        throw UsageError(fmt::format("{}: truth has {} draw, file, measure (the truth is either "
                                     "drawn or given) keep exactly one of them",
                                     reader.source().place(reader.at("draw")),
                                     ways == 0 ? "none of" : "more than one of"));
    reader.refuse("groups", "no normalizer of this build has groups; use experts");
    TruthSpec truth =
        reader.has("draw") ? drawn_truth(reader, d) : measured_truth(reader, d, folder);
    reader.finish();
    if (truth.model.gate.learned_temperature != 0)
        reader.fail("gate", "has temperature = \"learned\" (a learned temperature is not available "
                            "yet) use \"fixed\"");
    return truth;
}

} // namespace moerate
