#include "host/measure/measure_json.h"

#include "host/core/json.h"
#include "host/core/json_place.h"
#include "host/measure/families.h"
#include "host/measure/sections.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace moerate
{
namespace
{

using nlohmann::json;

/// A JSON document: every message starts with what the caller calls it, and with line and column
/// where it has the text; names are paths.
class JsonSource : public Source
{
public:
    explicit JsonSource(std::string where, std::string const* text = nullptr)
        : where_(std::move(where)), text_(text)
    {}
    std::string place(Pointer const& at) const override
    {
        return text_ == nullptr ? where_ : where_ + ":" + place_in_json(*text_, at);
    }

    std::string name(Pointer const& at) const override
    {
        std::string path;
        for (Pointer rest = at; !rest.empty(); rest = rest.parent_pointer()) {
            std::string const& step = rest.back();
            bool const index = step.find_first_not_of("0123456789") == std::string::npos;
            std::string const joint = path.empty() || path.front() == '[' ? "" : ".";
            path = (index ? "[" + step + "]" : step) + joint + path;
        }
        return path;
    }

private:
    std::string where_;
    std::string const* text_; ///< null: not known
};

[[noreturn]] void wrong(Source const& source, Pointer const& at, std::string const& text)
{
    throw UsageError(fmt::format("{}: {} {}", source.place(at), source.name(at), text));
}

void read_number(Source const& source, json const& value, Pointer const& at, double* out)
{
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        wrong(source, at,
              fmt::format("= {} is not a finite number (a parameter is one number) "
                          "give a number",
                          shown(value)));
    *out = value.get<double>();
}

void check_length(Source const& source, json const& value, Pointer const& at, int length)
{
    if (!value.is_array())
        wrong(source, at,
              fmt::format("is {} (a list of length {} is needed)", kind_of(value), length));
    if (value.size() != std::size_t(length))
        wrong(source, at, fmt::format("has length {} ({} is needed)", value.size(), length));
}

/// Reads one row of a block: a number, a list or nested lists.
void read_row(Source const& source, json const& value, Pointer const& at, Nesting nesting,
              double* out)
{
    if (nesting.rows == 0)
        return read_number(source, value, at, out);
    check_length(source, value, at, nesting.rows);
    for (int i = 0; i < nesting.rows; ++i) {
        Pointer const row = at / std::size_t(i);
        if (nesting.columns == 0)
            read_number(source, value[std::size_t(i)], row, out + i);
        else
            read_row(source, value[std::size_t(i)], row, {nesting.columns, 0},
                     out + i * nesting.columns);
    }
}

/// Reads row `row` of every block of `section` from one object, which may hold nothing else that
/// has not been read before.
void read_blocks(Reader reader, Section section, int row, Measure& measure)
{
    Layout const& layout = measure.model.layout;
    for (int b = 0; b < layout.blocks; ++b) {
        Block const& block = layout.block[b];
        if (section_of(block) != section)
            continue;
        json const* value = reader.find(block.name);
        if (value == nullptr)
            reader.missing(block.name);
        read_row(reader.source(), *value, reader.at(block.name), nesting_of(measure.model, block),
                 measure.theta.data() + block.offset + row * block.width);
    }
    reader.finish();
}

/// The list `key` of 1 to largest_size objects; `why` says what it is for.
json const& list_of(Reader& top, char const* key, char const* why)
{
    json const* list = top.find(key);
    if (list == nullptr)
        top.missing(key);
    if (!list->is_array() || list->empty() || list->size() > std::size_t(largest_size))
        top.fail(key, fmt::format("is not a list of 1 to {} {} ({})", largest_size, key, why));
    return *list;
}

/// Counts the atoms and, for a grouped gate, reads the group of each.
Atoms read_sizes(Reader& top, GateSpec const& gate)
{
    json const& list = list_of(top, "atoms", "a measure is a sum over its atoms");
    Atoms atoms{int(list.size()), 0, {}};
    if (!grouped(gate))
        return atoms;
    atoms.groups = int(list_of(top, "groups", "the gate shares its weight among groups").size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        Reader atom(top.source(), list[i], top.at("atoms") / i);
        Bounds const known = between(0, atoms.groups - 1);
        atoms.group_of.push_back(atom.table("gate").integer("group", known));
    }
    return atoms;
}

void read_atoms(Reader& top, Measure& measure)
{
    json const& atoms = *top.find("atoms");
    for (int i = 0; i < measure.model.k; ++i) {
        Reader atom(top.source(), atoms[std::size_t(i)], top.at("atoms") / std::size_t(i));
        Reader gate = atom.table("gate");
        if (measure.model.groups > 0)
            gate.has("group"); // read_sizes has read it
        read_blocks(gate, Section::gate, i, measure);
        read_blocks(atom.table("expert"), Section::expert, i, measure);
        atom.finish();
    }
}

void read_groups(Reader& top, Measure& measure)
{
    json const& groups = *top.find("groups");
    for (int g = 0; g < measure.model.groups; ++g)
        read_blocks(Reader(top.source(), groups[std::size_t(g)], top.at("groups") / std::size_t(g)),
                    Section::group, g, measure);
}

Measure read_measure(JsonSource const& source, json const& value, Pointer const& at)
{
    Reader top(source, value, at);
    int const d = top.integer("d", between(1, largest_size));
    GateSpec const gate = read_gate(top.table("gate"));
    ExpertSpec const expert = read_expert(top.table("expert"));
    double const temperature = top.number("temperature", above(0), 1.0);
    Measure measure{sized_model(gate, expert, d, read_sizes(top, gate), temperature,
                                source.place(at) + ": the measure"),
                    {}};
    Layout const& layout = measure.model.layout;
    measure.theta.assign(std::size_t(layout.size), 0.0);
    read_atoms(top, measure);
    if (has_section(layout, Section::shared))
        read_blocks(top.table("shared"), Section::shared, 0, measure);
    if (has_section(layout, Section::group))
        read_groups(top, measure);
    for (int b = 0; b < layout.blocks; ++b)
        if (section_of(layout.block[b]) == Section::temperature)
            measure.theta[std::size_t(layout.block[b].offset)] = temperature;
    top.finish();
    return measure;
}

} // namespace

GateSpec gate_from_json(json const& value, std::string const& where)
{
    JsonSource const source(where);
    return read_gate(Reader(source, value, Pointer()));
}

ExpertSpec expert_from_json(json const& value, std::string const& where)
{
    JsonSource const source(where);
    return read_expert(Reader(source, value, Pointer()));
}

Measure measure_from_json(json const& value, std::string const& where)
{
    return read_measure(JsonSource(where), value, Pointer());
}

Measure measure_from_text(std::string const& text, std::string const& file, bool of_a_fit)
{
    json const document = parse_json(text, file);
    bool const inside = of_a_fit && document.is_object() && document.contains("measure");
    return read_measure(JsonSource(file, &text), inside ? document.at("measure") : document,
                        inside ? Pointer() / "measure" : Pointer());
}

} // namespace moerate
