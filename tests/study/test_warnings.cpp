#include "tests/study/families_sample.h"

using namespace moerate;
using Catch::Contains;
using sample::both;
using sample::Families;

namespace
{

/// All warnings of a study in one text, a line each.
std::string warned(std::string const& toml)
{
    std::string all;
    for (Warning const& warning : sample::parse(toml).warnings)
        all += (warning.wasted ? "wasted " : "") + warning.text + "\n";
    return all;
}

/// A study by least squares with further lines of [estimator] and behind it.
std::string by_lse(Families const& f, std::string const& lines)
{
    std::string text = f.text();
    std::string const sgd = "kind = \"sgd\"\n";
    return text.replace(text.find(sgd), sgd.size(), "kind = \"lse\"\n" + lines);
}

} // namespace

TEST_CASE("keys that no fit has a use for are told with line, reason and what to do")
{
    Families const plain;
    CHECK(warned(plain.text()).empty());
    CHECK(warned(sample::parse(plain.text()).resolved).empty()); // which has every default
    CHECK(warned(sample::parse(by_lse(plain, "box = 5\n")).resolved).empty());

    CHECK(warned(by_lse(plain, "box_temperature = 4\n")) ==
          "s.toml:20:1: estimator.box_temperature = 4 has no use here (no fit of it learns a "
          "temperature) remove it, unless results were begun with it\n");
    CHECK_THAT(warned(by_lse(plain, "box_lambda = 4\n")),
               Contains("no fit of it has experts with"));
    CHECK_THAT(warned(by_lse(plain, "box = { w = 3.0, A = 2.0 }\n")),
               Contains("s.toml:20:18: ") && Contains("estimator.box.A = 2.0") &&
                   !Contains("box.w"));
    CHECK_THAT(
        warned(by_lse(plain, "box = { gate = { b = 3.0, A = 2.0 }, expert = { a = 4.0 } }\n")),
        Contains("estimator.box.gate.A = 2.0") && !Contains("gate.b") && !Contains("expert.a"));
    Families exact;
    exact.atoms = "experts = 2";
    exact.start = "extra = [1]\nsplit = \"share\"";
    CHECK_THAT(warned(exact.text()), Contains("start.extra = [1]") &&
                                         Contains("no fit of it has more atoms than the truth") &&
                                         !Contains("split"));
    exact.start = "scale = 0\nexponent = -0.5";
    CHECK_THAT(warned(exact.text()), Contains("start.exponent = -0.5"));
    std::string zero = plain.text();
    std::string const draw = "expert_variance = 0.2";
    zero.replace(zero.find(draw), draw.size(), draw + ", zero = \"location\"");
    CHECK_THAT(warned(zero), Contains("truth.draw.zero = \"location\" has no use here (zero_gate "
                                      "names no atom"));
    // In a fit's own table it is that fit's.
    CHECK_THAT(warned(plain.text() + "[fit.start]\nscale = 0\nexponent = -0.5\n"),
               Contains("fit.fit.start.exponent = -0.5"));
}

TEST_CASE("a power of n that is written without its sign is told, in tables and in a sweep")
{
    std::string const plain = Families().text();
    std::string const slopes = warned(plain + "theory = 0.5\nreported_slope = 0.25\n");
    CHECK_THAT(slopes,
               Contains("fit.fit.theory = 0.5 is of what grows with n (a rate n^-1/2 is the "
                        "slope -0.5) write -0.5, unless that is meant\n") &&
                   Contains("fit.fit.reported_slope = 0.25 is of what grows"));
    CHECK_THAT(warned(plain + "theory = { claim = 0.5 }\n"),
               Contains("fit.fit.theory.claim = 0.5"));
    CHECK(warned(plain + "theory = \"sub\"\nreported_slope = -0.25\n").empty());
    Families f;
    f.start = "exponent = 0.083";
    CHECK_THAT(warned(f.text()), Contains("start.exponent = 0.083 makes the starts' noise grow") &&
                                     Contains("write -0.083"));
    CHECK_THAT(warned(plain + "[fit.start]\nexponent = 1.5\n"),
               Contains("fit.fit.start.exponent = 1.5 makes"));
    CHECK_THAT(warned(plain + "[sweep]\n\"start.exponent\" = [-0.5, 0.0, 0.5]\n"),
               Contains(" = 0.5 makes the starts' noise grow") && !Contains(" = 0 "));
    CHECK_THAT(warned(plain + "[sweep]\nstart.exponent = [-0.5, 0.5]\n"), Contains(" = 0.5 makes"));
}

