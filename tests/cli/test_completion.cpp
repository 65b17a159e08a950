// What completes a setting comes from the manual's tables.

#include "tests/cli/place.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

namespace
{

/// The candidates for the last word, without what is said of them.
std::vector<std::string> completed(Place const& place, std::vector<std::string> words)
{
    words.insert(words.begin(), "complete");
    std::istringstream lines(place.call(words).out);
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);)
        all.push_back(line.substr(0, line.find('\t')));
    std::sort(all.begin(), all.end());
    return all;
}

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("settings are completed by tables, keys and the words that a key knows", "[cli]")
{
    Place const place;
    auto const set = [&](std::string const& word) {
        return completed(place, {"run", place.study(), "--set", word});
    };
    CHECK(set("s") == Words{"start.", "study.", "sweep."});
    CHECK(set("study.se") == Words{"study.seed="});
    CHECK(set("study.").size() > 8);
    CHECK(set("study.nested=") == Words{"study.nested=false", "study.nested=true"});
    CHECK(set("study.title=").empty());
    CHECK(set("estimator.kind=") == Words{R"(estimator.kind="lse")", R"(estimator.kind="sgd")"});
    CHECK(set(R"(start.kind="t)") == Words{R"(start.kind="target")", R"(start.kind="truth")"});
    CHECK(set("truth.g") == Words{"truth.gate.", "truth.groups="});
    CHECK(set("truth.draw.z") == Words{"truth.draw.zero=", "truth.draw.zero_gate="});
    CHECK(set("fit.s") == Words{"fit.sigmoid.", "fit.softmax."});
    CHECK(set("fit.softmax.the") == Words{"fit.softmax.theory.", "fit.softmax.theory="});
    CHECK(set("fit.softmax.truth.gate.t").size() == 4);
    CHECK(set(R"(fit.softmax.loss="sigmoid.D)").front() == R"(fit.softmax.loss="sigmoid.D1")");
    CHECK(set("sweep.estimator.ba") == Words{"sweep.estimator.batch="});
    CHECK(set("nothing.").empty());
    CHECK(completed(place, {"fit", "data.csv", "--set", "gain"}) == Words{"gain_tolerance="});
}
