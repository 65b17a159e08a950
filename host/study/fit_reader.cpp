#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/study/readers.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/optimizers.h"

#include <fmt/format.h>

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

StartSpec read_start(Reader& reader, GateSpec const& gate, int k_true)
{
    StartSpec start;
    start.kind = StartKind(reader.word("kind", "start", {"near", "truth", "target"}, "near"));
    if (start.kind == StartKind::near) {
        start.scale = reader.number("scale", at_least(0), 0.005);
        start.exponent = reader.number("exponent", any_number, -0.083);
    }
    for (char const* key : {"scale", "exponent"})
        reader.refuse(key, "only kind = \"near\" adds noise to the start");
    start.extra = read_extra(reader, k_true);
    start.split = Split(reader.word("split", "split", {"share", "null"}, "share"));
    start.starts = reader.integer("starts", at_least(1), 1);
    start.blind = reader.integer("blind", at_least(0), 0);
    reader.finish();
    bool competing = false;
    visit(Normalizers{}, gate.normalizer,
          [&](auto member) { competing = member.mass == Mass::exponential; });
    if (start.split == Split::null && competing)
        reader.fail("split", fmt::format("= \"null\" does not fit a {} gate (a null expert still "
                                         "takes weight from the others) use \"share\"",
                                         name_of<Normalizers>(gate.normalizer)));
    if (start.starts > 1)
        reader.fail("starts",
                    fmt::format("= {} (several starts are not available yet) use 1", start.starts));
    if (start.blind > 0)
        reader.fail("blind",
                    fmt::format("= {} (blind starts are not available yet) use 0", start.blind));
    return start;
}

void read_batch(Reader& reader, int smallest_n, EstimatorSpec& estimator)
{
    json const* value = reader.find("batch");
    estimator.full_batch = value != nullptr && value->is_string();
    if (estimator.full_batch) {
        reader.word("batch", "batch", {"full"});
        return;
    }
    estimator.settings.batch = reader.integer("batch", at_least(1), 32);
    if (estimator.settings.batch > smallest_n)
        reader.fail("batch",
                    fmt::format("= {}{} is larger than the smallest n = {} (a batch cannot "
                                "hold more than all samples) lower it or use \"full\"",
                                estimator.settings.batch, value == nullptr ? " (the default)" : "",
                                smallest_n));
}

EstimatorSpec read_estimator(Reader& reader, int smallest_n)
{
    json const* kind = reader.find("kind");
    if (kind != nullptr && *kind == "lse" && find<Optimizers>("lse") < 0)
        reader.fail("kind", fmt::format("= \"lse\" (the least-squares estimator is not available "
                                        "yet) use one of: {}",
                                        joined(names_of<Optimizers>())));
    EstimatorSpec estimator;
    estimator.optimizer = reader.word("kind", "estimator", names_of<Optimizers>());
    SgdSettings& sgd = estimator.settings;
    sgd.epochs = reader.integer("epochs", at_least(1), 10);
    sgd.learning_rate = reader.number("learning_rate", above(0), 0.1);
    read_batch(reader, smallest_n, estimator);
    sgd.sampling = Sampling(
        reader.word("sampling", "way of sampling", {"permutation", "replacement"}, "permutation"));
    sgd.loss_factor = reader.number("loss_factor", above(0), 1.0);
    estimator.double_precision =
        reader.word("precision", "precision", {"float32", "float64"}, "float32") == 1;
    for (char const* key : {"box", "box_temperature", "box_lambda", "gradient_tolerance",
                            "decrease_tolerance", "iterations"})
        reader.refuse(key, "kind = \"lse\" uses it, this one does not");
    reader.finish();
    return estimator;
}

/// Reads a fit's own table `key` over the study's; what is resolved goes to where it came from.
template <class Read>
auto read_over(Reader& fit, std::string const& key, Reader& base, Read read)
{
    json const none = json::object();
    json const* own = fit.find(key);
    Reader reader(fit.source(), own != nullptr ? *own : none, fit.at(key), &base);
    auto result = read(reader);
    if (!reader.resolved().empty())
        fit.record(key, reader.resolved());
    return result;
}

int read_experts(Reader& reader, int k_true)
{
    reader.refuse("groups", "no normalizer of this build has groups; use experts");
    int const k = reader.integer("experts", between(1, largest_size));
    if (k < k_true)
        reader.fail("experts", fmt::format("= {} is less than the truth's {} (a fit needs at least "
                                           "as many atoms, k >= k*) raise it to {} or more",
                                           k, k_true, k_true));
    return k;
}

std::string read_theory(Reader& reader)
{
    json const* value = reader.find("theory");
    if (value == nullptr)
        return "";
    if (value->is_number())
        return fmt::format("{}", reader.number("theory", any_number));
    reader.word("theory", "rate", {"sub"});
    return "sub";
}

} // namespace

Curve read_fit(Reader& reader, Setting const& setting, Reader& start, Reader& estimator)
{
    Curve curve;
    int const k_true = setting.truth.model.k;
    curve.label = reader.text("label");
    curve.noise_variance = setting.noise_variance;
    curve.truth = setting.truth;
    int const k = read_experts(reader, k_true);
    GateSpec const gate = read_gate(reader.table("gate"));
    if (gate.learned_temperature != 0)
        reader.fail("gate", "has temperature = \"learned\" (a learned temperature is not available "
                            "yet) use \"fixed\"");
    ExpertSpec const expert =
        reader.has("expert") ? read_expert(reader.table("expert")) : setting.truth.model.expert;
    reader.record("gate", gate_to_json(gate));
    reader.record("expert", expert_to_json(expert));
    // A fixed temperature is known, so fit and truth share it.
    curve.model = sized_model(gate, expert, setting.d, k, setting.truth.model.temperature,
                              reader.source().place(reader.at("experts")) + ": the fit");
    curve.losses = read_losses(reader, curve.model);
    if (reader.has("reported_slope"))
        curve.reported_slope = reader.number("reported_slope", any_number);
    curve.theory = read_theory(reader);
    curve.start = read_over(reader, "start", start,
                            [&](Reader& own) { return read_start(own, gate, k_true); });
    curve.estimator = read_over(reader, "estimator", estimator, [&](Reader& own) {
        return read_estimator(own, setting.smallest_n);
    });
    reader.finish();
    return curve;
}

} // namespace moerate
