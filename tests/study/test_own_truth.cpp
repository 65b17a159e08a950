// Fits with a truth of their own, and sweeps over given truths.

#include "host/study/identity.h"
#include "host/study/truth.h"
#include "tests/study/sample.h"

#include <filesystem>

using namespace moerate;
using Catch::Contains;

namespace
{

std::string own_measure_text(double w)
{
    return R"({"d": 2, "gate": {"score": "linear", "normalizer": "softmax", "temperature": "fixed"},
        "expert": {"form": "ridge", "activation": "relu"}, "temperature": 1.0,
        "atoms": [{"gate": {"w": [)" +
           std::to_string(w) + R"(, 0.2], "b": 0.3}, "expert": {"a": [0.4, 0.5], "b": 0.6}},
                  {"gate": {"w": [1.1, 1.2], "b": 1.3}, "expert": {"a": [1.4, 1.5], "b": 1.6}}]})";
}

std::string own_measures_folder()
{
    std::string const folder = sample::scratch("own_truth");
    std::filesystem::create_directories(folder);
    sample::write_file(folder + "/a.json", own_measure_text(0.1));
    sample::write_file(folder + "/b.json", own_measure_text(0.7));
    return folder;
}

bool same_key(StreamKey const& a, StreamKey const& b)
{
    return a.key0 == b.key0 && a.key1 == b.key1 && a.n == b.n && a.replicate == b.replicate;
}

/// The sample whose last fit has this truth of its own.
std::string with_truth(std::string const& truth)
{
    return sample::text + "[fit.truth]\n" + truth;
}

std::string const own_drawn = "gate = { score = \"linear\", normalizer = \"sigmoid\" }\n"
                              "expert = { form = \"ridge\", activation = \"tanh\" }\n"
                              "experts = 2\n"
                              "draw = { gate_variance = 1.0, expert_variance = 2.0 }\n";

} // namespace

TEST_CASE("a fit's own truth has the study's streams, and the others stay what they are")
{
    Study const plain = sample::parse(sample::text);
    Study const study = sample::parse(with_truth(own_drawn));
    REQUIRE(study.curves.size() == 2);
    Curve const &soft = study.curves[0], &own = study.curves[1];
    CHECK(soft.streams.empty());
    CHECK(cell_id(study, soft, 100) == cell_id(plain, plain.curves[0], 100));
    CHECK(cell_id(study, own, 100) != cell_id(plain, plain.curves[1], 100));
    CHECK(own.truth.model.gate.normalizer == own.model.gate.normalizer);
    CHECK(own.model.expert.activation == own.truth.model.expert.activation); // its truth's
    // x, noise and starts are own_drawn under the study's key; parameters and errors under its own.
    CHECK(same_key(data_key(study, soft, 100, 2), data_key(study, own, 100, 2)));
    CHECK(same_key(streams_key(study, own), truth_key(study, soft)));
    CHECK_FALSE(same_key(truth_key(study, own), truth_key(study, soft)));
    CHECK(true_parameters(study, own, study.n.front()) !=
          true_parameters(study, soft, study.n.front()));
    Study const again = parse_study(study.resolved, "resolved");
    CHECK(again.resolved == study.resolved);
    CHECK(canonical_curve(again, again.curves[1]) == canonical_curve(study, own));
}

