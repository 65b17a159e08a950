#include "host/study/keys.h"

#include "host/estimate/estimators.h"
#include "host/study/document.h"
#include "host/study/sweep.h"
#include "tests/study/sample.h"

#include <set>

using namespace moerate;
using Catch::Contains;

namespace
{

/// What a table's keys are set by in the sample study; empty where none of it does.
std::string path_of(KeyTable const& table)
{
    if (table.name == "[[fit]]")
        return "fit.sigm.";
    bool const top = table.name.front() == '[' && table.name != "[target]";
    return top                          ? table.name.substr(1, table.name.size() - 2) + "."
           : table.name == "truth.draw" ? "truth.draw."
                                        : "";
}

} // namespace

TEST_CASE("every key of an experiment file has its place in the manual")
{
    for (KeyTable const& table : experiment_keys()) {
        CAPTURE(table.name);
        CHECK(!table.about.empty());
        std::set<std::string> names;
        for (Key const& key : table.keys) {
            CAPTURE(key.name);
            CHECK(names.insert(key.name).second);
            CHECK(!key.takes.empty());
            CHECK(!key.unit.empty());
            CHECK(!key.meaning.empty());
            bool const whole_table = table.name == "The file";
            CHECK((whole_table || !key.example.empty()));
            if (!key.example.empty())
                CHECK_NOTHROW(parse_toml_value(key.example));
            if (!key.otherwise.empty() && key.otherwise.front() != '(')
                CHECK_NOTHROW(parse_toml_value(key.otherwise));
        }
    }
}

TEST_CASE("the manual's examples are taken, and its defaults are those of the readers")
{
    int taken = 0, compared = 0;
    Document const resolved = Document::parse(sample::parse(sample::text).resolved, "resolved");
    for (KeyTable const& table : experiment_keys()) {
        std::string const path = path_of(table);
        for (Key const& key : table.keys) {
            if (path.empty() || key.name == "measure" || key.name == "file" ||
                key.name == "groups" || key.name == "draw" || key.name == "path" ||
                path + key.name == "truth.experts")
                continue;
            // Some need more than themselves: atoms that the sample lacks, or a loss with an
            // exponent.
            if (key.name == "zero_gate" ||
                (path == "fit.sigm." &&
                 (key.name == "r" || key.name == "gate" || key.name == "loss")))
                continue;
            CAPTURE(path, key.name, key.example);
            std::vector<std::string> set{path + key.name + "=" + key.example};
            if (table.name == "[estimator]" && key.used_by.find("sgd") == std::string::npos &&
                key.name != "kind")
                continue;
            CHECK(sample::error_of_text(sample::text, set) == "");
            ++taken;
            Pointer at = Pointer() / path.substr(0, path.find('.'));
            if (path == "truth.draw.")
                at /= "draw";
            if (path == "fit.sigm." || key.otherwise.empty() || key.otherwise.front() == '(' ||
                !resolved.root().contains(at / key.name) || key.name == "batch" ||
                key.name == "zero")
                continue; // the sample sets these two itself
            CHECK(resolved.root().at(at / key.name) == parse_toml_value(key.otherwise));
            ++compared;
        }
    }
    CHECK(taken > 30);
    CHECK(compared > 12);
}

TEST_CASE("a loss of regime 1 is warned of where no true gate is flat")
{
    std::string const zeroed = "zero_gate = [2], zero = \"location\"";
    auto const described = [&](std::string const& draw, std::string const& experts) {
        std::string text = sample::with(zeroed, draw);
        std::size_t const sigm = text.rfind("experts = 2");
        text.replace(sigm, 11, experts);
        std::size_t const loss = text.rfind("sigmoid.D3");
        return describe(sample::parse(text.replace(loss, 10, "sigmoid.D1")));
    };
    CHECK_THAT(described("zero_gate = []", "experts = 3"),
               Contains("the theorem of sigmoid.D1 does not apply"));
    CHECK_THAT(described(zeroed, "experts = 3"), !Contains("does not apply"));
    CHECK_THAT(described("zero_gate = []", "experts = 2"), !Contains("does not apply"));
}

