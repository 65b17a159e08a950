#include "host/cli/case_reader.h"

#include "host/cli/measure_option.h"
#include "host/cli/output.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

std::string case_name(std::string const& file, std::size_t index, nlohmann::json const& value)
{
    std::string where = fmt::format("{}: case {}", file == "-" ? "stdin" : file, index + 1);
    if (value.is_object() && value.contains("name") && value["name"].is_string())
        where += fmt::format(" (\"{}\")", value["name"].get<std::string>());
    return where;
}

} // namespace

void read_cases(std::string const& file,
                std::function<void(Reader& reader, std::string const& where)> const& read)
{
    nlohmann::json const document = read_json(file);
    if (!document.is_array())
        throw UsageError(fmt::format("{} holds {} (a JSON array of cases is needed) put [ ] around "
                                     "the case",
                                     file == "-" ? "stdin" : file, kind_of(document)));
    for (std::size_t i = 0; i < document.size(); ++i) {
        std::string const where = case_name(file, i, document[i]);
        if (!document[i].is_object())
            throw UsageError(
                fmt::format("{} is {} (an object is needed)", where, kind_of(document[i])));
        PlainSource const source(where);
        Reader reader(source, document[i], Pointer());
        // Reference files that carry their answers, and what `show` writes for both commands, can
        // be given as they are.
        for (char const* key :
             {"expected", "measure", "x", "y", "fitted", "true", "loss", "r", "gauge"})
            reader.has(key);
        read(reader, where);
        reader.finish();
    }
}

} // namespace moerate
