#include "host/estimate/estimators.h"
#include "host/measure/embed.h"
#include "host/measure/families.h"
#include "host/measure/inclusion.h"
#include "host/measure/measure_json.h"
#include "host/study/precision.h"
#include "host/study/readers.h"
#include "kernels/family/activations.h"
#include "kernels/family/loss_fits.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{

using nlohmann::json;

namespace
{

std::vector<int> read_extra(Reader& reader, int k_true)
{
    json const* value = reader.find("extra");
    if (value == nullptr || *value == "random") {
        reader.record("extra", "random");
        return {};
    }
    if (!value->is_array() || value->empty())
        reader.fail("extra", fmt::format("= {} is neither \"random\" nor a list of true atoms "
                                         "(extra atoms start on one of them) write e.g. [{}]",
                                         shown(*value), k_true));
    return read_atoms_list(reader, "extra", k_true);
}

/// start.extra of a fit with groups: an extra atom joins the group of its true atom, so it starts
/// at one of its own group.
void check_extra_groups(Reader& reader, std::vector<int> const& extra, Model const& model,
                        Model const& truth)
{
    for (int i = truth.k; i < model.k && !extra.empty() && model.groups > 0; ++i) {
        int const group = model.group_of[i];
        auto const inside = [&](int atom) { return truth.group_of[atom - 1] == group; };
        if (std::none_of(extra.begin(), extra.end(), inside))
            reader.fail("extra", fmt::format("= {} names no atom of group {}, where the fit has an "
                                             "extra one (an extra atom starts at a true atom of "
                                             "its group) add one or use \"random\"",
                                             shown(json(extra)), group + 1));
    }
}

void check_split(Reader& reader, StartSpec const& start, Model const& model)
{
    if (start.split != Split::null)
        return;
    bool competing = false;
    visit(Normalizers{}, model.gate.normalizer,
          [&](auto member) { competing = member.mass == Mass::exponential; });
    if (competing)
        reader.fail("split", fmt::format("= \"null\" does not fit a {} gate (a null expert still "
                                         "takes weight from the others) use \"share\"",
                                         name_of<Normalizers>(model.gate.normalizer)));
    if (!vanishes(model.expert))
        reader.fail("split", fmt::format("= \"null\" does not fit {} experts (they are not 0 where "
                                         "all parameters are) use \"share\"",
                                         name_of<Activations>(model.expert.activation)));
}

/// How many starts a fit has. The given one is always among them.
Starts read_starts(Reader& reader, Estimator const& estimator)
{
    Starts starts;
    int const usual = estimator.usual_starts();
    starts.count = reader.integer("starts", at_least(1), usual);
    starts.blind = reader.integer("blind", at_least(0), starts.count / 2);
    if (usual == 1 && starts.count > 1)
        reader.fail("starts", fmt::format("= {} (kind = \"{}\" begins once) use 1, and more in the "
                                          "[fit.start] of fits by an estimator that compares them",
                                          starts.count, estimator.name()));
    if (starts.blind >= starts.count)
        reader.fail("blind", fmt::format("= {} of starts = {} (the first start is never "
                                         "blind) use {}{}",
                                         starts.blind, starts.count,
                                         starts.count > 1 ? "at most " : "", starts.count - 1));
    return starts;
}

StartSpec read_start(Reader& reader, Model const& model, Model const& truth,
                     Estimator const& estimator)
{
    reader.documented(start_keys());
    StartSpec start;
    start.kind = StartKind(reader.word("kind", "start", {"near", "truth", "target"}, "near"));
    if (start.kind == StartKind::near) {
        start.scale = reader.number("scale", at_least(0), 0.005);
        start.exponent = reader.number("exponent", any_number, -0.083);
    }
    for (char const* key : {"scale", "exponent"})
        reader.refuse(key, "only kind = \"near\" adds noise to the start");
    start.extra = read_extra(reader, truth.k);
    start.split = Split(reader.word("split", "split", {"share", "null"}, "share"));
    start.number = read_starts(reader, estimator);
    reader.finish();
    check_extra_groups(reader, start.extra, model, truth);
    check_split(reader, start, model);
    return start;
}

/// A fit's own table `key` over the study's.
Reader table_over(Reader& fit, std::string const& key, Reader& base)
{
    static json const none = json::object();
    json const* own = fit.find(key);
    return {fit.source(), own != nullptr ? *own : none, fit.at(key), &base};
}

/// Notes what such a table, once read, has resolved beyond the study's.
void record_over(Reader& fit, std::string const& key, Reader const& table)
{
    if (!table.resolved().empty())
        fit.record(key, table.resolved());
}

/// Refuses a gate whose parameters cannot be told from the truth's by name: then neither starts nor
/// cells make sense.
void check_comparable(Reader& reader, GateSpec const& gate, GateSpec const& truth)
{
    if (comparable(gate, truth))
        return;
    if (grouped(gate) != grouped(truth))
        reader.fail("gate",
                    fmt::format("has the normalizer \"{}\", the truth \"{}\" (only one of them "
                                "has groups: neither starts nor losses can be compared) "
                                "use a gate with groups in both or in none",
                                name_of<Normalizers>(gate.normalizer),
                                name_of<Normalizers>(truth.normalizer)));
    if (gate.score == truth.score)
        reader.fail("gate", fmt::format("has rank {}, the truth {} (matrices of different ranks "
                                        "cannot be compared) use rank = {}",
                                        gate.rank, truth.rank, truth.rank));
    reader.fail("gate",
                fmt::format("has the score \"{}\", the truth \"{}\" (one has parameters that all "
                            "atoms share and no location w: neither starts nor losses can be "
                            "compared) use the same score in both",
                            name_of<Scores>(gate.score), name_of<Scores>(truth.score)));
}

/// What the targets of a fit's losses say of the fit. Where the fitted class holds the truth, the
/// projection is the truth in all its guises: starts and errors are those of the truth, and losses
/// without a mass term take the nearest guise.
void settle_targets(Reader& reader, Curve& curve)
{
    bool const held = class_holds(curve.model, curve.truth.model);
    bool all = true;
    for (LossSpec& loss : curve.losses) {
        all = all && loss.target == Target::projection;
        if (!held || loss.target != Target::projection)
            continue;
        loss.revision = embedding_revision(curve.truth.model, curve.model);
        if (form_of(loss.choice.loss).mass_cells == MassCells::none)
            loss.choice.against = Against::set;
    }
    if (all && !held)
        curve.target = Target::projection;
    if (needs_search(curve) && curve.noise_variance == 0)
        reader.fail("target", "names \"projection\" (a search on samples finds it up to an error "
                              "that the data's noise must exceed, and data.noise_variance is 0) "
                              "give the data noise, or use \"truth\"");
    if (needs_search(curve) && curve.truth.path)
        reader.fail("target", "names \"projection\" (truth.path moves the truth with n, and a "
                              "projection is searched for once) use \"truth\", or one study an n "
                              "with truth.file");
}

} // namespace

