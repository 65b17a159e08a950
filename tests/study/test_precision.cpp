// Values that the precision of a fit cannot hold are refused before anything runs.

#include "tests/study/sample.h"

using namespace moerate;
using Catch::Contains;

namespace
{

/// The error of the small study with these settings.
std::string const twice = "estimator.precision=\"float64\"";

} // namespace

TEST_CASE("values that float32 cannot hold are refused with key, value and limits")
{
    struct Refused
    {
        char const* setting;
        char const* key;
    };
    Refused const refused[] = {
        {"data.noise_variance=1e80", "data.noise_variance = 1e+80"},
        {"data.noise_variance=1e-80", "data.noise_variance = 1e-80"},
        {"start.scale=1e39", "start.scale = 1e+39"},
        {"start.scale=1e-39", "start.scale = 1e-39"},
        {"truth.temperature=1e300", "truth.temperature = 1e+300"},
        {"truth.temperature=1e-300", "truth.temperature = 1e-300"},
        {"truth.draw.gate_variance=1e78", "truth.draw.gate_variance = 1e+78"},
        {"truth.draw.expert_variance=1e-78", "truth.draw.expert_variance = 1e-78"},
        {"estimator.learning_rate=1e-50", "estimator.learning_rate = 1e-50"},
        {"estimator.learning_rate=1e39", "estimator.learning_rate = 1e+39"},
        {"estimator.loss_factor=2e38", "estimator.loss_factor = 2e+38"},
        {"estimator.loss_factor=1e-38", "estimator.loss_factor = 1e-38"},
    };
    for (Refused const& one : refused) {
        INFO(one.setting);
        std::string const text = sample::refused({one.setting});
        CHECK_THAT(text, Contains(one.key) && Contains("float32") && Contains("must be between") &&
                             Contains("use precision = \"float64\""));
        CHECK_THAT(text, Contains("--set"));
        CHECK(sample::refused({one.setting, twice}).empty());
    }
    CHECK_THAT(sample::error_of_text(sample::with("noise_variance = 0.5", "noise_variance = 1e80")),
               Contains("s.toml:9:1: data.noise_variance = 1e+80 leaves float32 (the noise's sd = "
                        "1e+40 must be between 1.2e-38 and 3.3e+35)"));
}

TEST_CASE("products of settings that the precision cannot hold are refused")
{
    std::vector<std::string> const steps{"estimator.learning_rate=1e-30",
                                         "estimator.loss_factor=1e-20"};
    CHECK_THAT(sample::refused(steps), Contains("learning_rate 2 loss_factor / batch = ") &&
                                           Contains("estimator.learning_rate = 1e-30"));
    CHECK_THAT(sample::refused({"estimator.learning_rate=1e30", "estimator.loss_factor=1e20"}),
               Contains("estimator.learning_rate = 1e+30"));
    // 0.005 * 100^-20 = 5e-43 has three digits in float32
    CHECK_THAT(sample::refused({"start.exponent=-20"}),
               Contains("start.exponent = -20 leaves float32 (the noise's sd at n = 100") &&
                   Contains("bring it nearer to 0 or use precision"));
    for (std::string const exponent : {"1e18", "-1e300", "1000", "-1000"})
        CHECK_THAT(sample::refused({"start.exponent=" + exponent, twice}),
                   Contains("start.exponent = ") && Contains("bring it nearer to 0") &&
                       !Contains("start.scale"));
    CHECK_THAT(sample::refused({"start.exponent=-2", "start.scale=1e-39"}),
               Contains("start.scale = 1e-39") && Contains("bring it nearer to 1"));
    CHECK_THAT(sample::refused({"start.exponent=1000", "start.scale=0"}),
               Contains("start.exponent = 1000"));
    CHECK(sample::refused({"start.exponent=-20", twice}).empty());
    CHECK_THAT(sample::refused({"start.exponent=-200", twice}), Contains("float64"));
}

TEST_CASE("tau, and parameters of a given truth, must be held as well")
{
    std::string const cosine = "truth.gate={score=\"cosine\",normalizer=\"softmax\",tau1=1e-50,"
                               "tau2=0.1}";
    CHECK_THAT(sample::refused({cosine}), Contains("truth.gate.tau1 = 1e-50 leaves float32"));
    CHECK(sample::refused({cosine, twice}).empty());
    CHECK_THAT(sample::refused(
                   {"fit.soft.gate={score=\"cosine\",normalizer=\"softmax\",tau1=0.1,tau2=1e-50}",
                    "fit.soft.loss=\"cosine.L2\""}),
               Contains("fit.soft.gate.tau2 = 1e-50 leaves float32"));
    std::string const measure = "measure = { d = 2, gate = { score = \"linear\", normalizer = "
                                "\"softmax\" }, expert = { form "
                                "= \"ridge\", activation = \"relu\" }, atoms = [{ gate = { w = [1, "
                                "1e39], b = 0 }, expert = "
                                "{ a = [1, 2], b = 0 } }] }\n";
    std::size_t const begin = sample::text.find("gate = {"), end = sample::text.find("[estimator]");
    std::string given = sample::text;
    given.replace(begin, end - begin, measure);
    CHECK_THAT(sample::error_of_text(given),
               Contains("s.toml:11:1: truth.measure holds 1e+39 (float32 goes up to 3.4e+38)"));
    CHECK(sample::error_of_text(given, {twice}).empty());
}

TEST_CASE("numbers that float64 itself would make 0 are refused")
{
    CHECK_THAT(
        sample::error_of_text(sample::with("noise_variance = 0.5", "noise_variance = 1e-400")),
        Contains("s.toml:9:1: the value is too small (it would become 0"));
    CHECK_THAT(sample::refused({"data.noise_variance=1e-400"}),
               Contains("--set data.noise_variance=1e-400: the value is too small"));
    CHECK_THAT(sample::refused({"sweep.data.noise_variance=[0.1,1e-400]"}), Contains("too small"));
    for (char const* zero : {"0.0", "-0.0", "0e5", "0.000e-400", "0.0_0"})
        CHECK(sample::refused({std::string("data.noise_variance=") + zero}).empty());
    CHECK_THAT(sample::refused({"data.noise_variance=1e300", twice}), Contains("at most 1e+290"));
}

TEST_CASE("ordinary studies, and what is at the edge of float32, are taken")
{
    CHECK(sample::refused({}).empty());
    for (char const* setting :
         {"data.noise_variance=1e70", "data.noise_variance=1e-70", "start.scale=0",
          "start.scale=1e30", "truth.temperature=1e-30", "truth.draw.gate_variance=0",
          "estimator.learning_rate=1e-30", "estimator.learning_rate=1e30", "start.kind=\"target\""})
    {
        INFO(setting);
        CHECK(sample::refused({setting}).empty());
    }
}
