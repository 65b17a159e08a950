// Who follows a message's advice gets on.

#include "tests/study/families_sample.h"

using namespace moerate;
using Catch::Contains;
using sample::Families;

namespace
{

using Settings = std::vector<std::string>;

/// Settings that are refused, the advice of the message, and settings that follow it.
struct Advice
{
    Settings wrong;
    std::string advice;
    Settings right;
};

void check_all(std::vector<Advice> const& all)
{
    for (Advice const& one : all) {
        CAPTURE(one.wrong);
        CHECK_THAT(sample::error_of_text(sample::text, one.wrong), Contains(one.advice));
        CHECK(sample::error_of_text(sample::text, one.right) == "");
    }
}

/// The same of two files.
void check_text(std::string const& wrong, std::string const& advice, std::string const& right)
{
    CAPTURE(wrong, right);
    CHECK_THAT(sample::error_of_text(wrong), Contains(advice));
    CHECK(sample::error_of_text(right) == "");
}

void check(Families const& wrong, std::string const& advice, Families const& right)
{
    check_text(wrong.text(), advice, right.text());
}

std::string with_sweep(std::string const& line)
{
    return sample::text + "[sweep]\n" + line + "\n";
}

} // namespace

TEST_CASE("advice about single values is accepted")
{
    std::vector<Advice> const all = {
        {{"study.seed=9223372036854775808"},
         "write a whole number from -9223372036854775808 to 9223372036854775807",
         {"study.seed=9223372036854775807"}},
        {{"study.seed=-1"}, "from 0 to 9223372036854775807", {"study.seed=0"}},
        {{"study.n=100"}, "write n = [1000, 10000] or", {"study.n=[1000, 10000]"}},
        {{"study.n=100"}, "n = { geom = [1000, 100000, 10] }", {"study.n={geom=[1000,100000,10]}"}},
        {{"study.n={geom=3}"},
         "write e.g. [1000, 100000, 10]",
         {"study.n={geom=[1000,100000,10]}"}},
        {{"study.n=[200,100,100]"}, "sort them and drop repeats", {"study.n=[100,200]"}},
        {{"study.n={geom=[10,12,9]}"}, "lower the count", {"study.n={geom=[10,12,3]}"}},
        {{"study.id=\"a b\""}, "use letters, digits", {"study.id=\"a-b_0.1\""}},
        {{"study.title=a'b\"c"},
         R"(write --set 'study.title="a'\''b\"c"')",
         {R"(study.title="a'b\"c")"}},
        {{"fit.soft.experts=1"}, "raise it to 2 or more", {"fit.soft.experts=2"}},
        {{"estimator.batch=101"}, "lower it or use \"full\"", {"estimator.batch=100"}},
        {{"estimator.batch=101"}, "lower it or use \"full\"", {"estimator.batch=\"full\""}},
        {{"start.extra=[]"}, "write e.g. [2]", {"start.extra=[2]"}},
        {{"start.extra=[1,1]"}, "drop the repeat", {"start.extra=[1]"}},
        {{"start.split=\"null\""}, "use \"share\"", {"start.split=\"share\""}},
        {{"start.starts=2"}, "use 1", {"start.starts=1"}},
        {{"start.blind=2"}, "use 0", {"start.blind=0"}},
        {{"target.starts=4"},
         "write target = \"projection\" in a [[fit]] whose family does not hold the truth",
         {"target.starts=4", "fit.sigm.target=\"projection\""}},
        {{"fit.sigm.target=\"projection\"", "target.samples=100"},
         "write 120 or more",
         {"fit.sigm.target=\"projection\"", "target.samples=120"}},
        {{"fit.sigm.target=\"projection\"", "data.noise_variance=0"},
         "use \"truth\"",
         {"fit.sigm.target=\"truth\"", "data.noise_variance=0"}},
        {{"fit.soft.target=[]"}, "write \"truth\"", {"fit.soft.target=[\"truth\"]"}},
        {{"fit.soft.loss=\"sigmoid.D3\""},
         "choose from: softmax.L1, ",
         {"fit.soft.loss=\"softmax.L1\""}},
        {{"fit.soft.loss=[]"}, "name one", {"fit.soft.loss=[\"softmax.L1\"]"}},
        {{"fit.soft.label=\"\""}, "give one", {"fit.soft.label=\"x\""}},
        {{"fit.soft.label=\"sigm\""}, "choose another", {"fit.soft.label=\"other\""}},
        {{"truth.groups=[1,1]"}, "remove it", {}},
        {{"fit.sft.experts=4"}, "nearest: \"soft\"", {"fit.soft.experts=4"}},
        {{"fit.x=4"}, "write fit.LABEL.key", {"fit.sigm.experts=4"}},
        {{"data..d=4"}, "write table.key", {"data.d=4"}},
        {{"data.d"}, "write --set path=value", {"data.d=3"}},
    };
    check_all(all);
}

TEST_CASE("advice about values of another kind is accepted")
{
    std::vector<Advice> const all = {
        {{"data.noise_variance=0,01"}, "'data.noise_variance=0.01'", {"data.noise_variance=0.01"}},
        {{"data.noise_variance=.5"}, "'data.noise_variance=0.5'", {"data.noise_variance=0.5"}},
        {{"study.replicates=05"}, "'study.replicates=5'", {"study.replicates=5"}},
        {{"study.regression_samples=1,000,000"},
         "'study.regression_samples=1000000'",
         {"study.regression_samples=1000000"}},
        {{"study.nested=True"}, "'study.nested=true'", {"study.nested=true"}},
        {{"study.n=[100,"}, "a list is [1, 2]", {"study.n=[100, 200]"}},
        {{"study.id=2024-05-22"}, "'study.id=\"2024-05-22\"'", {"study.id=\"2024-05-22\""}},
        {{"truth.gate.temperature=2"},
         "(known: fixed, learned) write one of these in quotes",
         {"truth.gate.temperature=\"learned\""}},
        {{"start.split=true"}, "(known: share, null)", {"start.split=\"share\""}},
        {{"start.split=[]"}, "(known: share, null)", {"start.split=\"share\""}},
        {{"start.split={}"}, "(known: share, null)", {"start.split=\"share\""}},
        {{"fit.soft.loss=3"}, "(known: softmax.L1, ", {"fit.soft.loss=\"softmax.L1\""}},
        {{"study.title=[]"}, "give one in quotes", {"study.title=\"a\""}},
        {{"fit.soft.target=[\"truth\",\"truth\"]"},
         "fit.soft.target names \"truth\" twice",
         {"fit.soft.target=[\"truth\"]"}},
        {{"spec_version=\"1\""}, "write 1", {"spec_version=1"}},
        {{"spec_version=3"}, "it must be 1", {"spec_version=1"}},
    };
    check_all(all);
}

TEST_CASE("advice about sweeps is accepted")
{
    CHECK(sample::error_of_text(with_sweep("data.noise_variance = [0.1, 0.2]")) == "");
    check_text(sample::text + "[sweep.data]\nd = 3\n", R"(write "data.d" = [value, value])",
               with_sweep(R"("data.d" = [3, 4])"));
    check_text(with_sweep(R"("data.d" = 3)"), R"(write "data.d" = [value, value])",
               with_sweep(R"("data.d" = [3, 4])"));
    check_text(with_sweep(R"("data.d" = [3, 3])"), "drop one", with_sweep(R"("data.d" = [3])"));
    check_text(with_sweep(R"("study.n" = [[100], [200]])"), "remove it", sample::text);
    std::string const sweep = with_sweep(R"("data.d" = [3, 4])");
    CHECK_THAT(sample::error_of_text(sweep, {"data.d=5"}), Contains("set sweep.data.d instead"));
    CHECK(sample::error_of_text(sweep, {"sweep.data.d=[5]"}) == "");
}

TEST_CASE("advice about families is accepted")
{
    std::string const topk = R"(score = "linear", normalizer = "topk", top = )";
    std::string const cosine = R"(score = "cosine", normalizer = "hierarchical")";
    std::string const learned =
        R"(score = "linear", normalizer = "hierarchical", temperature = "learned")";
    Families right, wrong = sample::hierarchical("[1, 1]", "[1, 2]");
    right = wrong;
    wrong.truth_gate = wrong.gate = cosine;
    check(wrong, "use \"linear\"", right);
    wrong.truth_gate = wrong.gate = learned;
    check(wrong, "use \"fixed\"", right);
    wrong = right;
    wrong.atoms = "experts = 3";
    check(wrong, "use groups", right);
    wrong.atoms = "groups = 3";
    check(wrong, "write e.g. [4, 4]", sample::hierarchical("[1, 1]", "[4, 4]"));
    check(sample::hierarchical("[1, 1]", "[3]"), "give 2 numbers", right);
    check(sample::hierarchical("[1, 2]", "[2, 1]"), "raise it",
          sample::hierarchical("[1, 2]", "[2, 2]"));
    wrong = sample::both(topk + "3", "softmax.L1");
    check(wrong, "lower top", sample::both(topk + "2", "softmax.L1"));
    wrong = Families();
    wrong.atoms = "groups = [3]";
    check(wrong, "use experts", Families());
    wrong = sample::both(R"(score = "quadratic", normalizer = "softmax")", "quadratic.L1");
    right = wrong;
    wrong.d = 513;
    right.d = 512;
    check(wrong, "lower d", right);
}