KeyTable start_keys()
{
    return {
        "[start]",
        "Where a fit begins. Fitted atom i <= k* starts at true atom i; an extra atom at a true "
        "atom of "
        "extra; then every parameter gets + N(0, s^2) with s = scale * n^exponent. A parameter "
        "that the "
        "truth's family lacks starts from 0 (T and lambda from 1) plus the same noise.\n"
        "split = \"share\": the atoms at one true atom share its mass, under softmax b - T log m "
        "each for m of them, which keeps f there (under sigmoid where w* = 0 alone, and under topk "
        "not: each takes one of the places); split = \"null\": an extra atom gets an expert "
        "that is 0 and leaves the mass alone.\n"
        "A start near the truth is knowledge that no estimator has: the rates show its own slope "
        "beside "
        "that of the fits. [fit.start] overrides it key by key for one fit.",
        {{"kind", "\"near\", \"truth\" or \"target\"", "\"near\"", "1",
          "near the target measure, at the truth's parameters, or at the target's, without noise",
          "\"truth\""},
         {"scale", "number >= 0", "0.005", "unit of each parameter", "s at n = 1", "0.1",
          "kind \"near\""},
         {"exponent", "number", "-0.083", "1", "power of n in s", "-0.5", "kind \"near\""},
         {"extra", "\"random\" or a list of true atoms, counted from 1", "\"random\"", "atoms",
          "true atoms at which extra atoms start", "[2]", "fits with more atoms than the truth"},
         {"split", "\"share\" or \"null\"", "\"share\"", "1",
          "how atoms at one true atom divide what it does", "\"share\"",
          "\"null\": sigmoid gates, experts that vanish at 0"},
         {"starts", "whole number >= 1", "(8, or 1 where the estimator begins once)", "starts",
          "points that a fit begins at, of which the lowest end is the fit: the first as above, "
          "others around it",
          "1", "estimators that begin more than once"},
         {"blind", "whole number >= 0", "(half of starts)", "starts",
          "how many of them do not know the truth, in place of the last ones; the first is never "
          "blind",
          "0", "estimators that begin more than once"}}};
}

