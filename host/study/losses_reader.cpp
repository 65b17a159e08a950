#include "host/measure/families.h"
#include "host/measure/loss_misfit.h"
#include "host/study/readers.h"
#include "kernels/family/losses.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace moerate
{

using nlohmann::json;

namespace
{

/// A loss as the file names it; r where it gives one itself.
struct NamedLoss
{
    int loss = 0;
    std::optional<double> r;
    std::optional<Theory> theory;
    std::vector<Target> targets; ///< empty: those of the fit
};

bool has_r(int loss)
{
    bool has = false;
    visit(Losses{}, loss, [&](auto member) { has = member.has_r; });
    return has;
}

/// The entries of target = "truth" | "projection" | [...].
std::vector<Target> read_targets(Reader& reader)
{
    json const* value = reader.find("target");
    if (value == nullptr)
        reader.record("target", "truth");
    else
        reader.record("target", *value);
    std::vector<std::string> const known{"truth", "projection"};
    std::vector<Target> targets;
    json const list = value == nullptr    ? json::array({"truth"})
                      : value->is_array() ? *value
                                          : json::array({*value});
    for (json const& entry : list) {
        json const wrapped{{"target", entry}};
        Reader one(reader.source(), wrapped, reader.at("target").parent_pointer());
        int const at = one.word("target", "target", known);
        Target const target = at == 0 ? Target::truth : Target::projection;
        if (std::find(targets.begin(), targets.end(), target) != targets.end())
            reader.fail("target", fmt::format("names \"{}\" twice (once is enough) drop one",
                                              known[static_cast<std::size_t>(at)]));
        targets.push_back(target);
    }
    if (targets.empty())
        reader.fail("target", "is an empty list (a loss needs a target) write \"truth\"");
    return targets;
}

/// One loss: {name = "softmax.L2r", r = 1, target = "truth", theory = "sub"}.
NamedLoss read_loss(Reader reader)
{
    reader.documented(one_loss_keys());
    NamedLoss named;
    named.loss = reader.word("name", "loss", names_of<Losses>());
    if (has_r(named.loss) && reader.has("r"))
        named.r = reader.number_meant("r", above(0), meant_powers, why_such_powers);
    reader.refuse("r", fmt::format("{} has no exponent", name_of<Losses>(named.loss)));
    if (reader.has("theory"))
        named.theory = read_theory(reader);
    if (reader.has("target"))
        named.targets = read_targets(reader);
    reader.finish();
    return named;
}

/// The entries of loss = "name" | {name, r} | [...].
std::vector<NamedLoss> read_named(Reader& reader)
{
    json const* value = reader.find("loss");
    if (value == nullptr)
        reader.missing("loss");
    reader.record("loss", *value);
    std::vector<NamedLoss> named;
    std::size_t const count = value->is_array() ? value->size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
        json const& entry = value->is_array() ? (*value)[i] : *value;
        Pointer const at = value->is_array() ? reader.at("loss") / i : reader.at("loss");
        if (entry.is_object()) {
            named.push_back(read_loss(Reader(reader.source(), entry, at)));
            continue;
        }
        std::string const key = at.back(); // "loss", or the place in its list
        json const wrapped{{key, entry}};
        Reader bare(reader.source(), wrapped, at.parent_pointer());
        named.push_back({bare.word(key, "loss", names_of<Losses>()), {}, {}, {}});
    }
    if (named.empty())
        reader.fail("loss", "is an empty list (a fit needs a loss) name one");
    return named;
}

} // namespace

KeyTable one_loss_keys()
{
    std::string with_r;
    for_each(Losses{}, [&](auto member, int) {
        if (member.has_r)
            with_r += (with_r.empty() ? "" : ", ") + std::string(member.name);
    });
    return {"loss",
            "An entry of fit.loss that has an exponent, a target or a theory of its own.",
            {{"name", "name of a loss", "", "1", "the loss", "\"softmax.L2r\""},
             {"r", "number from 0.01 to 100", "(fit.r)", "1", "power of the parameter terms", "1",
              with_r},
             {"target", "\"truth\", \"projection\", or a list of both", "(fit.target)", "1",
              "what this loss compares with", "\"projection\""},
             theory_key("slope that a theorem claims of this loss; without it fit.theory")}};
}

std::vector<Key> loss_keys()
{
    return {
        {"loss", "name, { name, r, target, theory }, or a list of both", "", "1",
         "what is measured of the distance to the target; a row of the rates each (moerate list "
         "losses; which gates a loss takes is checked)",
         "[\"softmax.L1\", { name = \"softmax.L2r\", r = 1 }]"},
        {"r", "number from 0.01 to 100", "2.0", "1",
         "power of the losses that have one and give none", "1.5",
         one_loss_keys().keys.back().used_by},
        {"gauge", "\"align\" or \"none\"", "\"align\"", "1",
         "whether the loss is taken after the moves that change no function (softmax: a common "
         "shift "
         "of all gates), or of the raw parameters",
         "\"none\""},
        {"target", "\"truth\", \"projection\", or a list of both", "\"truth\"", "1",
         "what the losses compare with: the truth, or its projection onto the fitted family "
         "([target]); a row of the rates each. Where the projection alone is asked for, fits start "
         "near it, and their errors are of it",
         "[\"truth\", \"projection\"]"}};
}

std::vector<LossSpec> read_losses(Reader& reader, Model const& model)
{
    std::vector<NamedLoss> const named = read_named(reader);
    bool open = false; // whether fit.r has a use
    for (NamedLoss const& loss : named)
        open = open || (has_r(loss.loss) && !loss.r);
    double const r =
        open ? reader.number_meant("r", above(0), meant_powers, why_such_powers, 2.0) : 0.0;
    reader.refuse("r", "each loss here either has no exponent or gives its own");
    int const gauge = reader.word("gauge", "gauge", {"none", "align"}, "align");
    std::vector<LossSpec> losses;
    std::vector<Target> const targets = read_targets(reader);
    Theory const theory = read_theory(reader);
    for (NamedLoss const& loss : named) {
        if (std::string const misfit = loss_misfit(loss.loss, model.gate); !misfit.empty())
            reader.fail("loss", misfit);
        double const exponent = has_r(loss.loss) ? loss.r.value_or(r) : 1.0;
        for (Target target : loss.targets.empty() ? targets : loss.targets) {
            for (LossSpec const& other : losses)
                if (other.choice.loss == loss.loss && other.choice.r == exponent &&
                    other.target == target)
                    reader.fail("loss", fmt::format("measures {} twice (once is enough) drop one",
                                                    name_of<Losses>(loss.loss)));
            losses.push_back(
                {{loss.loss, exponent, Gauge(gauge)}, target, loss.theory.value_or(theory), 1});
        }
    }
    return losses;
}

} // namespace moerate
