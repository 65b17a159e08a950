#include "host/run/inclusion.h"
#include "host/run/truth.h"
#include "kernels/family/activations.h"
#include "kernels/family/normalizers.h"
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
    std::vector<double> theta = true_parameters(study, curve);
    Model const& model = curve.truth.model;
    for (int at = 0; at < model.d; ++at) {
        CHECK(entry(model, theta, w, 1, at) == 0.0);
        CHECK(entry(model, theta, w, 0, at) != 0.0);
        CHECK(entry(model, theta, a, 1, at) != 0.0);
    }
    CHECK(entry(model, theta, b, 1, 0) != 0.0);
    curve.truth.draw->zero_bias = true;
    theta = true_parameters(study, curve);
    CHECK(entry(model, theta, b, 1, 0) == 0.0);
}

TEST_CASE("true parameters have the variances that were asked for", "[run]")
{
    Study study = small::study();
    Curve& curve = study.curves.front();
    Model& model = curve.truth.model;
    model = make_model(model.gate, model.expert, 100, 64);
    curve.truth.draw = TruthDraw{4.0, 0.25, {}, true};
    std::vector<double> const theta = true_parameters(study, curve);
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
    std::vector<double> const before = true_parameters(study, curve);
    CHECK(small::same(before, true_parameters(study, curve)));
    study.seed += 1;
    CHECK_FALSE(small::same(before, true_parameters(study, curve)));
}

TEST_CASE("given parameters are the truth as they stand", "[run]")
{
    Study study = small::study();
    Curve& curve = study.curves.front();
    curve.truth.draw.reset();
    curve.truth.theta.assign(curve.truth.model.layout.size, 0.5);
    CHECK(true_parameters(study, curve) == curve.truth.theta);
}

TEST_CASE("a class holds a truth of its own families with as many atoms or fewer", "[run]")
{
    Model const truth = make_model(GateSpec{}, ExpertSpec{}, 3, 2);
    CHECK(class_holds(truth, truth));
    CHECK(class_holds(make_model(GateSpec{}, ExpertSpec{}, 3, 5), truth));
    CHECK_FALSE(class_holds(make_model(GateSpec{}, ExpertSpec{}, 3, 1), truth));
    GateSpec other_gate;
    other_gate.normalizer = find<Normalizers>("sigmoid");
    CHECK_FALSE(class_holds(make_model(other_gate, ExpertSpec{}, 3, 2), truth));
    ExpertSpec other_expert;
    other_expert.activation = find<Activations>("relu");
    CHECK_FALSE(class_holds(make_model(GateSpec{}, other_expert, 3, 2), truth));
    CHECK_FALSE(class_holds(make_model(GateSpec{}, ExpertSpec{}, 3, 2, 0, 2.0), truth));
}