TEST_CASE("a fit's own truth may be a file, and is a whole one")
{
    std::string const folder = own_measures_folder();
    auto const parse = [&](std::string const& truth) {
        return parse_study(with_truth(truth), "s.toml", {}, folder);
    };
    Study const study = parse("file = \"b.json\"\n");
    CHECK(study.curves[1].truth.theta[0] == 0.7);
    CHECK(study.curves[0].truth.theta.empty()); // own_drawn
    CHECK(parse_study(study.resolved, "resolved").curves[1].truth.theta ==
          study.curves[1].truth.theta);
    CHECK_THAT(sample::error_of([&] { parse("file = \"none.json\"\n"); }), Contains("none.json"));
    CHECK_THAT(sample::error_of([&] { parse("temperature = 2.0\n"); }),
               Contains("none of draw, file, measure"));
    CHECK_THAT(sample::error_of([&] { parse("file = \"a.json\"\nnoise = 1\n"); }),
               Contains("noise"));
    // A sweep of [truth] is none of a fit with its own.
    Study const swept = parse_study(with_truth("file = \"a.json\"\n") +
                                        "[sweep]\n\"truth.draw.expert_variance\" = [0.2, 0.4]\n",
                                    "s.toml", {}, folder);
    REQUIRE(swept.curves.size() == 3);
    CHECK(swept.curves[2].label == "sigm");
}

TEST_CASE("given truths can be swept, by their files")
{
    std::string const folder = own_measures_folder();
    std::string toml =
        sample::with("draw = { gate_variance = 0.1, expert_variance = 0.2, zero_gate = [2], zero = "
                     "\"location\" }\n",
                     "") +
        "[sweep]\n\"truth.file\" = [\"a.json\", \"b.json\"]\n";
    Study const study = parse_study(toml, "s.toml", {}, folder);
    REQUIRE(study.curves.size() == 4);
    CHECK(study.curves[1].label == "soft [truth.file=\"b.json\"]");
    CHECK(study.curves[1].swept.at(0).key == "truth.file");
    CHECK(study.curves[1].swept.at(0).value == "b.json");
    CHECK(study.curves[0].truth.theta[0] == 0.1);
    CHECK(study.curves[1].truth.theta[0] == 0.7);
    // The resolved study needs no files.
    Study const again = parse_study(study.resolved, "resolved");
    CHECK(again.resolved == study.resolved);
    for (std::size_t i = 0; i < study.curves.size(); ++i) {
        CHECK(again.curves[i].label == study.curves[i].label);
        CHECK(cell_id(again, again.curves[i], 100) == cell_id(study, study.curves[i], 100));
        CHECK(again.curves[i].swept.at(0).value == study.curves[i].swept.at(0).value);
    }
    toml.replace(toml.find("truth.file"), 10, "fit.soft.truth.file");
    CHECK_THAT(sample::error_of([&] { parse_study(toml, "s.toml", {}, folder); }),
               Contains("sweep truth.file"));
}

TEST_CASE("a truth where no fit can be is told, common shifts aside", "[study]")
{
    std::string const folder = own_measures_folder();
    // Its w are (0.1, 0.2) and (1.1, 1.2): softmax gates see their difference alone.
    auto const warned = [&](std::string const& estimator) {
        std::string const toml = sample::with("sigmoid\" }\nexperts = 2\nloss = \"sigmoid.D3",
                                              "softmax\" }\nexperts = 2\nloss = \"softmax.L1");
        std::size_t const at = toml.find("[estimator]");
        std::string const head = toml.substr(0, at), tail = toml.substr(toml.find("[[fit]]", at));
        std::string text;
        for (Warning const& one : parse_study(head + "[estimator]\n" + estimator + tail +
                                                  "[fit.truth]\nfile = \"a.json\"\n",
                                              "s.toml", {}, folder)
                                      .warnings)
            text += one.text + "\n";
        return text;
    };
    CHECK(warned("kind = \"lse\"\nbox = { w = 0.6 }\n").empty());
    CHECK_THAT(
        warned("kind = \"lse\"\nbox = { w = 0.4 }\n"),
        Contains("has gate.w = -0.5 of atom 1 where the box ends at -0.4 (no fit can be there") &&
            Contains("raise the bound"));
    CHECK_THAT(warned("kind = \"lse\"\nbox = { a = 1.45 }\n"),
               Contains("has expert.a = 1.5 of atom 2 where the box ends at 1.45"));
    CHECK(warned("kind = \"sgd\"\n").empty());
}
