#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/study/document.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/loss_fits.h"
#include "tests/study/families_sample.h"

#include <set>

using namespace moerate;
using namespace sample;
using Catch::Contains;

namespace
{

/// A table of names as the inside of a TOML inline table.
std::string inside(nlohmann::ordered_json const& names)
{
    std::string const table = toml_value(names);
    return table.substr(1, table.size() - 2);
}

/// A loss that fits the gate, or any.
std::string fitting_loss(GateSpec const& gate)
{
    for (int loss = 0; loss < Losses::size; ++loss)
        if (fits(loss, gate))
            return std::string(name_of<Losses>(loss));
    return std::string(name_of<Losses>(0));
}

} // namespace

TEST_CASE("every composition of score, normalizer and temperature is read or refused with a reason")
{
    int read = 0, refused = 0;
    GateSpec gate;
    gate.rank = gate.top = gate.power = 1;
    for (gate.score = 0; gate.score < Scores::size; ++gate.score)
        for (gate.normalizer = 0; gate.normalizer < Normalizers::size; ++gate.normalizer)
            for (int learned : {0, 1}) {
                gate.learned_temperature = learned;
                Families f = both(inside(gate_to_json(gate)), fitting_loss(gate));
                if (grouped(gate))
                    f.truth_atoms = f.atoms = "groups = [1, 1]";
                CAPTURE(f.truth_gate, f.loss);
                if (composes(gate)) {
                    CHECK(f.read().curves[0].model.gate.score == gate.score);
                    ++read;
                } else {
                    CHECK_THAT(f.error(), Contains("does not go with the normalizer"));
                    ++refused;
                }
            }
    CHECK(read == Scores::size * 3 * 2 + 1); // softmax, sigmoid, topk with all; hierarchical once
    CHECK(refused == Scores::size * 2 - 1);
}

TEST_CASE("every expert form goes with every activation")
{
    ExpertSpec expert;
    for (expert.form = 0; expert.form < Experts::size; ++expert.form)
        for (expert.activation = 0; expert.activation < Activations::size; ++expert.activation) {
            Families f;
            f.expert = inside(expert_to_json(expert));
            CAPTURE(f.expert);
            CHECK(f.read().curves[0].model.expert.form == expert.form);
        }
}

TEST_CASE("families whose parameters cannot be told from one another are refused")
{
    Families f = hierarchical("[1, 1]", "[1, 2]");
    f.truth_gate = Families().truth_gate;
    f.truth_atoms = "experts = 2";
    CHECK_THAT(f.error(), Contains("fit.fit.gate has the normalizer \"hierarchical\", the truth "
                                   "\"softmax\"") &&
                              Contains("neither starts nor losses can be compared"));
    f = hierarchical("[1, 1]", "[1, 2]");
    f.gate = Families().gate;
    f.atoms = "experts = 3";
    CHECK_THAT(f.error(), Contains("only one of them has groups"));

    std::string const attention = R"(score = "attention", normalizer = "softmax", rank = 2)";
    CHECK(both(attention, "softmax.L1").read().curves[0].model.gate.rank == 2);
    f = Families();
    f.gate = attention;
    CHECK_THAT(f.error(), Contains("fit.fit.gate has the score \"attention\", the truth "
                                   "\"linear\"") &&
                              Contains("no location w"));
    f = Families();
    f.truth_gate = attention;
    CHECK_THAT(f.error(), Contains("the score \"linear\", the truth \"attention\""));
    f = both(attention, "softmax.L1");
    f.gate = R"(score = "attention", normalizer = "softmax", rank = 1)";
    CHECK_THAT(f.error(), Contains("has rank 1, the truth 2") && Contains("use rank = 2"));
}

