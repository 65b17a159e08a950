// What a run takes a device's speed to be before it has done any fit.

#include "host/run/speed.h"
#include "tests/study/sample.h"

using namespace moerate;

TEST_CASE("least squares is timed at fits, not at what parameters 0 do to it", "[run]")
{
    auto const speed = [](std::string const& activation, std::string const& estimator) {
        Study const study = sample::parse(R"(spec_version = 1
[study]
id = "speed"
seed = 1
replicates = 1
n = [4000]
[data]
d = 16
noise_variance = 0.01
[truth]
gate = { score = "linear", normalizer = "softmax" }
expert = { form = "ridge", activation = ")" +
                                          activation +
                                          R"(" }
experts = 4
draw = { gate_variance = 0.1, expert_variance = 0.1 }
[estimator]
kind = ")" + estimator + R"("
[[fit]]
label = "softmax"
gate = { score = "linear", normalizer = "softmax" }
experts = 4
loss = "softmax.L1"
)");
        return first_speed(study, *make_cpu_device(1));
    };
    // By flops least squares is as fast as SGD to a factor. From parameters 0 its quadratic
    // programs, of every bound and every sample's kinks, took hundreds of times as long.
    double const smooth = speed("gelu", "lse");
    CHECK(smooth > speed("gelu", "sgd") / 100);
    CHECK(speed("relu", "lse") > smooth / 50); // steps that know kinks cost more
}
