#include "host/study/identity.h"
#include "tests/study/sample.h"

#include <set>

using namespace moerate;
using Catch::Contains;

namespace
{

std::vector<std::string> labels(Study const& study)
{
    std::vector<std::string> list;
    for (Curve const& curve : study.curves)
        list.push_back(curve.label);
    return list;
}

Study swept(std::string const& lines)
{
    Study const study = sample::parse(sample::text + "[sweep]\n" + lines);
    Study const again = parse_study(study.resolved, "resolved");
    INFO(study.resolved);
    CHECK(labels(again) == labels(study));
    CHECK(again.resolved == study.resolved);
    for (std::size_t i = 0; i < study.curves.size(); ++i)
        CHECK(canonical_curve(again, again.curves[i]) == canonical_curve(study, study.curves[i]));
    return study;
}

} // namespace

TEST_CASE("--set overrides and adds keys, in order")
{
    Study const study = sample::parse(
        sample::text, {"study.replicates=5", "study.n=[50, 60]", "study.id=\"other\"",
                       "fit.sigm.experts=4", "start.scale=0.5", "fit.soft.estimator.epochs=2",
                       "study.replicates=6", "truth.expert.activation=\"identity\""});
    CHECK(study.replicates == 6);
    CHECK(study.n == std::vector<int>{50, 60});
    CHECK(study.id == "other");
    CHECK(study.curves[1].model.k == 4);
    CHECK(study.curves[0].start.scale == 0.5);
    CHECK(sample::setting(study.curves[0], "epochs") == 2);
    CHECK(sample::setting(study.curves[1], "epochs") == 10);
    CHECK(study.curves[0].model.expert.activation == study.curves[0].truth.model.expert.activation);
}

TEST_CASE("labels with dots can be set")
{
    Study const study = sample::parse(sample::with("label = \"sigm\"", "label = \"soft.b c\""),
                                      {"fit.soft.b c.experts=5", "fit.soft.experts=4"});
    CHECK(study.curves[0].model.k == 4);
    CHECK(study.curves[1].model.k == 5);
}

TEST_CASE("errors about a --set name it in place of a line")
{
    CHECK_THAT(sample::refused({"study.replicates=0"}),
               Contains("--set study.replicates=0: study.replicates = 0 is out of range"));
    CHECK_THAT(sample::refused({"study.replicats=3"}),
               Contains("--set study.replicats=3: unknown key \"replicats\" in [study] (nearest: "
                        "\"replicates\")"));
    CHECK_THAT(sample::refused({"studdy.seed=3"}), Contains("nearest: \"study\""));
    CHECK_THAT(sample::refused({"study.id=other"}), Contains("--set 'study.id=\"other\"'"));
    CHECK_THAT(sample::refused({"study.seed=1\nid=2"}), Contains("is not a TOML value"));
    CHECK_THAT(sample::refused({"study.seed="}), Contains("nothing is not a TOML value"));
    CHECK_THAT(sample::refused({"study.seed"}), Contains("path=value"));
    CHECK_THAT(sample::refused({"=1"}), Contains("empty key"));
    CHECK_THAT(sample::refused({"study..seed=1"}), Contains("empty key"));
    CHECK_THAT(sample::refused({"study.seed.low=1"}), Contains("study.seed is a number"));
    CHECK_THAT(sample::refused({"fit.sigma.experts=3"}),
               Contains("labels: soft, sigm") && Contains("nearest: \"sigm\""));
    CHECK_THAT(sample::refused({"fit.sigm.experts=1"}),
               Contains("--set fit.sigm.experts=1: fit.sigm.experts"));
    CHECK_THAT(sample::refused({"estimator.batch=500"}), Contains("--set estimator.batch=500"));
}

TEST_CASE("a sweep is the product of its keys, fit by fit")
{
    Study const study =
        swept("\"estimator.batch\" = [5, 10]\n\"data.noise_variance\" = [0.1, 1.0]\n"
              "\"fit.soft.experts\" = [2, 3]\n");
    CHECK(labels(study) ==
          std::vector<std::string>{"soft [data.noise_variance=0.1, estimator.batch=5, experts=2]",
                                   "soft [data.noise_variance=0.1, estimator.batch=5, experts=3]",
                                   "soft [data.noise_variance=0.1, estimator.batch=10, experts=2]",
                                   "soft [data.noise_variance=0.1, estimator.batch=10, experts=3]",
                                   "soft [data.noise_variance=1.0, estimator.batch=5, experts=2]",
                                   "soft [data.noise_variance=1.0, estimator.batch=5, experts=3]",
                                   "soft [data.noise_variance=1.0, estimator.batch=10, experts=2]",
                                   "soft [data.noise_variance=1.0, estimator.batch=10, experts=3]",
                                   "sigm [data.noise_variance=0.1, estimator.batch=5]",
                                   "sigm [data.noise_variance=0.1, estimator.batch=10]",
                                   "sigm [data.noise_variance=1.0, estimator.batch=5]",
                                   "sigm [data.noise_variance=1.0, estimator.batch=10]"});
    std::set<std::string> cells;
    for (Curve const& curve : study.curves)
        cells.insert(cell_id(study, curve, 100));
    CHECK(cells.size() == 12);
    CHECK(study.curves[4].noise_variance == 1.0);
    CHECK(sample::setting(study.curves[3], "batch") == 10);
}