TEST_CASE("truth and fit may have different scores, normalizers and experts")
{
    Families f;
    f.loss = "cosine.L2";
    f.gate = R"(score = "cosine", normalizer = "softmax", tau1 = 0.1, tau2 = 0.2)";
    Curve curve = f.read().curves[0];
    CHECK(curve.model.gate.tau1 == 0.1);
    CHECK(curve.model.gate.tau2 == 0.2);
    CHECK(curve.truth.model.gate.tau1 == 0);
    f = Families();
    f.truth_gate = R"(score = "monomial", normalizer = "softmax")";
    f.gate = R"(score = "quadratic", normalizer = "softmax")";
    f.loss = "quadratic.L1";
    curve = f.read().curves[0];
    CHECK(curve.truth.model.layout.size == 2 * (4 + 1 + 2 + 1));
    CHECK(curve.model.layout.size == 3 * (4 + 2 + 1 + 2 + 1));
    f = Families();
    f.atoms = "experts = 3\nexpert = { form = \"ffn\", activation = \"power\", power = 2 }";
    curve = f.read().curves[0];
    CHECK(curve.model.expert.power == 2);
    CHECK(curve.model.layout.size == 3 * (2 + 1 + 2 + 1 + 1));
    f = both(R"(score = "linear", normalizer = "topk", top = 2)", "softmax.L1");
    CHECK(f.read().curves[0].model.gate.top == 2);
    f.gate = R"(score = "linear", normalizer = "topk", top = 4)";
    CHECK_THAT(f.error(), Contains("s.toml:23:1: the fit has 3 atoms and gate.top = 4"));
    f.truth_gate = R"(score = "linear", normalizer = "topk", top = 3)";
    CHECK_THAT(f.error(), Contains("s.toml:13:1: the truth has 2 atoms and gate.top = 3"));
    f = both(R"(score = "quadratic", normalizer = "softmax")", "quadratic.L1");
    f.d = 513; // 513^2 > 2^18
    CHECK_THAT(f.error(), Contains("has 263169 numbers an atom in one parameter"));
}

TEST_CASE("a temperature may be learned by the truth, the fit or both")
{
    std::string const learned =
        R"(score = "linear", normalizer = "softmax", temperature = "learned")";
    Families f = both(learned, "temperature.L4");
    f.truth_more = "temperature = 2.0";
    Curve curve = f.read().curves[0];
    CHECK(curve.truth.model.gate.learned_temperature == 1);
    CHECK(curve.truth.model.temperature == 2.0); // T* is given, not drawn
    CHECK(curve.model.gate.learned_temperature == 1);
    CHECK(curve.model.temperature == 1.0); // nothing is known of it
    CHECK(curve.model.layout.size == 3 * 6 + 1);
    f.gate = Families().gate;
    f.loss = "softmax.L1";
    CHECK(f.read().curves[0].model.temperature == 2.0); // a fixed one is the truth's
    f.truth_gate = Families().truth_gate;
    f.gate = learned;
    f.loss = "temperature.L4";
    curve = f.read().curves[0];
    CHECK(curve.truth.model.gate.learned_temperature == 0);
    CHECK(curve.model.temperature == 1.0);
    f.truth_more = "temperature = 0";
    CHECK_THAT(f.error(), Contains("truth.temperature = 0 is out of range"));
}

TEST_CASE("a loss that does not fit is refused, and those that do are named")
{
    auto const error = [](std::string const& gate, std::string const& loss) {
        Families f = both(gate, loss);
        if (gate.find("hierarchical") != std::string::npos)
            f.truth_atoms = f.atoms = "groups = [1, 1]";
        return f.error();
    };
    CHECK_THAT(error(R"(score = "monomial", normalizer = "softmax")", "softmax.L1"),
               Contains("s.toml:24:1: fit.fit.loss") && Contains("choose from: monomial.L2r, monomial.L3"));
    CHECK_THAT(error(R"(score = "quadratic", normalizer = "sigmoid")", "quadratic.L1"),
               Contains("choose from: sigmoid-quadratic.L1, sigmoid-quadratic.L2r, "
                        "sigmoid-quadratic.L3"));
    CHECK_THAT(error(R"(score = "linear", normalizer = "hierarchical")", "softmax.L1"),
               Contains("choose from: hierarchical.L5, hierarchical.L6r"));
    CHECK_THAT(error(R"(score = "linear", normalizer = "softmax")", "hierarchical.L5"),
               Contains("choose from: softmax.L1, softmax.L2r"));
    CHECK_THAT(
        error(R"(score = "linear", normalizer = "softmax", temperature = "learned")", "softmax.L1"),
        Contains("choose from: temperature.L3r, temperature.L4"));
    CHECK_THAT(error(R"(score = "monomial", normalizer = "softmax")", "monomail.L3"),
               Contains("nearest: \"monomial.L3\""));
}