TEST_CASE("a key that its reader does not declare cannot be read")
{
    Document const document = Document::parse("[a]\nx = 1\n", "a.toml");
    Reader reader(document, document.root().at("a"), Pointer() / "a");
    CHECK_THROWS_WITH(reader.finish(), Contains("no place in the manual"));
    reader.documented({"[a]", "", {"y"}});
    CHECK_THROWS_WITH(reader.find("x"), Contains("a.x has no place in the manual"));
    CHECK(reader.find("y") == nullptr);
}

TEST_CASE("a curve of a sweep knows its fit and its values")
{
    Study const study = sample::parse(
        sample::text + "[sweep]\n\"estimator.batch\" = [5, 10]\n\"fit.soft.experts\" = [9]\n");
    Curve const& curve = study.curves[1];
    CHECK(curve.fit == "soft");
    CHECK(curve.label == "soft [estimator.batch=10, experts=9]");
    REQUIRE(curve.swept.size() == 2);
    CHECK(curve.swept[0].key == "estimator.batch");
    CHECK(curve.swept[0].value == 10);
    CHECK(curve.swept[1].key == "fit.experts");
    CHECK(sample::parse(sample::text).curves[0].fit == sample::parse(sample::text).curves[0].label);
    CHECK(sample::parse(sample::text).curves[0].swept.empty());
}

TEST_CASE("a sweep's keys may be bare or quoted, in the file and in --set")
{
    auto const resolved = [](std::string const& lines, std::vector<std::string> const& settings) {
        return sample::parse(sample::text + lines, settings).resolved;
    };
    std::string const quoted = resolved("[sweep]\n\"estimator.batch\" = [5, 10]\n", {});
    CHECK(sample::parse(sample::text + "[sweep]\n\"estimator.batch\" = [5, 10]\n").curves.size() ==
          4);
    CHECK(resolved("[sweep]\nestimator.batch = [5, 10]\n", {}) == quoted);
    CHECK(resolved("[sweep.estimator]\nbatch = [5, 10]\n", {}) == quoted);
    CHECK(resolved("", {"sweep.estimator.batch=[5, 10]"}) == quoted);
    CHECK(resolved("", {"sweep.\"estimator.batch\"=[5, 10]"}) == quoted);
    CHECK(resolved("[sweep]\nestimator.batch = [1]\n", {"sweep.estimator.batch=[5, 10]"}) ==
          quoted);
    CHECK_THAT(sample::error_of_text(sample::text + "[sweep]\nestimator.batch = [1]\n"
                                                    "\"estimator.batch\" = [5, 10]\n"),
               Contains("s.toml:29:11: estimator.batch is swept twice"));
    CHECK_THAT(sample::error_of_text(sample::text + "[sweep]\nestimator.batch = [5, 500]\n"),
               Contains("s.toml:29:23: estimator.batch = 500"));
}

TEST_CASE("a fit that a swept key of [start] or [estimator] does nothing to is one curve")
{
    std::string const text = sample::text +
                             "[[fit]]\nlabel = \"lse\"\ngate = { score = \"linear\", normalizer = "
                             "\"softmax\" }\nexperts = 3\nloss = \"softmax.L1\"\n"
                             "[fit.estimator]\nkind = \"lse\"\n";
    Study const study = sample::parse(text + "[sweep]\n\"estimator.batch\" = [5, 10]\n"
                                             "\"data.noise_variance\" = [0.1, 0.2]\n");
    std::vector<std::string> labels;
    for (Curve const& curve : study.curves)
        if (curve.fit == "lse")
            labels.push_back(curve.label);
    CHECK(labels == std::vector<std::string>{"lse [data.noise_variance=0.1]",
                                             "lse [data.noise_variance=0.2]"});
    CHECK(study.curves.back().swept.size() == 1);
    CHECK(study.curves.front().swept.size() == 2);
    // No fit has a use for it: still refused.
    CHECK_THAT(sample::error_of_text(text + "[sweep]\n\"fit.lse.estimator.batch\" = [5, 10]\n"),
               Catch::Contains("no use here"));
}
