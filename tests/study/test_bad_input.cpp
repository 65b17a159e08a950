#include "tests/places.h"
#include "tests/study/sample.h"

#include <filesystem>

using namespace moerate;
using Catch::Contains;

namespace
{

/// The error after one change to the small study.
std::string error(std::string const& from, std::string const& to)
{
    return sample::error_of_text(sample::with(from, to));
}

} // namespace

TEST_CASE("what is not a readable experiment file is refused")
{
    CHECK_THAT(sample::error_of([] { read_study("/no/such/file.toml"); }),
               Contains("/no/such/file.toml") && Contains("No such file"));
    CHECK_THAT(sample::error_of([] { read_study(MOE_BINARY_DIR); }), Contains("is a folder"));
    std::string const empty = sample::scratch("empty.toml");
    sample::write_file(empty, "\n");
    CHECK_THAT(sample::error_of([&] { read_study(empty); }), Contains("is empty"));
    CHECK_THAT(sample::error_of_text("a = = 1"), Contains("s.toml:1:5: not TOML"));
    CHECK_THAT(sample::error_of_text("[study]\nid = \"a\"\nid = \"b\"\n"), Contains("s.toml:3:"));
    CHECK_THAT(sample::error_of_text("[study]\nid = 1979-05-27\n"),
               Contains("s.toml:2:1") && Contains("date"));
    CHECK_THAT(sample::error_of_text("# nothing"), Contains("study is missing"));
}

TEST_CASE("an unknown key is named with its place, the nearest key and what is allowed")
{
    CHECK_THAT(error("seed = 7", "seed = 7\nregresion_samples = 5"),
               Contains("s.toml:5:1: unknown key \"regresion_samples\" in [study] (nearest: "
                        "\"regression_samples\")") &&
                   Contains("allowed: ") && Contains("max_failed"));
    // a misspelt required key is found as such, not as a missing one
    CHECK_THAT(error("replicates = 3", "replicats = 3"),
               Contains("s.toml:5:1: unknown key \"replicats\" in [study] (nearest: "
                        "\"replicates\")"));
    CHECK_THAT(error("[data]", "[dta]"), Contains("s.toml:7:2: unknown key \"dta\" at the top"));
    CHECK_THAT(error("batch = 10", "bach = 10"),
               Contains("s.toml:17:1: unknown key \"bach\" in [estimator] (nearest: \"batch\")"));
    CHECK_THAT(error("experts = 3", "experts = 3\ngauges = 1"),
               Contains("s.toml:22:1: unknown key \"gauges\" in [fit.soft] (nearest: \"gauge\")"));
    CHECK_THAT(error("zero = \"location\"", "zeros = \"location\""),
               Contains("s.toml:14:71: unknown key \"zeros\" in [truth.draw]"));
    CHECK_THAT(error("activation = \"relu\" }", "activation = \"relu\", power = 2 }"),
               Contains("s.toml:12:49: unknown key \"power\" in [truth.expert]"));
    CHECK_THAT(error("normalizer = \"softmax\" }", "normalizer = \"softmax\", tau1 = 0.1 }"),
               Contains("unknown key \"tau1\" in [truth.gate]"));
}

TEST_CASE("a key of [start] that every fit sets itself is refused for that reason")
{
    std::string one = sample::text.substr(0, sample::text.rfind("[[fit]]"));
    one.insert(one.find("[estimator]"), "[start]\nscale = 0.1\n");
    std::string const own = "[fit.start]\nscale = 0.2\n";
    CHECK_THAT(
        sample::error_of_text(one + own),
        Contains("s.toml:16:1: start.scale has no use here (the only fit, \"soft\", has its own) "
                 "remove it"));
    CHECK(sample::error_of_text(one + "[fit.start]\nexponent = 0\n") == "");
    std::string const second = "[[fit]]\nlabel = \"b\"\ngate = { score = \"linear\", normalizer = "
                               "\"softmax\" }\nexperts = 3\nloss = \"softmax.L1\"\n";
    CHECK(sample::error_of_text(one + own + second) == ""); // b has the study's
    CHECK_THAT(sample::error_of_text(one + own + second + own),
               Contains("start.scale has no use here (every fit has its own)"));
}

