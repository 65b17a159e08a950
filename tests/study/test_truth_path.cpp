// Truths that move with n.

#include "host/study/identity.h"
#include "host/study/truth.h"
#include "tests/study/sample.h"

#include <filesystem>

using namespace moerate;
using Catch::Contains;

namespace
{

/// A sigmoid gate over one constant expert in one dimension: w, b, expert b.
std::string one_atom(double w, double b, double expert)
{
    return R"({ "d": 1, "gate": {"score": "linear", "normalizer": "sigmoid"}, "expert": {"form": )"
           R"("constant"}, "atoms": [{"gate": {"w": [)" +
           std::to_string(w) + R"(], "b": )" + std::to_string(b) + R"(}, "expert": {"b": )" +
           std::to_string(expert) + "}}]}";
}

/// A study of a given truth, (1, 2, 3), with this line in [truth]; truths and ends are files.
Study study_with(std::string const& path, std::vector<std::string> const& settings = {})
{
    std::string const folder = sample::scratch("truth_path");
    std::filesystem::create_directories(folder);
    sample::write_file(folder + "/base.json", one_atom(1, 2, 3));
    sample::write_file(folder + "/end.json", one_atom(5, 2, -1));
    sample::write_file(
        folder + "/two.json",
        R"({"d": 1, "gate": {"score": "linear", "normalizer": "sigmoid"}, "expert": {"form": )"
        R"("constant"}, "atoms": [{"gate": {"w": [1], "b": 0}, "expert": {"b": 1}}, {"gate": )"
        R"({"w": [1], "b": 0}, "expert": {"b": 1}}]})");
    return parse_study("spec_version = 1\n[study]\nid = \"path\"\nseed = 1\nreplicates = 2\n"
                       "n = [16, 256]\n[data]\nd = 1\nnoise_variance = 0.01\n[truth]\n"
                       "file = \"base.json\"\n" +
                           path +
                           "\n[estimator]\nkind = \"lse\"\n[[fit]]\nlabel = \"sigmoid\"\ngate = { "
                           "score = \"linear\", normalizer = \"sigmoid\" }\nexperts = 1\nloss = "
                           "\"sigmoid.D1\"\n",
                       "path.toml", settings, folder);
}

std::vector<double> truth_at(Study const& study, int n)
{
    return true_parameters(study, study.curves[0], n);
}

std::string refusal(std::string const& path, std::vector<std::string> const& settings = {})
{
    try {
        study_with(path, settings);
    } catch (UsageError const& error) {
        return error.what();
    }
    return "it was read";
}

} // namespace

TEST_CASE("a truth on a path is base + scale n^exponent (to - base)")
{
    Study const quarter =
        study_with(R"(path = { to = "end.json", scale = 2.0, exponent = -0.25 })");
    // 2 * 16^-1/4 = 1 and 2 * 256^-1/4 = 1/2, of (1, 2, 3) towards (5, 2, -1).
    CHECK(truth_at(quarter, 16) == std::vector<double>{5, 2, -1});
    CHECK(truth_at(quarter, 256) == std::vector<double>{3, 2, 1});
    Study const still = study_with(R"(path = { to = "end.json" })");
    CHECK(truth_at(still, 16) == std::vector<double>{5, 2, -1});
    CHECK(truth_at(still, 256) == std::vector<double>{5, 2, -1});
    CHECK(truth_at(study_with(""), 256) == std::vector<double>{1, 2, 3});
}

TEST_CASE("cells differ by the path, data and evaluation points do not")
{
    Study const plain = study_with(""), moved = study_with(R"(path = { to = "end.json" })"),
                other = study_with(R"(path = { to = "end.json", exponent = -0.5 })");
    auto const cell = [](Study const& study) { return cell_id(study, study.curves[0], 16); };
    CHECK(cell(plain) != cell(moved));
    CHECK(cell(moved) != cell(other));
    auto const same = [](StreamKey const& a, StreamKey const& b) {
        return a.key0 == b.key0 && a.key1 == b.key1;
    };
    auto const moved_key = [](Study const& study, int n) {
        return moved_truth_key(study, study.curves[0], n);
    };
    CHECK(same(streams_key(plain, plain.curves[0]), streams_key(other, other.curves[0])));
    CHECK(same(truth_key(plain, plain.curves[0]), truth_key(other, other.curves[0])));
    CHECK(same(moved_key(plain, 16), moved_key(plain, 256)));
    CHECK(same(moved_key(plain, 16), truth_key(plain, plain.curves[0])));
    CHECK_FALSE(same(moved_key(other, 16), moved_key(other, 256)));
    CHECK_FALSE(same(moved_key(other, 16), moved_key(moved, 16)));
}

TEST_CASE("a resolved study has its path, and exponents can be swept")
{
    Study const study = study_with(R"(path = { to = "end.json", scale = 2.0, exponent = -0.25 })");
    Study const again = parse_study(study.resolved, "resolved");
    CHECK(again.resolved == study.resolved);
    CHECK(cell_id(again, again.curves[0], 16) == cell_id(study, study.curves[0], 16));
    CHECK_THAT(describe(study), Contains("base + 2 n^-0.25 (to - base), to by end.json"));
    Study const swept =
        study_with("path = { to = \"end.json\" }\n[sweep]\n\"truth.path.exponent\" = "
                   "[0.0, -0.25, -0.5]");
    REQUIRE(swept.curves.size() == 3);
    CHECK(swept.curves[1].label == "sigmoid [truth.path.exponent=-0.25]");
    CHECK(true_parameters(swept, swept.curves[2], 16) == std::vector<double>{2, 2, 2});
}

TEST_CASE("a path that cannot be gone is refused with its key and why")
{
    CHECK_THAT(refusal("path = { scale = 2.0 }"), Contains("path.toml:12") && Contains("to"));
    CHECK_THAT(refusal("path = { to = \"none.json\" }"), Contains("none.json"));
    CHECK_THAT(refusal("path = { to = \"two.json\" }"),
               Contains("path.toml:12") && Contains("experts = 2") && Contains("the truth has 1"));
    CHECK_THAT(refusal("path = { to = \"end.json\", power = 2 }"), Contains("power"));
    CHECK_THAT(refusal("path = { to = \"end.json\", scale = 1e200, exponent = 60 }"),
               Contains("path.toml:12") && Contains("beyond all numbers at n = 256"));
    CHECK_THAT(refusal("path = { to = \"end.json\", exponent = 200 }"),
               Contains("beyond all numbers at n = 256"));
    CHECK_THAT(refusal("path = { to = \"end.json\" }\n[sweep]\n\"truth.path.to\" = [\"end.json\"]"),
               Contains("truth.path.to") && Contains("one end"));
}
