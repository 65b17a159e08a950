// The resolved text of a study with a sweep is the same study: defaults that follow from a swept
// key stay open in it.

#include "host/study/swept_defaults.h"

#include "host/study/identity.h"
#include "host/study/study.h"
#include "tests/study/sample.h"

#include <catch2/catch.hpp>

using namespace moerate;
using nlohmann::json;
using nlohmann::ordered_json;

namespace
{

void check_round_trip(std::string const& sweep, std::string const& of_last = "")
{
    INFO(of_last << "[sweep] " << sweep);
    std::string const by_lse = sample::with("kind = \"sgd\"\nbatch = 10\n", "kind = \"lse\"\n");
    Study const study = parse_study(by_lse + of_last + "[sweep]\n" + sweep, "swept", {}, ".");
    Study const again = parse_study(study.resolved, "resolved", {}, ".");
    CHECK(again.resolved == study.resolved);
    REQUIRE(again.curves.size() == study.curves.size());
    for (std::size_t i = 0; i < study.curves.size(); ++i) {
        INFO(study.curves[i].label);
        CHECK(again.curves[i].label == study.curves[i].label);
        CHECK(cell_id(again, again.curves[i], 40) == cell_id(study, study.curves[i], 40));
    }
}

} // namespace

TEST_CASE("what variants have alike, and what the document gives, is common")
{
    std::vector<ordered_json> const variants{{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}},
                                             {{"a", 1}, {"b", 5}, {"c", 6}}};
    CHECK(common_values(variants, {{"c", 3}}) == ordered_json{{"a", 1}, {"c", 3}});
    CHECK(common_values({variants[0]}, json::object()) == variants[0]);
}

TEST_CASE("a resolved study with a sweep has the curves of the study")
{
    for (char const* const sweep :
         {"\"estimator.box\" = [5, 20]", "\"estimator.box\" = [{ w = 3 }, 20]",
          "\"start.starts\" = [8, 4]", "\"start.starts\" = [2, 8]", "\"start.starts\" = [1, 8]",
          "\"fit.soft.start.starts\" = [4, 8]", "\"fit.sigm.start.starts\" = [4, 8]",
          "\"fit.soft.estimator.box\" = [5, 10]", "\"fit.soft.experts\" = [3, 4]",
          "\"data.d\" = [2, 1]", "\"data.noise_variance\" = [0.01, 0.1]",
          "\"start.kind\" = [\"near\", \"truth\"]",
          "\"estimator.box\" = [5, 20]\n\"start.starts\" = [8, 4]"})
        check_round_trip(sweep, "start = { starts = 6 }\n");
    check_round_trip("\"estimator.kind\" = [\"lse\", \"sgd\"]");
    check_round_trip("\"estimator.kind\" = [\"sgd\", \"lse\"]");
    check_round_trip("\"start.starts\" = [8, 4]");
}