KeyTable fit_keys()
{
    KeyTable table{
        "[[fit]]",
        "One model that is fitted to all data sets: a curve of the figure. A file has one or more.",
        {{"label", "text", "", "1", "names the fit in tables, in --set and in [sweep]",
          "\"softmax\""},
         {"gate", "table, see gate", "", "1", "gate of the fitted model",
          "{ score = \"linear\", normalizer = \"softmax\" }"},
         {"expert", "table, see expert", "(the truth's)", "1", "experts of the fitted model",
          "{ form = \"ridge\", activation = \"relu\" }"}}};
    for (Key& key : atom_keys())
        table.keys.push_back(std::move(key));
    for (Key& key : loss_keys())
        table.keys.push_back(std::move(key));
    table.keys.insert(
        table.keys.end(),
        {{"reported_slope", "number", "(none)", "1", "slope that a paper reports, shown beside",
          "-0.51"},
         theory_key("slope that a theorem claims of all losses of the fit that have "
                    "no theory of their own"),
         {"truth", "table, keys of [truth]", "(the study's)", "1",
          "a whole truth of this fit's own data; x, noise and start noise stay those "
          "of the study",
          "{ gate = { score = \"linear\", normalizer = \"softmax\" }, expert = { form = "
          "\"ridge\", activation = \"relu\" }, experts = 2, draw = { gate_variance "
          "= 0.01, expert_variance = 0.1 } }"},
         {"start", "table, keys of [start]", "{}", "1",
          "overrides [start] for this fit, key by key", "{ scale = 0.1 }"},
         {"estimator", "table, keys of [estimator]", "{}", "1",
          "overrides [estimator] for this fit, key by key", "{ batch = 16 }"}});
    return table;
}

bool needs_search(Curve const& curve)
{
    auto const against = [](LossSpec const& loss) { return loss.target == Target::projection; };
    return std::any_of(curve.losses.begin(), curve.losses.end(), against) &&
           !class_holds(curve.model, curve.truth.model);
}

Curve read_fit(Reader& reader, Setting const& setting, SharedTables const& shared)
{
    reader.documented(fit_keys());
    Curve curve;
    Model const& truth = setting.truth.model;
    curve.label = reader.text("label");
    curve.noise_variance = setting.noise_variance;
    curve.truth = setting.truth;
    curve.streams = setting.streams;
    GateSpec const gate = read_gate(reader.table("gate"));
    check_comparable(reader, gate, truth.gate);
    Atoms const atoms = read_fitted_atoms(reader, gate, atoms_of(truth));
    ExpertSpec const expert =
        reader.has("expert") ? read_expert(reader.table("expert")) : truth.expert;
    reader.record("gate", gate_to_json(gate));
    reader.record("expert", expert_to_json(expert));
    // A fixed temperature is known, so it is the truth's; a learned one starts from 1.
    std::string const place =
        reader.source().place(reader.at(atoms.groups > 0 ? "groups" : "experts"));
    curve.model =
        sized_model(gate, expert, setting.d, atoms,
                    gate.learned_temperature != 0 ? 1.0 : truth.temperature, place + ": the fit");
    curve.losses = read_losses(reader, curve.model);
    settle_targets(reader, curve);
    if (reader.has("reported_slope"))
        curve.reported_slope = reader.number("reported_slope", any_number);
    Reader estimator = table_over(reader, "estimator", shared.estimator);
    curve.estimator = read_estimator(estimator, {setting.smallest_n, setting.largest_n});
    for (SizeLimit const& size : curve.estimator->limits(curve.model))
        check_size(size, place + ": the fit");
    Reader start = table_over(reader, "start", shared.start);
    curve.start = read_start(start, curve.model, truth, *curve.estimator);
    record_over(reader, "start", start);
    record_over(reader, "estimator", estimator);
    reader.finish();
    check_precision(curve, setting.smallest_n, setting.largest_n,
                    {shared.data, shared.truth, reader, start});
    return curve;
}

} // namespace moerate
