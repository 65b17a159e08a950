#include "tests/study/families_sample.h"

#include <filesystem>

using namespace moerate;
using namespace sample;
using Catch::Contains;

TEST_CASE("fitted atoms of a hierarchical gate follow the truth's, extra ones behind them")
{
    Curve const curve = hierarchical("[2, 2]", "[2, 3]").read().curves[0];
    CHECK(groups_of(curve.truth.model) == std::vector<int>{0, 0, 1, 1});
    CHECK(groups_of(curve.model) == std::vector<int>{0, 0, 1, 1, 1});
    CHECK(curve.model.k == 5);
    CHECK(curve.model.groups == 2);
    CHECK(groups_of(hierarchical("[1, 2, 1]", "[2, 2, 3]").read().curves[0].model) ==
          std::vector<int>{0, 1, 1, 2, 0, 2, 2});
    CHECK(hierarchical("[2]", "[2]").read().curves[0].model.k == 2);
}

TEST_CASE("atoms are counted by group where the gate has groups, else as experts")
{
    CHECK_THAT(hierarchical("[2, 2]", "[2, 1]").error(),
               Contains("fit.fit.groups gives group 2 1 atoms, the truth has 2 there"));
    CHECK_THAT(hierarchical("[2, 2]", "[2, 2, 1]").error(),
               Contains("fit.fit.groups has 3 groups, the truth has 2"));
    CHECK_THAT(hierarchical("[2, 2]", "[4]").error(), Contains("has 1 groups, the truth has 2"));
    CHECK_THAT(hierarchical("[2, 0]", "[2, 2]").error(), Contains("truth.groups holds 0"));
    CHECK_THAT(hierarchical("[2, 1.5]", "[2, 2]").error(), Contains("truth.groups holds 1.5"));
    CHECK_THAT(hierarchical("4", "[2, 2]").error(), Contains("truth.groups = 4 is not a list"));
    CHECK_THAT(hierarchical("[]", "[2, 2]").error(), Contains("truth.groups = [] is not a list"));
    CHECK_THAT(hierarchical("[2, 2]", "[2, 127]").error(), Contains("at most 128"));
    Families counted = hierarchical("[2, 2]", "[2, 2]");
    counted.atoms = "experts = 5";
    CHECK_THAT(counted.error(),
               Contains("fit.fit.experts has no use here") && Contains("counts experts by group"));
    counted.atoms = "";
    CHECK_THAT(counted.error(), Contains("fit.fit.groups is missing"));
    Families plain;
    plain.truth_atoms = "groups = [1, 1]";
    CHECK_THAT(plain.error(), Contains("truth.groups has no use here") &&
                                  Contains("\"softmax\" has no groups; use experts"));
    CHECK_THAT(both(R"(score = "quadratic", normalizer = "hierarchical")", "softmax.L1").error(),
               Contains("s.toml:11:10: truth.gate.score = \"quadratic\" does not go with"));
}

TEST_CASE("an extra atom of a group starts in its group")
{
    Families f = hierarchical("[2, 2]", "[2, 3]");
    f.start = "extra = [3, 4]";
    CHECK(f.read().curves[0].start.extra == std::vector<int>{3, 4});
    f.start = "extra = [1, 4]";
    CHECK(f.error().empty());
    f.start = "extra = [1, 2]";
    CHECK_THAT(f.error(), Contains("start.extra = [1,2] names no atom of group 2"));
    f = hierarchical("[2, 2]", "[3, 3]");
    f.start = "extra = [1, 2]";
    CHECK_THAT(f.error(), Contains("group 2"));
    f.start = "extra = [3]";
    CHECK_THAT(f.error(), Contains("group 1"));
    f = hierarchical("[2, 2]", "[2, 2]");
    f.start = "extra = [3]"; // of no use, as with any exact-specified fit
    CHECK(f.error().empty());
    f.start = "split = \"null\"";
    CHECK_THAT(f.error(), Contains("does not fit a hierarchical gate"));
}

TEST_CASE("a truth with groups may be given as a measure, in any order of its atoms")
{
    std::string const folder = sample::scratch("groups");
    std::filesystem::create_directories(folder);
    sample::write_file(folder + "/truth.json", R"({"d": 2,
        "gate": {"score": "linear", "normalizer": "hierarchical"},
        "expert": {"form": "ridge", "activation": "relu"},
        "groups": [{"w": [0.1, 0.2], "b": 0}, {"w": [0.3, 0.4], "b": 0.5}],
        "atoms": [{"gate": {"w": [1, 2], "b": 0, "group": 1}, "expert": {"a": [1, 1], "b": 0}},
                  {"gate": {"w": [3, 4], "b": 0, "group": 0}, "expert": {"a": [2, 2], "b": 0}},
                  {"gate": {"w": [5, 6], "b": 0, "group": 1}, "expert": {"a": [3, 3], "b": 0}}]})");
    Families f = hierarchical("[1, 2]", "[2, 3]");
    std::string text = f.text();
    std::string const draw = "draw = { gate_variance = 0.1, expert_variance = 0.2 }";
    text.replace(text.find(draw), draw.size(), "file = \"truth.json\"");
    Study const study = parse_study(text, "s.toml", {}, folder);
    Curve const& curve = study.curves[0];
    CHECK(groups_of(curve.truth.model) == std::vector<int>{1, 0, 1});
    CHECK(groups_of(curve.model) == std::vector<int>{1, 0, 1, 0, 1});
    Study const again = sample::parse(study.resolved);
    CHECK(canonical_curve(again, again.curves[0]) == canonical_curve(study, curve));
    text.replace(text.find("groups = [1, 2]"), 15, "groups = [2, 1]");
    CHECK_THAT(sample::error_of([&] { parse_study(text, "s.toml", {}, folder); }),
               Contains("truth.groups = [2,1] differs from the measure's [1,2]"));
}
