// Facts about truths, by hand. Means are over truth_samples points: their relative errors are some
// 1/100, and a tolerance of 5/100 is several of them.

#include "host/run/truth_facts.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;

namespace
{

constexpr double sampling = 0.05;

/// A study of one input whose truth is given.
Study given(std::string const& gate, std::string const& activation, std::string const& atoms,
            std::string const& loss)
{
    return parse_study(
        "spec_version = 1\n[study]\nid = \"t\"\nseed = 3\nreplicates = 1\nn = [64]\n"
        "[data]\nd = 1\nnoise_variance = 0.01\n[truth]\nmeasure = { d = 1, gate = {" +
            gate + "}, expert = { form = \"ridge\", activation = \"" + activation +
            "\" }, atoms = [" + atoms +
            "] }\n[estimator]\nkind = \"sgd\"\n[[fit]]\nlabel = \"fit\"\ngate = {" + gate +
            "}\nexperts = 2\nloss = \"" + loss + "\"\n",
        "t.toml");
}

TruthFacts facts_of(Study const& study)
{
    auto const device = make_cpu_device(1);
    auto const all = truth_facts(*device, study);
    REQUIRE(all.size() == 1);
    return all[0];
}

} // namespace

TEST_CASE("facts of atoms: response, weight, active share and separation")
{
    // g = 1/2 and 1/4 everywhere; h = max(3x, 0) and max(4x + 8, 0), which is active everywhere.
    TruthFacts const facts = facts_of(
        given("score = \"linear\", normalizer = \"sigmoid\"", "relu",
              "{ gate = { w = [0.0], b = 0.0 }, expert = { a = [3.0], b = 0.0 } }, "
              "{ gate = { w = [0.0], b = -1.0986122886681098 }, expert = { a = [4.0], b = 8.0 } }",
              "sigmoid.D1"));
    REQUIRE(facts.atoms.size() == 2);
    CHECK(facts.labels == std::vector<std::string>{"fit"});
    // E (g h)^2 = 9/4 E x^2 on half of the inputs = 9/4 * 1/6, and (16/3 + 64) / 16
    CHECK(facts.atoms[0].response == Approx(std::sqrt(9.0 / 24)).epsilon(sampling));
    CHECK(facts.atoms[1].response == Approx(std::sqrt((16.0 / 3 + 64) / 16)).epsilon(sampling));
    CHECK(facts.atoms[0].weight == Approx(0.5));
    CHECK(facts.atoms[1].weight == Approx(0.25));
    CHECK(facts.atoms[0].active == Approx(0.5).epsilon(sampling));
    CHECK(facts.atoms[1].active == 1);
    // biases of gates are not of a cell: sqrt((4 - 3)^2 + 8^2)
    CHECK(facts.atoms[0].separation == Approx(std::sqrt(65.0)));
    CHECK(facts.atoms[1].separation == Approx(std::sqrt(65.0)));
    CHECK(facts.gates == Approx(0).margin(1e-12)); // they do not depend on x
}

TEST_CASE("what the gates carry is the deviation of f that their dependence on x makes")
{
    // g is a step at 0, h = 2 everywhere: f is 0 or 2, each on half of the inputs.
    TruthFacts const facts = facts_of(
        given("score = \"linear\", normalizer = \"sigmoid\"", "identity",
              "{ gate = { w = [1e6], b = 0.0 }, expert = { a = [0.0], b = 2.0 } }", "sigmoid.D1"));
    CHECK(facts.gates == Approx(1).epsilon(sampling));
}

TEST_CASE("the smallest eigenvalue that is not 0 leaves flat directions out")
{
    // One atom under a softmax: f = a x + b whatever the gate. J has columns x and 1, E x^2 = 1/3.
    TruthFacts const facts = facts_of(
        given("score = \"linear\", normalizer = \"softmax\"", "identity",
              "{ gate = { w = [0.7], b = 0.2 }, expert = { a = [2.0], b = 1.0 } }", "softmax.L1"));
    CHECK(facts.parameters == 4);
    CHECK(facts.rank == 2);
    CHECK(facts.smallest_eigenvalue == Approx(1.0 / 3).epsilon(sampling));
    CHECK(std::isinf(facts.atoms[0].separation));
}

TEST_CASE("every truth of a study has its facts, once for all its curves")
{
    auto const device = make_cpu_device(1);
    auto const all = truth_facts(*device, small::study({"study.truths=3"}));
    REQUIRE(all.size() == 3);
    CHECK(all[0].labels == std::vector<std::string>{"softmax", "sigmoid"});
    CHECK(all[2].labels == std::vector<std::string>{"softmax [truth 3]", "sigmoid [truth 3]"});
    CHECK(all[1].number == 2);
    CHECK(all[0].atoms[0].response != all[1].atoms[0].response);
    CHECK(all[0].rank > 0);
    CHECK(facts_text(all).find("truth of \"softmax\", \"sigmoid\": rank of E[J^T J]") !=
          std::string::npos);
}
