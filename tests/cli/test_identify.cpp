// What the papers' families do not identify, found by `identify` and `constant` without being told
// where to look, and confirmed by `eval` and `loss`.

#include "tests/cli/place.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

using nlohmann::json;

namespace
{

std::string const softmax = "score=linear,normalizer=softmax",
                  sigmoid = "score=linear,normalizer=sigmoid";
std::string const cosine = "score=cosine,normalizer=softmax,tau1=0.1,tau2=0.1";

struct Asked
{
    Place place;
    json truths;

    Asked(std::string const& gate, std::string const& expert, std::vector<std::string> more = {})
    {
        std::vector<std::string> words = {"identify", "--gate", gate, "--expert",
                                          expert,     "--json", "-o", place.path("found")};
        if (moerate::sanitized) // the same steps, over fewer points and from fewer starts
            words.insert(words.end(), {"--samples", "100"});
        if (moerate::sanitized && std::count(more.begin(), more.end(), "--starts") == 0)
            words.insert(words.end(), {"--starts", "6"});
        words.insert(words.end(), more.begin(), more.end());
        process::Result const run = place.call(words);
        INFO(run.err);
        REQUIRE(run.code == 0);
        truths = json::parse(run.out)["truths"];
    }

    /// What was found of a kind, of fits of k atoms.
    std::vector<json> found(std::string const& where, int k, std::string const& gauge) const
    {
        std::vector<json> all;
        for (json const& truth : truths)
            for (json const& one : truth["found"])
                if (one["where"] == where && one["k"] == k && one["gauge"] == gauge)
                    all.push_back(one);
        return all;
    }
};

bool has_kind(std::vector<json> const& found, std::string const& kind)
{
    return std::any_of(found.begin(), found.end(),
                       [&](json const& one) { return one["kind"] == kind; });
}

bool has_words(std::vector<json> const& found, std::string const& words)
{
    for (json const& one : found)
        for (json const& line : one["words"])
            if (line.get<std::string>().find(words) != std::string::npos)
                return true;
    return false;
}

/// That eval finds f = f* and loss a loss for every counterexample in a folder: f to 1e-9 of its
/// size, which is 1 or so, and losses as far from 0 as they were looked for.
void check_confirmed(Place const& place, std::string const& folder, int least)
{
    process::Result const values = place.call({"eval", place.path(folder + "/eval.json")});
    process::Result const losses = place.call({"loss", place.path(folder + "/loss.json")});
    INFO(values.err << losses.err);
    REQUIRE((values.code == 0 && losses.code == 0));
    json const evaluated = json::parse(values.out), measured = json::parse(losses.out);
    REQUIRE(static_cast<int>(evaluated.size()) >= least);
    REQUIRE(evaluated.size() == measured.size());
    for (json const& one : evaluated)
        CHECK(one["mse"].get<double>() < 1e-18);
    for (json const& one : measured)
        CHECK(one["loss"].get<double>() > 0.04);
}

} // namespace

TEST_CASE("identify finds the shares that atoms of one gate trade", "[identify]")
{
    for (std::string const expert : {"form=ridge,activation=power,power=2",
                                     "form=ridge,activation=identity", "form=ffn,activation=gelu"})
    {
        if (moerate::sanitized && expert != "form=ffn,activation=gelu")
            continue;
        CAPTURE(expert);
        Asked const asked(softmax, expert, {"--blind", "1"});
        CHECK(has_kind(asked.found("near", 3, "align"), "shares"));
    }
    Asked const relu(softmax, "form=ridge,activation=relu", {"--blind", "1"});
    CHECK(has_kind(relu.found("near", 3, "align"), "shares"));
    for (json const& one : relu.found("near", 3, "align")) { // (1 + t) eta and (1 - t) eta
        CHECK(one["blocks"] == json({"a", "b_e"}));
        CHECK(has_words({one}, ": a x 1."));
        CHECK(has_words({one}, ": a x 0."));
    }
    check_confirmed(relu.place, "found", 1);
}

TEST_CASE("identify flags no smooth ridge experts, and of exact fits the gauge alone", "[identify]")
{
    for (auto const& [gate, activation] : {std::pair{softmax, "gelu"}, std::pair{cosine, "tanh"}}) {
        if (moerate::sanitized && gate == softmax) // asked below, for its derivatives
            continue;
        CAPTURE(gate, activation);
        Asked const asked(gate, std::string("form=ridge,activation=") + activation,
                          {"--blind", "1"});
        CHECK(asked.found("near", 2, "align").empty());
        CHECK(asked.found("near", 3, "align").empty());
        CHECK(asked.truths[0]["first"]["functions"] == 12);
        CHECK(asked.truths[0]["first"]["rank"] == 9); // all but d + 1 shifts
    }
    Asked const quiet(sigmoid, "form=ridge,activation=gelu", {"--blind", "1"});
    CHECK(quiet.found("near", 2, "align").empty());
    CHECK(quiet.found("near", 3, "align").empty());
}

