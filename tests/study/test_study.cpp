#include "host/study/identity.h"
#include "host/study/truth.h"
#include "kernels/family/losses.h"
#include "tests/places.h"
#include "tests/study/sample.h"

#include <filesystem>
#include <fstream>
#include <set>

using namespace moerate;
using Catch::Contains;

namespace
{

/// Everything of two studies but file names must agree.
void check_equal(Study const& a, Study const& b)
{
    CHECK(a.id == b.id);
    CHECK(a.title == b.title);
    CHECK(a.source == b.source);
    CHECK(a.seed == b.seed);
    CHECK(a.replicates == b.replicates);
    CHECK(a.n == b.n);
    CHECK(a.nested == b.nested);
    CHECK(a.regression_samples == b.regression_samples);
    CHECK(a.max_failed == b.max_failed);
    CHECK(a.error_bars == b.error_bars);
    CHECK(a.resolved == b.resolved);
    REQUIRE(a.curves.size() == b.curves.size());
    for (std::size_t i = 0; i < a.curves.size(); ++i) {
        Curve const &x = a.curves[i], &y = b.curves[i];
        CHECK(x.label == y.label);
        CHECK(canonical_curve(a, x) == canonical_curve(b, y));
        CHECK(x.truth.theta == y.truth.theta);
        CHECK(x.reported_slope == y.reported_slope);
        REQUIRE(x.losses.size() == y.losses.size());
        for (std::size_t j = 0; j < x.losses.size(); ++j) {
            CHECK(x.losses[j].choice.loss == y.losses[j].choice.loss);
            CHECK(x.losses[j].theory.claim == y.losses[j].theory.claim);
            CHECK(x.losses[j].theory.stands == y.losses[j].theory.stands);
            CHECK(x.losses[j].theory.why == y.losses[j].theory.why);
            CHECK(x.losses[j].choice.r == y.losses[j].choice.r);
            CHECK(x.losses[j].choice.gauge == y.losses[j].choice.gauge);
            CHECK(x.losses[j].target == y.losses[j].target);
        }
    }
}

void check_round_trip(Study const& study)
{
    INFO(study.resolved);
    check_equal(study, parse_study(study.resolved, "resolved"));
}

} // namespace

TEST_CASE("regression_samples may be found by itself")
{
    std::string const with = "n = [100, 200]\nregression_samples = \"auto\"";
    Study const study = sample::parse(sample::with("n = [100, 200]", with));
    CHECK(study.regression_precision == 0.01);
    CHECK(study.regression_samples == 100000); // at most
    CHECK(parse_study(study.resolved, "again", {}).regression_precision == 0.01);
    CHECK(sample::parse(sample::text).regression_precision == 0);
    std::string const wrong = "n = [100, 200]\nregression_samples = \"few\"";
    CHECK_THROWS_WITH(sample::parse(sample::with("n = [100, 200]", wrong)),
                      Contains("regression_samples") && Contains("auto"));
}

TEST_CASE("a small study is read with its defaults")
{
    Study const study = sample::parse(sample::text);
    CHECK(study.id == "small");
    CHECK(study.seed == 7);
    CHECK(study.n == std::vector<int>{100, 200});
    CHECK_FALSE(study.nested);
    CHECK(study.regression_samples == 100000);
    CHECK(study.max_failed == 0.05);
    REQUIRE(study.curves.size() == 2);

    Curve const& soft = study.curves[0];
    CHECK(soft.label == "soft");
    CHECK(soft.noise_variance == 0.5);
    CHECK(soft.truth.model.k == 2);
    CHECK(soft.model.k == 3);
    CHECK(soft.model.d == 2);
    CHECK(soft.model.layout.size == 3 * (2 + 1 + 2 + 1));
    CHECK(soft.model.expert.activation == soft.truth.model.expert.activation);
    REQUIRE(soft.truth.draw);
    CHECK(soft.truth.draw->zero_gate == std::vector<int>{2});
    CHECK_FALSE(soft.truth.draw->zero_bias);
    CHECK(soft.start.scale == 0.005);
    CHECK(soft.start.exponent == -0.083);
    CHECK(sample::setting(soft, "batch") == 10);
    CHECK(sample::setting(soft, "epochs") == 10);
    REQUIRE(soft.losses.size() == 2);
    CHECK(soft.losses[0].choice.r == 1.0); // softmax.L1 has no exponent
    CHECK(soft.losses[1].choice.loss == find<Losses>("softmax.L2r"));
    CHECK(soft.losses[1].choice.r == 1.0);
    CHECK(soft.losses[1].choice.gauge == Gauge::align);
    CHECK(soft.losses[0].theory.claim.empty());
    CHECK_FALSE(soft.reported_slope);
    check_round_trip(study);
}

