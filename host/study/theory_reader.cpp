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
    if (value == nullptr)
        reader.missing(key);
    if (value->is_number())
        return fmt::format("{}", reader.number(key, any_number));
    if (*value != "sub")
        reader.fail(key, fmt::format("= {} is neither a number nor \"sub\" (a claim is a slope, or "
                                     "slower than any power of n) write e.g. -0.5, or \"sub\"",
                                     shown(*value)));
    reader.record(key, "sub");
    return "sub";
}

/// The warning of one theory, where it is due.
void add_without_reason(Document const& document, Pointer const& at,
                        std::vector<std::string>& warnings)
{
    if (!document.root().contains(at))
        return;
    json const& theory = document.root().at(at);
    if (!theory.is_object() || theory.value("stands", json(true)) != json(false) ||
        theory.value("why", json("")) != json(""))
        return;
    warnings.push_back(fmt::format("{}: {} is empty (a claim that does not stand is shown with "
                                   "what refutes it) say what does",
                                   document.place(at / "why"), document.name(at / "why")));
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

std::vector<std::string> claims_without_reason(Document const& document)
{
    std::vector<std::string> warnings;
    json const& fits = document.root().at("fit");
    for (std::size_t i = 0; i < fits.size(); ++i) {
        Pointer const fit = Pointer() / "fit" / i;
        add_without_reason(document, fit / "theory", warnings);
        json const losses = fits[i].value("loss", json());
        add_without_reason(document, fit / "loss" / "theory", warnings);
        for (std::size_t j = 0; losses.is_array() && j < losses.size(); ++j)
            add_without_reason(document, fit / "loss" / j / "theory", warnings);
    }
    return warnings;
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