TEST_CASE("a fit that sets a swept key itself is not multiplied")
{
    Study const study = swept("\"estimator.batch\" = [5, 10, \"full\"]\n"
                              "[[fit]]\nlabel = \"own\"\nexperts = 2\nloss = \"softmax.L1\"\n"
                              "gate = { score = \"linear\", normalizer = \"softmax\" }\n"
                              "estimator = { batch = 20 }\n");
    CHECK(study.curves.size() == 3 + 3 + 1);
    CHECK(study.curves.back().label == "own");
    CHECK(sample::setting(study.curves.back(), "batch") == 20);
    CHECK(sample::setting(study.curves[2], "batch") == "full");
}

TEST_CASE("an expert that follows a swept truth keeps following it")
{
    Study const study = swept("\"truth.expert.activation\" = [\"relu\", \"identity\"]\n");
    REQUIRE(study.curves.size() == 4);
    for (Curve const& curve : study.curves)
        CHECK(curve.model.expert.activation == curve.truth.model.expert.activation);
}

TEST_CASE("sweeps that make no sense are refused")
{
    auto const sweep = [](std::string const& line) {
        return sample::error_of_text(sample::text + "[sweep]\n" + line);
    };
    CHECK_THAT(sweep("\"study.seed\" = [1, 2]"),
               Contains("s.toml:29:1: study.seed cannot be swept (id, seed, n and replicates"));
    CHECK_THAT(sweep("\"estimator.bach\" = [1, 2]"),
               Contains("s.toml:29:21: unknown key \"bach\" in [estimator] (nearest: \"batch\")"));
    CHECK_THAT(sweep("\"estimator.batch\" = [10, 500]"),
               Contains("s.toml:29:26: estimator.batch = 500"));
    CHECK_THAT(sweep("\"estimator.batch\" = 10"), Contains("not a list"));
    CHECK_THAT(sweep("\"estimator.batch\" = []"), Contains("not a list"));
    CHECK_THAT(sweep("\"estimator.batch\" = [5, 5]"),
               Contains("s.toml:29:25") && Contains("twice"));
    CHECK_THAT(sweep("\"estimatr.batch\" = [5]"), Contains("nearest: \"estimator\""));
    CHECK_THAT(sweep("\"fit.soft.label\" = [\"a\"]"), Contains("name of a fit"));
    CHECK_THAT(sweep("\"fit.soff.experts\" = [3]"), Contains("nearest: \"soft\""));
    CHECK_THAT(sweep("\"estimator\" = [3]"), Contains("whole table"));
    CHECK_THAT(sample::error_of_text(sample::text + "[sweep]\n\"estimator.batch\" = [5, 10]\n",
                                     {"estimator.batch=20"}),
               Contains("set sweep.estimator.batch instead"));
    CHECK(sample::parse(sample::text, {"sweep.estimator.batch=[5, 10]"}).curves.size() == 4);
}

TEST_CASE("a loss has the fit's targets or its own")
{
    Study const study = sample::parse(
        sample::with("loss = [\"softmax.L1\", { name = \"softmax.L2r\", r = 1 }]",
                     "loss = [{ name = \"softmax.L1\", target = \"truth\", theory = -0.5 }, "
                     "{ name = \"softmax.L2r\", r = 1 }]\ntarget = [\"projection\", \"truth\"]"));
    std::vector<LossSpec> const& losses = study.curves[0].losses;
    REQUIRE(losses.size() == 3);
    CHECK(losses[0].target == Target::truth);
    CHECK(losses[1].target == Target::projection);
    CHECK(losses[2].target == Target::truth);
    CHECK(losses[0].theory.claim == "-0.5");
    CHECK(losses[1].theory.claim.empty());
}

TEST_CASE("labels with = and quotes can be set in quotes, and a fit is not set as a whole")
{
    auto const study = [](std::string const& label, std::vector<std::string> const& settings) {
        return sample::parse(sample::with("label = \"sigm\"", "label = " + label), settings);
    };
    for (char const* path : {"fit.\"tau=0.1\".experts=5", "fit.'tau=0.1'.experts=5"})
        CHECK(study("\"tau=0.1\"", {path}).curves[1].model.k == 5);
    CHECK(study("'a \"b\" = c.d'", {R"(fit."a \"b\" = c.d".experts=5)"}).curves[1].model.k == 5);
    CHECK(study("'\"sigm\"'", {"fit.\"sigm\".experts=5"}).curves[1].model.k == 5); // as it stands
    CHECK(sample::parse(sample::text, {"fit.\"soft\".label=\"x=y\""}).curves[0].label == "x=y");
    CHECK_THAT(sample::refused({"fit.sigm.label=\"tau=1\"", "fit.tau=1.experts=5"}),
               Contains("the label \"tau=1\" has \"=\"") &&
                   Contains("--set 'fit.\"tau=1\".key=value'"));
    for (char const* whole : {"fit.soft={label=\"q\"}", "fit.\"soft\"={label=\"q\"}"})
        CHECK_THAT(sample::refused({whole}),
                   Contains("no key behind the label \"soft\"") && Contains("set key by key"));
}