TEST_CASE("sample sizes may be given as a geometric series")
{
    auto const geom = [](std::string const& series) {
        return sample::parse(sample::with("n = [100, 200]", "n = { geom = " + series + " }"));
    };
    CHECK(geom("[100, 10000, 3]").n == std::vector<int>{100, 1000, 10000});
    // 1000 * 10^(2/9 i), rounded to the nearest integer by hand
    CHECK(geom("[1000, 100000, 10]").n ==
          std::vector<int>{1000, 1668, 2783, 4642, 7743, 12915, 21544, 35938, 59948, 100000});
    check_round_trip(geom("[1e2, 1e4, 4]"));
}

TEST_CASE("a fit's own start and estimator override the study's key by key")
{
    Study const study = sample::parse(sample::text + R"([fit.estimator]
learning_rate = 0.5
precision = "float64"
[fit.start]
kind = "truth"
[start]
scale = 0.25
)");
    Curve const &soft = study.curves[0], &sigm = study.curves[1];
    CHECK(sample::setting(soft, "learning_rate") == 0.1);
    CHECK(sample::setting(sigm, "learning_rate") == 0.5);
    CHECK(sample::setting(sigm, "batch") == 10);
    CHECK(sigm.estimator->in_float64());
    CHECK_FALSE(soft.estimator->in_float64());
    CHECK(soft.start.scale == 0.25);
    CHECK(soft.start.kind == StartKind::near);
    CHECK(sigm.start.kind == StartKind::truth);
    check_round_trip(study);
}

TEST_CASE("exponents go to the losses that have one")
{
    Study const study = sample::parse(
        sample::with("loss = [\"softmax.L1\", { name = \"softmax.L2r\", r = 1 }]",
                     "loss = [\"softmax.L1\", \"softmax.L2r\", {name = \"softmax.L2r\", r = 3.5}]\n"
                     "r = 1.5\ngauge = \"none\"\ntheory = -0.25\nreported_slope = -0.2"));
    std::vector<LossSpec> const& losses = study.curves[0].losses;
    REQUIRE(losses.size() == 3);
    CHECK(losses[0].choice.r == 1.0);
    CHECK(losses[1].choice.r == 1.5);
    CHECK(losses[2].choice.r == 3.5);
    CHECK(losses[1].choice.gauge == Gauge::none);
    CHECK(study.curves[0].losses[0].theory.claim == "-0.25");
    CHECK(study.curves[0].reported_slope == -0.2);
    check_round_trip(study);
    Study const two =
        sample::parse(sample::with("{ name = \"softmax.L2r\", r = 1 }", "\"softmax.L2r\""));
    CHECK(two.curves[0].losses[1].choice.r == 2.0);
}

TEST_CASE("a truth may be given as a measure beside the experiment file")
{
    std::string const folder = sample::scratch("truth");
    std::filesystem::create_directories(folder);
    sample::write_file(folder + "/truth.json", R"({"d": 2,
        "gate": {"score": "linear", "normalizer": "softmax", "temperature": "fixed"},
        "expert": {"form": "ridge", "activation": "relu"}, "temperature": 2.0,
        "atoms": [{"gate": {"w": [0.1, 0.2], "b": 0.3}, "expert": {"a": [1e-7, 0.5], "b": 0.6}},
                  {"gate": {"w": [1.1, 1.2], "b": 1.3}, "expert": {"a": [1.4, 1.5], "b": 1.6}}]})");
    std::string const toml =
        sample::with("draw = { gate_variance = 0.1, expert_variance = 0.2, zero_gate = [2], zero = "
                     "\"location\" }",
                     "file = \"truth.json\"");
    sample::write_file(folder + "/study.toml", toml);

    Study const study = read_study(folder + "/study.toml");
    TruthSpec const& truth = study.curves[0].truth;
    CHECK_FALSE(truth.draw);
    CHECK(truth.theta ==
          std::vector<double>{0.1, 0.2, 1.1, 1.2, 0.3, 1.3, 1e-7, 0.5, 1.4, 1.5, 0.6, 1.6});
    CHECK(truth.model.temperature == 2.0);
    CHECK(study.curves[0].model.temperature == 2.0); // a fixed temperature is known to the fit
    check_round_trip(study); // without the file: the resolved study holds the measure

    auto const error = [&](std::string const& from, std::string const& to) {
        std::string changed = toml;
        changed.replace(changed.find(from), from.size(), to);
        return sample::error_of([&] { parse_study(changed, "s.toml", {}, folder); });
    };
    CHECK_THAT(error("d = 2", "d = 3"), Contains("s.toml:14:1") && Contains("dimension 2"));
    CHECK_THAT(error("truth.json", "none.json"), Contains("s.toml:14:1") && Contains("none.json"));
    CHECK_THAT(error("experts = 2", "experts = 3"), Contains("s.toml:13:1: truth.experts"));
    CHECK_THAT(error("file =", "draw = {gate_variance = 1, expert_variance = 1}\nfile ="),
               Contains("more than one of draw, file"));
    CHECK_THAT(error("file = \"truth.json\"", ""), Contains("none of draw, file"));
    sample::write_file(folder + "/bad.json", "{\"d\": 2,");
    CHECK_THAT(error("truth.json", "bad.json"), Contains("is not JSON"));
    sample::write_file(folder + "/bad.json", "{\"d\": 2,\n \"gate\": {\"scor\": 1}}");
    CHECK_THAT(error("truth.json", "bad.json"), Contains("bad.json:2:11: unknown key \"scor\""));
}