TEST_CASE("keys that some fit uses are not told")
{
    Families f = both(R"(score = "linear", normalizer = "softmax", temperature = "learned")",
                      "temperature.L4");
    CHECK(warned(by_lse(f, "box_temperature = 4\n")).empty());
    f = Families();
    f.start = "extra = [1]\nexponent = -0.5";
    CHECK(warned(f.text()).empty());
    // Another fit has them, or sets its own.
    Families exact;
    exact.atoms = "experts = 2";
    exact.start = "extra = [1]";
    std::string const second = "[[fit]]\nlabel = \"more\"\ngate = { " + exact.gate +
                               " }\nexperts = 3\nloss = \"softmax.L1\"\n";
    CHECK(warned(exact.text() + second).empty());
    CHECK_THAT(warned(exact.text() + second + "[fit.start]\nextra = [2]\n"),
               Contains("start.extra = [1]") && !Contains("fit.more"));
}

TEST_CASE("a sweep whose curves would be the same is worth no store")
{
    Families exact;
    exact.atoms = "experts = 2";
    CHECK_THAT(warned(exact.text() + "[sweep]\n\"start.extra\" = [[1], [2]]\n"),
               Contains("wasted s.toml:26:1: sweep of start.extra has no use here") &&
                   Contains("so that its curves measure the same) remove it"));
    CHECK(warned(Families().text() + "[sweep]\n\"start.extra\" = [[1], [2]]\n").empty());
    CHECK(warned(exact.text() + "[sweep]\n\"fit.fit.experts\" = [2, 3]\n\"start.extra\" = [[1], "
                                "[2]]\n")
              .empty());
}

TEST_CASE("a refuted claim without a reason is told")
{
    std::string const plain = Families().text();
    CHECK_THAT(warned(plain + "theory = { claim = -0.5, stands = false, why = \"\" }\n"),
               Contains("s.toml:25:42: ") && Contains("fit.fit.theory.why is empty"));
    CHECK(warned(plain + "theory = { claim = -0.5, stands = false, why = \"flat\" }\n").empty());
    CHECK(warned(plain + "theory = { claim = -0.5, why = \"\" }\n").empty());
}

TEST_CASE("messages say what is wrong and what may be written")
{
    std::string const plain = Families().text();
    auto const error = [&](std::string const& from, std::string const& to) {
        std::string changed = plain;
        return sample::error_of_text(changed.replace(changed.find(from), from.size(), to));
    };
    CHECK_THAT(error("spec_version = 1", "spec_version = 2"), Contains("(it must be 1)"));
    CHECK_THAT(error("noise_variance = 0.5", "noise_variance = inf"),
               Contains("data.noise_variance = inf is not finite") && !Contains("out of range"));
    CHECK_THAT(error("kind = \"sgd\"\n", ""), Contains("s.toml:18:2: estimator.kind is missing"));
    CHECK_THAT(error("[estimator]\nkind = \"sgd\"\n", ""), Contains("s.toml: estimator.kind is"));
    CHECK_THAT(sample::error_of_text(plain + "theory = \"sup\"\n"),
               Contains("fit.fit.theory = \"sup\" is neither a number nor \"sub\""));
    CHECK_THAT(sample::error_of_text(plain + "[fit.truth]\nexperts = 2\n"),
               Contains("fit.fit.truth has none of draw, file, measure") &&
                   Contains("give exactly one of them"));
}