TEST_CASE("numbers out of range are refused")
{
    CHECK_THAT(
        error("replicates = 3", "replicates = 0"),
        Contains("s.toml:5:1: study.replicates = 0 is out of range (it must be at least 1)"));
    CHECK_THAT(error("replicates = 3", "replicates = 2.5"), Contains("not a whole number"));
    CHECK_THAT(error("replicates = 3", "replicates = \"3\""), Contains("not a whole number"));
    CHECK_THAT(error("replicates = 3", "replicates = 3000000000"), Contains("between 1 and 2147"));
    CHECK_THAT(error("seed = 7", "seed = -7"), Contains("study.seed = -7"));
    CHECK_THAT(error("seed = 7\n", ""), Contains("s.toml:2:2: study.seed is missing"));
    CHECK_THAT(error("id = \"small\"", "id = \"../up\""), Contains("results folder"));
    CHECK_THAT(error("noise_variance = 0.5", "noise_variance = -1"),
               Contains("s.toml:9:1: data.noise_variance = -1 is out of range"));
    for (char const* bad : {"nan", "inf", "-inf", "\"x\"", "true"})
        CHECK_THAT(error("noise_variance = 0.5", "noise_variance = " + std::string(bad)),
                   Contains("s.toml:9:1: data.noise_variance"));
    CHECK_THAT(error("label = \"soft\"", "label = \"so\\u0000ft\""), Contains("U+0000"));
    CHECK_THAT(error("d = 2", "d = 0"), Contains("data.d = 0"));
    CHECK_THAT(error("gate_variance = 0.1", "gate_variance = -0.1"), Contains("gate_variance"));
    for (char const* bad : {"learning_rate = 0", "epochs = 0", "loss_factor = -1",
                            "sampling = \"none\"", "precision = \"float16\"", "batch2 = 1"})
        CHECK_THAT(error("kind = \"sgd\"", "kind = \"sgd\"\n" + std::string(bad)),
                   Contains("s.toml:17:1"));
}

TEST_CASE("sample sizes must be whole, positive and increasing")
{
    auto const with_n = [](std::string const& n) { return error("[100, 200]", n); };
    CHECK_THAT(with_n("[0, 200]"), Contains("s.toml:6:1: study.n holds 0"));
    CHECK_THAT(with_n("0"), Contains("sample sizes are a list"));
    CHECK_THAT(with_n("[200, 100]"), Contains("100 after 200"));
    CHECK_THAT(with_n("[100, 100]"), Contains("100 after 100"));
    CHECK_THAT(with_n("[]"), Contains("empty"));
    CHECK_THAT(with_n("[100.5]"), Contains("whole number"));
    CHECK_THAT(with_n("{ geom = [10, 12, 9] }"), Contains("lower the count"));
    CHECK_THAT(with_n("{ geom = [0, 12, 2] }"), Contains("out of range"));
    CHECK_THAT(with_n("{ geom = [10, 12] }"), Contains("three numbers"));
    CHECK_THAT(with_n("{ geo = [10, 12, 2] }"), Contains("unknown key \"geo\" in [study.n]"));
}