TEST_CASE("every experiment file is valid, and its resolved text gives the same study")
{
    std::set<std::string> ids;
    for (auto const& entry : std::filesystem::directory_iterator(MOE_SOURCE_DIR "/experiments")) {
        if (entry.path().extension() != ".toml")
            continue;
        INFO(entry.path());
        Study const study = read_study(entry.path().string());
        CHECK(study.id == entry.path().stem().string());
        CHECK_FALSE(study.curves.empty());
        check_round_trip(study);
        if (study.id.compare(0, 2, "00") != 0) // no figure of a paper, and of any size
            continue;
        // 001's slopes are in figures only, 002 has theorems only, -nz are companions of ours
        bool const none = study.id.compare(0, 3, "001") == 0 ||
                          study.id.compare(0, 3, "002") == 0 ||
                          study.id.find("-nz") != std::string::npos;
        for (Curve const& curve : study.curves) {
            bool const illegible = study.id == "003-1a" && curve.label == "softmax";
            CHECK(curve.reported_slope.has_value() == (!none && !illegible));
        }
        CHECK(study.error_bars == (study.id.compare(0, 3, "000") == 0 ? 3 : 2));
        CHECK(study.replicates == 20);
        CHECK(study.n.front() == 1000);
        CHECK(study.n.back() == 100000);
        ids.insert(study.id);
    }
    std::ifstream list(MOE_SOURCE_DIR "/tests/study/cell_ids.txt"); // a line a curve
    std::set<std::string> published;
    std::string name, n, cell;
    while (list >> name >> n >> cell)
        published.insert(name);
    CHECK(published.size() == 32);
    CHECK(ids == published);
}

TEST_CASE("a study over several truths repeats its curves, each with a label of its own")
{
    Study const study = sample::parse(sample::with("seed = 7", "seed = 7\ntruths = 3"));
    check_round_trip(study);
    CHECK(study.truths == 3);
    std::vector<std::string> labels, shared;
    for (Curve const& curve : study.curves) {
        labels.push_back(curve.label);
        shared.push_back(curve.all_truths);
    }
    CHECK(labels == std::vector<std::string>{"soft", "sigm", "soft [truth 2]", "sigm [truth 2]",
                                             "soft [truth 3]", "sigm [truth 3]"});
    CHECK(shared == std::vector<std::string>{"soft", "sigm", "soft", "sigm", "soft", "sigm"});
    CHECK(truth_number(study.curves[3]) == 2);
    CHECK(true_parameters(study, study.curves[0], study.n.front()) ==
          true_parameters(sample::parse(sample::text), study.curves[0], 100));
    CHECK(true_parameters(study, study.curves[0], study.n.front()) !=
          true_parameters(study, study.curves[2], study.n.front()));
    // [check] says it once
    CHECK_THAT(describe(study),
               Contains("truths    3: every curve below once for each") && !Contains("truth 2"));
}

TEST_CASE("a loss has the fit's theory or its own; a refuted one says why")
{
    Study const study = sample::parse(sample::with(
        "loss = [\"softmax.L1\", { name = \"softmax.L2r\", r = 1 }]",
        "loss = [\"softmax.L1\", { name = \"softmax.L2r\", r = 1, theory = \"sub\" }]\n"
        "theory = { claim = -0.5, stands = false, why = \"a flat direction\" }"));
    check_round_trip(study);
    std::vector<LossSpec> const& losses = study.curves[0].losses;
    CHECK(losses[0].theory.claim == "-0.5");
    CHECK_FALSE(losses[0].theory.stands);
    CHECK(losses[0].theory.why == "a flat direction");
    CHECK(losses[1].theory.claim == "sub");
    CHECK(losses[1].theory.stands);
    CHECK_THAT(describe(study),
               Contains("theory    -0.5 \u2717 does not stand: a flat direction") &&
                   Contains("theory    slower than any power of n\n"));
}

TEST_CASE("describe tells what is measured and what it means")
{
    std::string const text = describe(sample::parse(sample::text));
    CHECK_THAT(text, Contains("study \"small\"") && Contains("curve \"soft\"") &&
                         Contains("softmax.L2r (r = 1), gauge align, target truth") &&
                         Contains("cells by  gate w; expert a, b"));
    CHECK_THAT(text, Contains("parameters of different families are not comparable unless") &&
                         Contains("is not the paper's target"));
    std::string const same = describe(sample::parse(sample::with(
        "[[fit]]\nlabel = \"sigm\"\ngate = { score = \"linear\", normalizer = \"sigmoid\" }\n"
        "experts = 2\nloss = \"sigmoid.D3\"\n",
        "")));
    CHECK_THAT(same, !Contains("note"));
}