TEST_CASE("a null expert must be 0 where its parameters are")
{
    Families f = both(R"(score = "linear", normalizer = "sigmoid")", "sigmoid.D1");
    f.start = "split = \"null\"";
    for (char const* zero : {R"(form = "ridge", activation = "gelu")",
                             R"(form = "ffn", activation = "sigmoid")", R"(form = "constant")"})
    {
        f.expert = zero;
        CHECK(f.read().curves[0].start.split == Split::null);
    }
    f.expert = R"(form = "ridge", activation = "sigmoid")";
    CHECK_THAT(f.error(), Contains("start.split = \"null\" does not fit sigmoid experts"));
}

TEST_CASE("every setting of a family is part of the identity, and only where it is used")
{
    std::set<std::string> cells;
    std::vector<std::pair<std::string, std::string>> const gates{
        {R"(score = "linear", normalizer = "softmax")", "softmax.L1"},
        {R"(score = "linear", normalizer = "softmax", temperature = "learned")", "temperature.L4"},
        {R"(score = "cosine", normalizer = "softmax")", "cosine.L2"},
        {R"(score = "cosine", normalizer = "softmax", tau1 = 0.1)", "cosine.L2"},
        {R"(score = "cosine", normalizer = "softmax", tau2 = 0.1)", "cosine.L2"},
        {R"(score = "ridge", normalizer = "softmax", activation = "tanh")", "softmax.L1"},
        {R"(score = "ridge", normalizer = "softmax", activation = "relu")", "softmax.L1"},
        {R"(score = "ridge", normalizer = "softmax", activation = "power", power = 2)",
         "softmax.L1"},
        {R"(score = "ridge", normalizer = "softmax", activation = "power", power = 3)",
         "softmax.L1"},
        {R"(score = "attention", normalizer = "softmax", rank = 1)", "softmax.L1"},
        {R"(score = "attention", normalizer = "softmax", rank = 2)", "softmax.L1"},
        {R"(score = "linear", normalizer = "topk", top = 1)", "softmax.L1"},
        {R"(score = "linear", normalizer = "topk", top = 2)", "softmax.L1"},
        {R"(score = "monomial", normalizer = "softmax")", "monomial.L3"},
        {R"(score = "euclidean", normalizer = "softmax")", "softmax.L1"}};
    for (auto const& [gate, loss] : gates)
        cells.insert(both(gate, loss).cell());
    for (char const* groups : {"[2, 3]", "[3, 2]", "[3, 3]"})
        cells.insert(hierarchical("[2, 2]", groups).cell());
    CHECK(cells.size() == gates.size() + 3);
    // what a family does not use is not in it
    CHECK(both(R"(score = "cosine", normalizer = "softmax", tau1 = 0, tau2 = 0.0)", "cosine.L2")
              .cell() == both(gates[2].first, "cosine.L2").cell());
    Study const study = Families().read();
    for (char const* key : {"tau1", "power", "rank", "top", "group_of"})
        CHECK(canonical_curve(study, study.curves[0]).find(key) == std::string::npos);
    Study const grouped = hierarchical("[1, 1]", "[1, 2]").read();
    CHECK_THAT(canonical_curve(grouped, grouped.curves[0]),
               Contains("\"group_of\":[0,1,1]") && Contains("\"group_of\":[0,1]"));
}

TEST_CASE("describe names the keys of the cells and what one side lacks")
{
    CHECK_THAT(describe(Families().read()), Contains("cells by  gate w; expert a, b\n"));
    Families f;
    f.gate = R"(score = "quadratic", normalizer = "softmax")";
    f.loss = "quadratic.L1";
    CHECK_THAT(describe(f.read()),
               Contains("cells by  gate A (0 in the truth), w; expert a, b\n") &&
                   Contains("parameters of different families are not comparable"));
    f = Families();
    f.atoms = "experts = 3\nexpert = { form = \"ffn\", activation = \"relu\" }";
    CHECK_THAT(describe(f.read()), Contains("expert a, b, lambda (0 in the truth)"));
    f = both(R"(score = "linear", normalizer = "softmax", temperature = "learned")",
             "temperature.L4");
    CHECK_THAT(describe(f.read()), Contains("cells by  gate w, T; expert a, b"));
    std::string const grouped = describe(hierarchical("[2, 2]", "[2, 3]").read());
    CHECK_THAT(grouped, Contains("groups = [2, 2]") && Contains("groups = [2, 3]") &&
                            Contains("extra: 1 on any true atom of its own group at random") &&
                            Contains("cells by  groups w; their members: gate w; expert a, b"));
}
