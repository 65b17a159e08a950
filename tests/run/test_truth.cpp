#include "host/core/error.h"
#include "host/study/truth.h"
#include "kernels/model/layout.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;

namespace
{

/// Blocks of the small study's truth: w, b, a, b_e.
enum
{
    w,
    b,
    a,
    b_e
};

double entry(Model const& model, std::vector<double> const& theta, int block, int row, int at)
{
    Block const& where = model.layout.block[block];
    return theta[where.offset + row * where.width + at];
}

} // namespace

TEST_CASE("zeroed atoms lose their location, and their bias only if all is zeroed", "[run]")
{
    Study study = small::study();
    Curve& curve = study.curves.front();
    std::vector<double> theta = true_parameters(study, curve, study.n.front());
    Model const& model = curve.truth.model;
    for (int at = 0; at < model.d; ++at) {
        CHECK(entry(model, theta, w, 1, at) == 0.0);
        CHECK(entry(model, theta, w, 0, at) != 0.0);
        CHECK(entry(model, theta, a, 1, at) != 0.0);
    }
    CHECK(entry(model, theta, b, 1, 0) != 0.0);
    curve.truth.draw->zero_bias = true;
    theta = true_parameters(study, curve, study.n.front());
    CHECK(entry(model, theta, b, 1, 0) == 0.0);
}

TEST_CASE("true parameters have the variances that were asked for", "[run]")
{
    Study study = small::study();
    Curve& curve = study.curves.front();
    Model& model = curve.truth.model;
    model = make_model(model.gate, model.expert, 100, 64);
    curve.truth.draw = TruthDraw{4.0, 0.25, {}, true};
    std::vector<double> const theta = true_parameters(study, curve, study.n.front());
    double gate = 0, expert = 0;
    for (int row = 0; row < 64; ++row) {
        for (int at = 0; at < 100; ++at) {
            gate += std::pow(entry(model, theta, w, row, at), 2) / 6400;
            expert += std::pow(entry(model, theta, a, row, at), 2) / 6400;
        }
    }
    // A variance from m = 6400 normals has relative deviation sqrt(2 / m) = 1.8 %; 5 of them.
    CHECK(gate == Approx(4.0).epsilon(0.09));
    CHECK(expert == Approx(0.25).epsilon(0.09));
}

TEST_CASE("the truth is the same each time and follows the seed", "[run]")
{
    Study study = small::study();
    Curve const& curve = study.curves.front();
    std::vector<double> const before = true_parameters(study, curve, study.n.front());
    CHECK(small::same(before, true_parameters(study, curve, study.n.front())));
    study.seed += 1;
    CHECK_FALSE(small::same(before, true_parameters(study, curve, study.n.front())));
}

TEST_CASE("given parameters are the truth as they stand", "[run]")
{
    Study study = small::study();
    Curve& curve = study.curves.front();
    curve.truth.draw.reset();
    curve.truth.theta.assign(curve.truth.model.layout.size, 0.5);
    CHECK(true_parameters(study, curve, study.n.front()) == curve.truth.theta);
}

namespace
{

/// The small study's truth in other families; 6 parameters or more a block make chance zeros
/// unlikely.
Curve drawn(std::string const& gate, std::string const& atoms, std::string const& expert,
            std::string const& more = "")
{
    std::string const text = R"(
spec_version = 1
[study]
id = "drawn"
seed = 7
replicates = 1
n = [64]
[data]
d = 3
noise_variance = 0.01
[truth]
gate = { )" + gate + " }\nexpert = { " +
                             expert + " }\n" + atoms + "\n" + more + R"(
draw = { gate_variance = 1.0, expert_variance = 4.0, zero_gate = [1] }
[estimator]
kind = "sgd"
[[fit]]
label = "fit"
gate = { )" + gate + " }\n" + atoms +
                             "\nloss = ";
    for (char const* loss : {"softmax.L1", "quadratic.L1", "temperature.L4", "hierarchical.L5"}) {
        try {
            return parse_study(text + "\"" + loss + "\"", "drawn.toml").curves.front();
        } catch (UsageError const& error) {
            if (std::string(error.what()).find("fit.fit.loss") == std::string::npos)
                throw;
        }
    }
    throw std::logic_error("no loss fits");
}

