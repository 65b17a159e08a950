// What `init` writes runs as it is, whatever the families.

#include "tests/cli/place.h"
#include "tests/support/sanitized.h"

#include <catch2/catch.hpp>

#include <filesystem>

TEST_CASE("init writes files that run as they are, of every gate and expert", "[cli][init]")
{
    std::vector<std::string> gates{"linear/hierarchical"};
    for (char const* score :
         {"linear", "quadratic", "monomial", "cosine", "ridge", "attention", "euclidean"})
        for (char const* normalizer : {"softmax", "sigmoid", "topk"})
            gates.push_back(std::string(score) + "/" + normalizer);
    Place const place;
    std::string const file = place.path("family.toml");
    int turn = 0; // under sanitizers each gate has one of the experts, the next one another
    for (std::string const& gate : gates) {
        ++turn;
        for (char const* form : {"ridge", "ffn", "normalized"})
            for (char const* activation : {"relu", "gelu", "tanh"}) {
                if (moerate::sanitized && ++turn % 9 != 0)
                    continue;
                std::string const expert = std::string(form) + "/" + activation;
                CAPTURE(gate, expert);
                REQUIRE(
                    place.call({"init", file, "--gate", gate, "--expert", expert, "--force", "-q"})
                        .code == 0);
                std::filesystem::remove_all(place.results());
                process::Result const run =
                    place.call({"run", file, "-o", place.results(), "-q", "--threads", "1", "--set",
                                "study.n=[200]", "--set", "study.regression_samples=1"});
                CAPTURE(run.err);
                CHECK(run.code == 0);
            }
    }
}

TEST_CASE("init names what it knows, and where it looked", "[cli][init]")
{
    Place const place;
    std::string const err = place.call({"init", place.path("new"), "--from", "nosuch"}).err;
    CHECK_THAT(err,
               Catch::Contains("--from nosuch: no such file") && !Catch::Contains("nearest: \"\""));
}
