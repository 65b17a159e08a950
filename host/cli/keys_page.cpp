#include "host/cli/keys_page.h"

#include "host/cli/wrapped.h"
#include "host/core/json.h"
#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/study/keys.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

using nlohmann::ordered_json;

/// The first member of a list with a name, or the first of all.
template <class List>
int position(std::string const& name)
{
    int found = 0;
    for_each(List{}, [&](auto member, int number) {
        if (member.name == name)
            found = number;
    });
    return found;
}

/// A measure of two atoms in two dimensions, its parameters 0.1, 0.2, ...
ordered_json example_of(GateSpec gate, ExpertSpec expert)
{
    GateKeys const keys = keys_of(gate);
    gate.activation = expert.activation = position<Activations>("tanh");
    gate.rank = keys.rank ? 1 : gate.rank;
    gate.top = keys.top ? 1 : gate.top;
    if (keys.tau)
        gate.tau1 = gate.tau2 = 0.1;
    Atoms atoms{2, 0, {}};
    if (grouped(gate))
        atoms = {2, 2, {0, 1}};
    Measure measure{sized_model(gate, expert, 2, atoms, 1.0, "example"), {}};
    for (int i = 0; i < measure.model.layout.size; ++i)
        measure.theta.push_back((i + 1) / 10.0);
    return measure_to_json(measure);
}

/// "needed", "default 10", or the remark in its brackets.
std::string default_text(Key const& key)
{
    if (key.otherwise.empty())
        return "needed";
    return key.otherwise.front() == '(' ? key.otherwise : "default " + key.otherwise;
}

/// Text for a cell of a table: without bars, which would end it.
std::string cell(std::string const& text)
{
    std::string result;
    for (char const c : text)
        result += c == '|' ? std::string("\\|") : std::string(1, c);
    return result;
}

constexpr std::size_t text_width = 92;

std::string key_text(Key const& key)
{
    std::string text = fmt::format("  {}: {}; {}\n", key.name, key.takes, default_text(key));
    std::string about = key.meaning;
    if (key.unit != "1")
        about += fmt::format(" ({})", key.unit);
    if (!key.used_by.empty())
        about += fmt::format("; of {}", key.used_by);
    text += wrapped(about, text_width, "      ");
    if (!key.example.empty())
        text += fmt::format("      {} = {}\n", key.name, key.example);
    return text;
}

constexpr char const* measure_about =
    "truth.file names a JSON file: a mixing measure, which eval and loss take, too. Atoms are in "
    "the "
    "order of the list; only the keys of the families in use are there.";

} // namespace

std::vector<std::pair<std::string, ordered_json>> measure_examples()
{
    std::vector<std::pair<std::string, ordered_json>> examples;
    ExpertSpec ridge;
    ridge.form = position<Experts>("ridge");
    for_each(Scores{}, [&](auto member, int number) {
        GateSpec gate;
        gate.score = number;
        examples.emplace_back(fmt::format("score {}", member.name), example_of(gate, ridge));
    });
    for_each(Normalizers{}, [&](auto member, int number) {
        GateSpec gate;
        gate.normalizer = number;
        gate.score = position<Scores>("linear");
        if (number != GateSpec{}.normalizer)
            examples.emplace_back(fmt::format("normalizer {}", member.name),
                                  example_of(gate, ridge));
    });
    for_each(Experts{}, [&](auto member, int number) {
        ExpertSpec expert;
        expert.form = number;
        if (number != ridge.form)
            examples.emplace_back(fmt::format("expert {}", member.name),
                                  example_of(GateSpec{}, expert));
    });
    return examples;
}

std::string keys_text()
{
    std::string text;
    for (KeyTable const& table : experiment_keys()) {
        text += table.name + "\n" + wrapped(table.about, text_width, "  ");
        for (Key const& key : table.keys)
            text += key_text(key);
        text += "\n";
    }
    text += "[sweep] and --set\n" + wrapped(paths_text(), text_width, "  ");
    text += "\ntruth.file\n" + wrapped(measure_about, text_width, "  ");
    for (auto const& [name, measure] : measure_examples())
        text += fmt::format("  {}\n    {}\n", name, compact_json(measure));
    return text;
}

std::string keys_markdown()
{
    std::string page = "# The experiment file\n\nMade by `moerate help keys --format markdown` "
                       "from what the readers of "
                       "the file declare; a test fails where it is stale. `moerate init` writes a "
                       "file to begin with, "
                       "`moerate check` says what it means.\n";
    auto const paragraphs = [&](std::string const& text) {
        for (char const c : text)
            page += c == '\n'  ? std::string("\n\n")
                    : c == '*' ? "\\*"
                    : c == '_' ? "\\_"
                               : std::string(1, c);
        page += "\n";
    };
    for (KeyTable const& table : experiment_keys()) {
        page += fmt::format("\n## {}\n\n", table.name);
        paragraphs(table.about);
        page += "\n| key | values | default | unit | meaning | used by | example "
                "|\n|---|---|---|---|---|---|---|\n";
        for (Key const& key : table.keys)
            page += fmt::format(
                "| `{}` | {} | {} | {} | {} | {} | {} |\n", key.name, cell(key.takes),
                key.otherwise.empty()          ? "needed"
                : key.otherwise.front() == '(' ? key.otherwise
                                               : "`" + cell(key.otherwise) + "`",
                cell(key.unit), cell(key.meaning), key.used_by.empty() ? "all" : cell(key.used_by),
                key.example.empty() ? "" : "`" + cell(key.example) + "`");
    }
    page += "\n## [sweep] and --set\n\n";
    paragraphs(paths_text());
    page += "\n## The truth's JSON\n\n";
    paragraphs(measure_about);
    for (auto const& [name, measure] : measure_examples())
        page += fmt::format("\n{}:\n\n```json\n{}\n```\n", name, compact_json(measure));
    return page;
}

ordered_json keys_json()
{
    ordered_json tables = ordered_json::array();
    for (KeyTable const& table : experiment_keys()) {
        ordered_json keys = ordered_json::array();
        for (Key const& key : table.keys)
            keys.push_back({{"key", key.name},
                            {"takes", key.takes},
                            {"default", key.otherwise},
                            {"unit", key.unit},
                            {"meaning", key.meaning},
                            {"example", key.example},
                            {"used_by", key.used_by}});
        tables.push_back({{"name", table.name}, {"about", table.about}, {"keys", keys}});
    }
    return {{"tables", tables}};
}

} // namespace moerate