TEST_CASE("identify finds the common shift of the perturbed cosine router", "[identify]")
{
    Asked const asked(cosine, "form=ridge,activation=gelu", {"--blind", "1"});
    std::vector<json> const raw = asked.found("near", 2, "none");
    CHECK(has_kind(raw, "common shift"));
    CHECK(has_words(raw, "w / (|w| + tau1) of all atoms moved by the same"));
}

TEST_CASE("identify finds that sigmoid gates and linear experts may turn their signs", "[identify]")
{
    Asked const asked(sigmoid, "form=ridge,activation=identity",
                      {"--blind", moerate::sanitized ? "12" : "32"});
    std::vector<json> const far = asked.found("far", 3, "align");
    CHECK(has_kind(far, "signs turned"));
    CHECK(has_words(far, "with all signs turned: gate and expert"));
    CHECK(has_words(far, "a constant gate (location 0)"));
    check_confirmed(asked.place, "found", static_cast<int>(far.size()));
}

TEST_CASE("identify shows how ridge experts with a bias break the definitions", "[identify]")
{
    Asked const linear(softmax, "form=ridge,activation=gelu", {"--blind", "1"});
    json const relations = linear.truths[0]["second"]["relations"];
    CHECK(std::count(relations.begin(), relations.end(), "d2F_i/dw[u]db_e = dF_i/da[u] (4 such)") ==
          1);
    Asked const quadratic("score=quadratic,normalizer=softmax", "form=ridge,activation=tanh",
                          {"--blind", "1", "--starts", "1"});
    json const of = quadratic.truths[0]["second"]["relations"]; // 001 eq 14
    CHECK(std::count(of.begin(), of.end(), "d2F_i/dw[u]^2 = dF_i/dA[u,u] (4 such)") == 1);
}

TEST_CASE("identify refuses what it cannot ask", "[identify]")
{
    Place const place;
    auto const refused = [&](std::vector<std::string> const& more, std::string const& text) {
        std::vector<std::string> words = {"identify"};
        words.insert(words.end(), more.begin(), more.end());
        process::Result const run = place.call(words);
        CHECK(run.code == 2);
        CHECK_THAT(run.err, Catch::Contains(text));
    };
    refused({"--gate", softmax}, "--expert is missing");
    std::vector<std::string> const family = {"--gate", softmax, "--expert",
                                             "form=ridge,activation=gelu"};
    auto const with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), family.begin(), family.end());
        return more;
    };
    refused(with({"--loss", "sigmoid.D1"}), "does not fit this gate");
    refused(with({"--fitted", "1"}), "give at least as many");
    refused(with({"--experts", "1"}), "softmax over one atom");
}

TEST_CASE("constant says where the ratio stays, and where it is 0", "[identify]")
{
    Place const place;
    std::string const experiments = MOE_SOURCE_DIR "/experiments/";
    process::Result const exact = place.call({"constant", experiments + "check-exact.toml",
                                              "--json", "-q", "--epsilon", "0.03,0.1,0.01"});
    INFO(exact.err);
    REQUIRE(exact.code == 0);
    json const steady = json::parse(exact.out)["curves"][0];
    CHECK(steady["end"] == "steady");
    REQUIRE(steady["points"].size() == 3);
    CHECK(steady["points"][0]["epsilon"] == 0.1); // falling, whatever the order asked for
    for (json const& point : steady["points"]) {  // regular: the distance is of first order
        double const distance = point["distance"];
        CHECK(point["rank"] == 15);
        CHECK(point["ratio"].get<double>() ==
              Approx(steady["points"][2]["ratio"].get<double>()).epsilon(0.05));
        CHECK(point["n_over_sigma2"].get<double>() == Approx(15 / (distance * distance)));
    }
    process::Result const over =
        place.call({"constant", experiments + "check-over-relu.toml", "--json", "-q", "--epsilon",
                    "0.1", "-o", place.path("found")});
    INFO(over.err);
    REQUIRE(over.code == 0);
    CHECK(json::parse(over.out)["curves"][0]["end"] == "flat");
    check_confirmed(place, "found", 1);
    process::Result const other =
        place.call({"constant", experiments + "004-2a.toml", "--json", "-q", "--epsilon", "0.1"});
    REQUIRE(other.code == 0);
    CHECK_THAT(json::parse(other.out)["curves"][0]["skipped"].get<std::string>(),
               Catch::Contains("does not hold the truth"));
}

TEST_CASE("constant on too few samples says so, and no more", "[identify]")
{
    // 12 samples for 15 coordinates: f agrees with f* on them at any loss.
    Place const place;
    std::vector<std::string> words = {
        "constant", MOE_SOURCE_DIR "/experiments/check-exact-relu.toml",
        "-q",       "--samples",
        "12",       "--epsilon",
        "0.5,0.2"};
    CHECK_THAT(place.call(words).out, Catch::Contains("take more --samples"));
    words.push_back("--json");
    json const curve = json::parse(place.call(words).out)["curves"][0];
    CHECK(curve["end"] == "unknown");
    CHECK(curve["n_over_sigma2"].is_null());
    CHECK(curve["points"][0]["few_samples"] == true);
}
