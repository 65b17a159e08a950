#include "tests/study/families_sample.h"

using namespace moerate;
using Catch::Contains;
using sample::both;
using sample::Families;

namespace
{

constexpr char learned[] = R"(score = "linear", normalizer = "softmax", temperature = "learned")";

} // namespace

TEST_CASE("what is swept of a drawn truth is said to draw it anew")
{
    std::string const plain = Families().text();
    std::string const note = "each value of truth.temperature has a draw of its own";
    CHECK_THAT(describe(sample::parse(plain + "[sweep]\n\"truth.temperature\" = [1.0, 2.0]\n")),
               Contains(note));
    CHECK_THAT(describe(sample::parse(plain + "[sweep]\n\"estimator.epochs\" = [1, 2]\n")),
               !Contains("a draw of its own"));
    // It is: no parameter of the one is one of the other.
    Study const study = sample::parse(plain + "[sweep]\n\"truth.temperature\" = [1.0, 2.0]\n");
    CHECK(truth_key(study, study.curves[0]).key0 != truth_key(study, study.curves[1]).key0);
}

TEST_CASE("a learned temperature that does not start at the truth's is told")
{
    Families f;
    f.gate = learned;
    f.loss = "temperature.L4";
    f.truth_more = "temperature = 0.5";
    CHECK_THAT(describe(f.read()), Contains("starts near T = 1, not near the truth's 0.5"));
    f.truth_gate = learned;
    CHECK_THAT(describe(f.read()), !Contains("starts near T = 1"));
    f = Families();
    f.gate = learned;
    f.loss = "temperature.L4";
    CHECK_THAT(describe(f.read()), !Contains("starts near T = 1"));
}

TEST_CASE("losses of attention gates are told to know no Q")
{
    Families const f =
        both(R"(score = "attention", normalizer = "softmax", rank = 1)", "softmax.L1");
    CHECK_THAT(describe(f.read()), Contains("Q and q, which all atoms share, enter none"));
    CHECK_THAT(describe(Families().read()), !Contains("Q and q"));
}

TEST_CASE("a start by name that has not the truth's f is told")
{
    std::string const truth = "on the truth itself", named = "at the truth's parameters, by name",
                      with_others = "not the truth's f, which the fit has with other parameters";
    Families f;
    f.start = "kind = \"truth\"";
    f.atoms = "experts = 2";
    CHECK_THAT(describe(f.read()), Contains(truth) && !Contains(named) && !Contains("not the tr"));
    f.gate = R"(score = "quadratic", normalizer = "softmax")"; // A = 0 is where A starts
    f.loss = "quadratic.L1";
    CHECK_THAT(describe(f.read()), Contains(truth) && !Contains(named));
    f.truth_gate = R"(score = "euclidean", normalizer = "softmax")"; // A = -I is not
    CHECK_THAT(describe(f.read()), Contains(named) && Contains(with_others) && !Contains(truth));
    f.start = "kind = \"target\"";
    CHECK_THAT(describe(f.read()), Contains("\"target\": at the truth's") && Contains(with_others));
    f.start = "";
    CHECK_THAT(describe(f.read()), Contains("\"near\": the target") && Contains(with_others));
    f.gate = R"(score = "linear", normalizer = "sigmoid")"; // does not hold it
    f.loss = "sigmoid.D1";
    CHECK_THAT(describe(f.read()), !Contains("not the truth's f"));
    f.start = "kind = \"truth\"";
    CHECK_THAT(describe(f.read()), Contains(named) && Contains("this is not the truth's f\n"));
}

TEST_CASE("extra atoms that do not keep f at the start are told")
{
    auto const told = [](std::string const& gate, std::string const& expert,
                         std::string const& loss) {
        Families f = both(gate, loss);
        f.expert = expert;
        return describe(f.read());
    };
    std::string const relu = R"(form = "ridge", activation = "relu")",
                      bent = R"(form = "ridge", activation = "sigmoid")";
    CHECK_THAT(told(R"(score = "linear", normalizer = "softmax")", relu, "softmax.L1"),
               Contains("they share its mass\n"));
    CHECK_THAT(told(R"(score = "linear", normalizer = "topk", top = 2)", relu, "softmax.L1"),
               Contains("each takes a place of the 2 that are chosen") &&
                   Contains("f is not kept"));
    Families all; // atoms are chosen
    all.gate = R"(score = "linear", normalizer = "topk", top = 3)";
    CHECK_THAT(describe(all.read()), Contains("they share its mass\n"));
    std::string const sigmoid = R"(score = "linear", normalizer = "sigmoid")";
    CHECK_THAT(told(sigmoid, relu, "sigmoid.D1"),
               Contains("(w* = 0) alone, split = \"null\" everywhere"));
    CHECK_THAT(told(sigmoid, bent, "sigmoid.D1"), Contains("(w* = 0) alone\n"));
    CHECK_THAT(told(R"(score = "attention", normalizer = "softmax", rank = 1)", relu, "softmax.L1"),
               Contains("no b to divide it by: f is not kept"));
}

TEST_CASE("losses that an atom far out keeps from their gauge are told", "[study]")
{
    std::string const note = "extra atom near that edge";
    std::string const perturbed =
        R"(score = "cosine", normalizer = "softmax", tau1 = 0.1, tau2 = 0.1)";
    Families over = both(perturbed, "cosine.L2");
    CHECK_THAT(describe(over.read()), Contains("keeps |u| < 1: an\n") && Contains(note));
    Families exact = over;
    exact.atoms = "experts = 2";
    CHECK_THAT(describe(exact.read()), !Contains(note));
    CHECK_THAT(describe(both(R"(score = "cosine", normalizer = "softmax")", "cosine.L2").read()),
               !Contains(note)); // without tau1 nothing is shifted
    CHECK_THAT(describe(Families().read()), !Contains(note));
}