TEST_CASE("a fit must suit its truth and its data")
{
    CHECK_THAT(error("experts = 3", "experts = 1"),
               Contains("s.toml:21:1: fit.soft.experts = 1 is less than the truth's 2"));
    CHECK_THAT(error("batch = 10", "batch = 101"),
               Contains("s.toml:17:1: estimator.batch = 101 is larger than the smallest n = 100"));
    CHECK_THAT(error("n = [100, 200]", "n = [5, 200]"), Contains("the smallest n = 5"));
    CHECK(error("batch = 10", "batch = \"full\"").empty());
    CHECK_THAT(error("batch = 10", "batch = \"ful\""), Contains("nearest: \"full\""));
    CHECK_THAT(error("zero_gate = [2]", "zero_gate = [3]"), Contains("counted from 1 to 2"));
    CHECK_THAT(error("zero_gate = [2]", "zero_gate = [2, 2]"), Contains("twice"));
    CHECK_THAT(error("[estimator]", "[start]\nextra = [0]\n[estimator]"),
               Contains("s.toml:16:1: start.extra holds 0"));
    CHECK_THAT(error("label = \"sigm\"", "label = \"soft\""),
               Contains("s.toml:24:1") && Contains("is taken"));
    CHECK_THAT(error("label = \"sigm\"", "label = \"\""), Contains("is empty"));
    CHECK_THAT(error("label = \"sigm\"\n", ""), Contains("fit.#2.label is missing"));
    CHECK_THAT(error("score = \"linear\", normalizer = \"sigmoid\"",
                     "score = \"linea\", normalizer = \"sigmoid\""),
               Contains("fit.sigm.gate.score = \"linea\"") && Contains("nearest: \"linear\""));
    CHECK_THAT(error("score = \"linear\", normalizer = \"sigmoid\"",
                     "score = \"cubic\", normalizer = \"sigmoid\""),
               Contains("known: linear"));
}

TEST_CASE("losses must exist, fit the gate and take their exponents")
{
    CHECK_THAT(error("\"sigmoid.D3\"", "\"sigmoid.D4\""), Contains("nearest: \"sigmoid.D1\""));
    CHECK_THAT(error("\"sigmoid.D3\"", "\"softmax.L1\""),
               Contains("s.toml:27:1") &&
                   Contains("choose from: sigmoid.D1, sigmoid.D2r, sigmoid.D3"));
    CHECK_THAT(error("\"sigmoid.D3\"", "{name = \"sigmoid.D3\", r = 2}"),
               Contains("s.toml:27:30") && Contains("sigmoid.D3 has no exponent"));
    CHECK_THAT(error("loss = \"sigmoid.D3\"", "loss = \"sigmoid.D3\"\nr = 2"),
               Contains("s.toml:28:1: fit.sigm.r has no use here"));
    CHECK_THAT(error("r = 1 }", "r = 0 }"), Contains("above 0"));
    CHECK_THAT(error("loss = \"sigmoid.D3\"", "loss = []"), Contains("empty list"));
    CHECK_THAT(error("\"sigmoid.D3\"", "[\"sigmoid.D3\", \"sigmoid.D3\"]"), Contains("twice"));
    CHECK_THAT(error("\"sigmoid.D3\"", "3"),
               Contains("fit.sigm.loss = 3 is a number, not a known loss"));
    CHECK_THAT(error("loss = \"sigmoid.D3\"", "loss = \"sigmoid.D3\"\ntheory = \"fast\""),
               Contains("fit.sigm.theory"));
    CHECK_THAT(error("loss = \"sigmoid.D3\"",
                     "loss = \"sigmoid.D3\"\ntheory = { claim = -0.5, stands = false }"),
               Contains("fit.sigm.theory.why"));
    CHECK_THAT(error("loss = \"sigmoid.D3\"", "loss = \"sigmoid.D3\"\ntheory = { clam = -0.5 }"),
               Contains("claim"));
}