/// Whether all numbers of a row of the block called `name` are zero, or else none.
bool is_zero(Curve const& curve, std::vector<double> const& theta, std::string const& name,
             Role role, int row)
{
    Layout const& layout = curve.truth.model.layout;
    for (int block = 0; block < layout.blocks; ++block) {
        Block const& where = layout.block[block];
        if (where.name != name || where.role != role)
            continue;
        int zeros = 0;
        for (int at = 0; at < where.width; ++at)
            zeros += entry(curve.truth.model, theta, block, row, at) == 0 ? 1 : 0;
        CHECK((zeros == 0 || zeros == where.width));
        return zeros == where.width;
    }
    throw std::logic_error("no such parameter");
}

} // namespace

TEST_CASE("every gate parameter is drawn; those of zeroed atoms are 0, shared ones never", "[run]")
{
    Study const study = small::study();
    std::string const relu = R"(form = "ffn", activation = "relu")";
    Curve curve = drawn(R"(score = "quadratic", normalizer = "softmax")", "experts = 2", relu);
    std::vector<double> theta = true_parameters(study, curve, study.n.front());
    for (char const* name : {"A", "w"}) {
        CHECK_FALSE(is_zero(curve, theta, name, Role::location, 1));
        CHECK(is_zero(curve, theta, name, Role::location, 0));
    }
    CHECK(is_zero(curve, theta, "b", Role::bias, 0));
    CHECK_FALSE(is_zero(curve, theta, "lambda", Role::expert_scale, 0));
    // A is drawn in full: it is not symmetric
    CHECK(entry(curve.truth.model, theta, 0, 1, 1) != entry(curve.truth.model, theta, 0, 1, 3));

    curve = drawn(R"(score = "attention", normalizer = "softmax", rank = 2)", "experts = 2", relu);
    theta = true_parameters(study, curve, study.n.front());
    for (char const* name : {"K", "kappa"}) {
        CHECK_FALSE(is_zero(curve, theta, name, Role::location, 1));
        CHECK(is_zero(curve, theta, name, Role::location, 0));
    }
    CHECK_FALSE(is_zero(curve, theta, "Q", Role::shared, 0));
    CHECK_FALSE(is_zero(curve, theta, "q", Role::shared, 0));

    curve = drawn(R"(score = "linear", normalizer = "hierarchical")", "groups = [1, 2]", relu);
    theta = true_parameters(study, curve, study.n.front());
    CHECK(is_zero(curve, theta, "w", Role::location, 0));
    for (int group : {0, 1}) { // zero_gate names atoms, not groups
        CHECK_FALSE(is_zero(curve, theta, "w", Role::group_location, group));
        CHECK_FALSE(is_zero(curve, theta, "b", Role::group_bias, group));
    }
    CHECK(entry(curve.truth.model, theta, 0, 1, 0) != entry(curve.truth.model, theta, 2, 1, 0));
}

TEST_CASE("a learned temperature of the truth is given, not drawn", "[run]")
{
    Study const study = small::study();
    Curve const curve =
        drawn(R"(score = "linear", normalizer = "softmax", temperature = "learned")", "experts = 2",
              R"(form = "ridge", activation = "relu")", "temperature = 2.5");
    std::vector<double> const theta = true_parameters(study, curve, study.n.front());
    CHECK(entry(curve.truth.model, theta, 2, 0, 0) == 2.5);
}

TEST_CASE("scales of experts have the experts' variance", "[run]")
{
    Study const study = small::study();
    Curve curve = drawn(R"(score = "linear", normalizer = "softmax")", "experts = 2",
                        R"(form = "ffn", activation = "relu")");
    Model& model = curve.truth.model;
    model = make_model(model.gate, model.expert, 3, 4000);
    curve.truth.draw->zero_gate.clear();
    std::vector<double> const theta = true_parameters(study, curve, study.n.front());
    double scale = 0, bias = 0;
    for (int row = 0; row < 4000; ++row) {
        scale += std::pow(entry(model, theta, 4, row, 0), 2) / 4000;
        bias += std::pow(entry(model, theta, 1, row, 0), 2) / 4000;
    }
    // sqrt(2 / 4000) = 2.2 % relative deviation; 5 of them
    CHECK(scale == Approx(4.0).epsilon(0.11));
    CHECK(bias == Approx(1.0).epsilon(0.11));
}
