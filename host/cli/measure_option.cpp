#include "host/cli/measure_option.h"

#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/study/document.h"

#include <fmt/format.h>

namespace moerate
{

using nlohmann::json;

json option_value(std::string const& text)
{
    try {
        return parse_toml_value(text);
    } catch (std::exception const&) { // a word without quotes
        return text;
    }
}

std::pair<std::string, json> key_and_value(std::string const& text, std::string const& option)
{
    std::size_t const at = text.find('=');
    if (at == 0 || at == std::string::npos)
        throw UsageError(fmt::format("{} {} (key=value is needed) write e.g. score=linear", option,
                                     printable(text)));
    return {text.substr(0, at), option_value(text.substr(at + 1))};
}

json option_table(std::string const& text, std::string const& option)
{
    if (text.find('{') != std::string::npos) {
        json const table = option_value(text);
        if (table.is_object())
            return table;
        throw UsageError(fmt::format("{} {} is no table (written as in experiment files it is "
                                     "{{ score = \"linear\", ... }}) correct it or write "
                                     "score=linear,normalizer=softmax",
                                     option, printable(text)));
    }
    json table = json::object();
    for (std::size_t begin = 0; begin <= text.size();) {
        std::size_t const comma = std::min(text.find(',', begin), text.size());
        auto const [key, value] = key_and_value(text.substr(begin, comma - begin), option);
        if (table.contains(key))
            throw UsageError(fmt::format("{} has two values for {} (one of them would be lost) "
                                         "keep one",
                                         option, printable(key)));
        table[key] = value;
        begin = comma + 1;
    }
    return table;
}

Atoms counted_atoms(GateSpec const& gate, std::vector<int> const& experts)
{
    Atoms atoms;
    for (int const count : experts) {
        if (count < 1)
            throw UsageError(fmt::format("--experts holds {} (at least 1 is needed)", count));
        if (count > largest_size - atoms.k)
            throw UsageError(fmt::format("--experts holds {} (at most {} in all) use fewer", count,
                                         largest_size));
        if (grouped(gate))
            atoms.group_of.insert(atoms.group_of.end(), static_cast<std::size_t>(count),
                                  atoms.groups++);
        atoms.k += count;
    }
    if (!grouped(gate) && experts.size() > 1)
        throw UsageError("--experts has several numbers (only a hierarchical gate has groups) give "
                         "one number");
    return atoms;
}

Measure read_measure_file(std::string const& file)
{
    return measure_from_text(read_text(file, "a JSON file"), input_name(file), true);
}

} // namespace moerate