TEST_CASE("what nobody can mean is refused with the reason, but not in a store that has it")
{
    struct Odd
    {
        std::string setting, key, reason;
    };
    std::string const long_id(251, 'x');
    for (Odd const& odd : {Odd{"fit.soft.r=1e300", "fit.soft.r = 1e+300", "between 0.01 and 100"},
                           Odd{"fit.soft.r=1e-300", "fit.soft.r = 1e-300", "distances to such a"},
                           Odd{"study.error_bars=1e300", "study.error_bars = 1e+300", "no figure"},
                           Odd{"study.id=\"" + long_id + "\"", "has 251 characters", "at most 250"},
                           Odd{"fit.soft.label=\" \"", "a label is blank", "names the curve"}})
    {
        std::vector<std::string> const settings{odd.setting, "fit.soft.loss=\"softmax.L2r\""};
        std::string const text = sample::error_of_text(sample::text, {settings[1], settings[0]});
        CAPTURE(odd.setting);
        CHECK_THAT(text, Contains(odd.key) && Contains(odd.reason));
        CHECK_NOTHROW(parse_study(sample::text, "stored study", {settings[1], settings[0]}, ".",
                                  TextOf::store));
    }
    for (char const* tolerance : {"1", "1e300"})
        CHECK_THAT(
            sample::error_of_text(sample::text, {"estimator={kind=\"lse\",gradient_tolerance=" +
                                                 std::string(tolerance) + "}"}),
            Contains("it is a cosine") && Contains("at least 0 and below 1"));
    for (char const* fine : {"fit.soft.r=0.01", "fit.soft.r=100", "study.error_bars=100"})
        CHECK(sample::error_of_text(sample::text, {"fit.soft.loss=\"softmax.L2r\"", fine}) == "");
    CHECK(sample::error_of_text(sample::text, {"study.id=\"" + long_id.substr(1) + "\""}) == "");
}

TEST_CASE("two curves of one label are told with what made the second")
{
    std::string const two = sample::with("label = \"sigm\"", "label = \"soft [truth 2]\"");
    CHECK_THAT(
        sample::error_of_text(two, {"study.truths=2"}),
        Contains("s.toml:24:1: two curves are called \"soft [truth 2]\" (study.truths names"));
    std::string const swept = sample::with("label = \"sigm\"", "label = \"soft [experts=3]\"");
    CHECK_THAT(sample::error_of_text(swept + "[sweep]\n\"fit.soft.experts\" = [3, 4]\n"),
               Contains("two curves are called ") && Contains("the sweep names"));
}

TEST_CASE("what is not built yet or has no use here is refused with the reason")
{
    CHECK_THAT(error("loss = \"sigmoid.D3\"",
                     "loss = \"sigmoid.D3\"\ntarget = [\"projection\", \"projection\"]"),
               Contains("s.toml:28:1: fit.sigm.target names \"projection\" twice"));
    CHECK_THAT(error("loss = \"sigmoid.D3\"", "loss = [\"sigmoid.D3\", \"sigmoid.D3\"]"),
               Contains("fit.sigm.loss measures sigmoid.D3 twice"));
    CHECK_THAT(error("kind = \"sgd\"", "kind = \"sgd\"\nbox = 10"),
               Contains("s.toml:17:1: estimator.box has no use here"));
    auto const start = [](std::string const& keys) {
        return error("[estimator]", "[start]\n" + keys + "\n[estimator]");
    };
    CHECK_THAT(start("starts = 2"),
               Contains("s.toml:16:1: start.starts = 2") && Contains("begins once"));
    CHECK_THAT(start("blind = 1"), Contains("s.toml:16:1: start.blind = 1") &&
                                       Contains("the first start is never blind"));
    CHECK_THAT(start("split = \"null\""), Contains("does not fit a softmax gate"));
    CHECK_THAT(start("kind = \"truth\"\nscale = 0.1"),
               Contains("s.toml:17:1: start.scale") && Contains("has no use here"));
    CHECK_THAT(error("[estimator]", "[target]\nstarts = 4\n[estimator]"),
               Contains("s.toml:15:2: target has no use here"));
    CHECK_THAT(error("[estimator]", "[target]\nstart = 4\n[estimator]"),
               Contains("nearest: \"starts\""));
    CHECK_THAT(error("experts = 2\ndraw", "groups = [1, 1]\nexperts = 2\ndraw"),
               Contains("truth.groups has no use here"));
}
