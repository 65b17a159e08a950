#include "host/study/readers.h"

#include <fmt/format.h>

#include <utility>

namespace moerate
{

using nlohmann::json;

namespace
{

/// A number, or the word for no power of n.
std::string read_claim(Reader& reader, std::string const& key)
{
    json const* value = reader.find(key);
    if (value != nullptr && value->is_number())
        return fmt::format("{}", reader.number(key, any_number));
    reader.word(key, "rate", {"sub"});
    return "sub";
}

} // namespace

Key theory_key(std::string meaning)
{
    return {"theory",
            "number, \"sub\", or table, see theory",
            "(none)",
            "1",
            std::move(meaning) + "; \"sub\": slower than any power of n",
            "-0.5"};
}

KeyTable theory_keys()
{
    return {"theory",
            "A claimed slope and what is known of the claim. A claim that does not stand is struck "
            "wherever it is shown, with the reason.",
            {{"claim", "number or \"sub\"", "", "1",
              "the slope that is claimed; \"sub\": slower than any power of n", "-0.5"},
             {"stands", "true or false", "true", "1", "whether the claim can hold", "false"},
             {"why", "text", "(none)", "1",
              "what refutes the claim, needed where it does not stand, or what it rests on",
              "\"atoms with one gate trade their shares at the same f\""}}};
}

Theory read_theory(Reader& reader)
{
    json const* value = reader.find("theory");
    if (value == nullptr)
        return {};
    if (!value->is_object())
        return {read_claim(reader, "theory"), true, ""};
    Reader table = reader.table("theory");
    table.documented(theory_keys());
    Theory theory;
    theory.claim = read_claim(table, "claim");
    theory.stands = table.boolean("stands", true);
    if (table.has("why") || !theory.stands)
        theory.why = table.text("why");
    table.finish();
    reader.record("theory", table.resolved());
    return theory;
}

} // namespace moerate
