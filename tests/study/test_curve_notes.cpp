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

TEST_CASE("a rate that is written without its sign is told")
{
    std::string const plain = Families().text();
    CHECK_THAT(describe(sample::parse(plain + "theory = 0.5\nreported_slope = 0.25\n")),
               Contains("theory = 0.5 is of what grows with n: a rate n^-0.5 is the slope -0.5") &&
                   Contains("reported_slope = 0.25 is of what grows"));
    CHECK_THAT(describe(sample::parse(plain + "theory = \"sub\"\nreported_slope = -0.25\n")),
               !Contains("grows"));
}
