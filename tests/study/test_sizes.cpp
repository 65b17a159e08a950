// Sizes that no int and no machine can hold.

#include "host/study/sizes.h"
#include "kernels/family/losses.h"
#include "kernels/loss/pair.h"
#include "tests/study/families_sample.h"

using namespace moerate;
using Catch::Contains;
using sample::Families;

namespace
{

std::string const attention = R"(score = "attention", normalizer = "softmax", rank = 1)";

/// The error of the small study with other sizes; empty where it is read.
std::vector<std::string> with_experts(int truth, int fit)
{
    std::string const k = std::to_string(fit);
    return {"truth.experts=" + std::to_string(truth), "fit.soft.experts=" + k,
            "fit.sigm.experts=" + k};
}

} // namespace

TEST_CASE("sizes of a model are counted in 64 bits")
{
    GateSpec gate;
    ExpertSpec expert; // linear score, ridge expert
    auto sizes = size_limits(gate, expert, 3, 5, 0);
    CHECK(sizes[0].value == 5 * (3 + 1 + 3 + 1));
    CHECK(sizes[1].value == 3);
    CHECK(sizes[2].value == 2 * 5 * (3 + most_padding));
    CHECK(sizes[0].value == make_model(gate, expert, 3, 5).layout.size);
    for (SizeLimit const& size : size_limits(gate, expert, largest_size, largest_size, 0))
        CHECK(size.holds()); // 2e8 numbers
    gate.score = find<Scores>("attention");
    gate.rank = 1;
    sizes = size_limits(gate, expert, 10000, 43, 0);
    CHECK(sizes[2].value == 43LL * (10000 + 50005000 + 16) + 43 * (10000 + 16));
    CHECK_FALSE(sizes[2].holds()); // x, vech(x x^T); x of the expert
    CHECK(size_limits(gate, expert, 10000, 42, 0)[2].holds());
    CHECK(sizes[3].holds()); // the features of a chunk just fit
    CHECK_THROWS_AS(make_model(gate, expert, 10000, 43), std::length_error);
    CHECK_THROWS_AS(make_model(gate, expert, largest_size + 1, 1), std::length_error);
}

TEST_CASE("maps that an int cannot index are refused, and the advice helps")
{
    Families f = sample::both(attention, "softmax.L1");
    f.d = 10000;
    f.truth_atoms = f.atoms = "experts = 43";
    CHECK_THAT(f.error(), Contains("the truth has 2151076376 numbers in its linear maps (indices "
                                   "reach 2147483647 at most) lower d or use fewer experts"));
}

TEST_CASE("pairs of experts that an int cannot index are refused")
{
    CHECK_THAT(sample::refused(with_experts(8192, 8192)),
               Contains("s.toml:18:1: the fit has 67108864 pairs of a fitted and a true expert") &&
                   Contains("67108863 at most") && Contains("fewer experts"));
    CHECK(sample::refused(with_experts(8191, 8192)).empty());
    GateSpec gate;
    gate.score = find<Scores>("quadratic");
    Model const wide = make_model(gate, ExpertSpec{}, 500, 4);
    Model const many = make_model(GateSpec{}, ExpertSpec{}, 500, 10000);
    auto const numbers = [&](char const* loss) {
        return pair_limits(many, wide, find<Losses>(loss))[1];
    };
    // A: 500 * 501 / 2, w: 500, expert: 501, bias: 1
    CHECK(numbers("quadratic.L1").value == 10000LL * (125250 + 500 + 501 + 1));
    CHECK(numbers("quadratic.L1").holds());
}

TEST_CASE("least squares says how many parameters it takes")
{
    auto const error = [](int experts) { // of 2 + 1 + 2 + 1 parameters each
        return sample::refused(
            {"fit.soft.experts=" + std::to_string(experts), "fit.soft.estimator={kind=\"lse\"}"});
    };
    CHECK_THAT(error(683),
               Contains("fit.soft.experts=683: the fit has 4098 parameters of least squares (its "
                        "normal equations take 4096 at most) lower d, use fewer "
                        "experts, or fit by sgd"));
    CHECK(error(682).empty());
    CHECK(sample::refused({"fit.soft.experts=683"}).empty()); // by sgd
}

TEST_CASE("least squares says how many features its tables take")
{
    auto const error = [](int d) { // attention has the products of two of x among its features
        return sample::refused(
            {"data.d=" + std::to_string(d),
             "truth.gate={score=\"attention\", normalizer=\"softmax\", rank=1}",
             "truth.draw={gate_variance=1.0, expert_variance=1.0}",
             "fit.sigm.gate={score=\"attention\", normalizer=\"sigmoid\", rank=1}",
             "fit.sigm.loss=\"sigmoid.D1\"",
             "fit.soft.gate={score=\"attention\", normalizer=\"softmax\", rank=1}",
             "fit.soft.expert={form=\"constant\"}", "fit.soft.estimator={kind=\"lse\"}",
             "fit.soft.loss=\"softmax.L1\""});
    };
    CHECK_THAT(error(310), Contains("pairs of features of least squares"));
    CHECK(error(200).empty());
}

TEST_CASE("numbers of samples end below the largest int, as passes look ahead")
{
    CHECK_THAT(sample::refused({"study.n=[100,2147483647]"}),
               Contains("holds 2147483647 (a sample size is a whole number from 1 to 2000000000)"));
    CHECK_THAT(sample::refused({"study.n={geom=[100,2147483647,3]}"}), Contains("<= 2000000000"));
    CHECK_THAT(sample::refused({"study.regression_samples=2147483647"}),
               Contains("between 1 and 2000000000"));
    CHECK(sample::refused({"study.n=[100,2000000000]", "study.regression_samples=2000000000"})
              .empty());
}

TEST_CASE("what no machine can hold is refused with its bytes")
{
    std::vector<std::string> const vast = {"study.n=[100,2000000000]", "data.d=10000"};
    CHECK_THAT(sample::refused(vast),
               Contains("s.toml:18:1: the fit: one replicate at n = 2000000000 needs "
                        "80012") &&
                   Contains("bytes, 80 TB (no machine has more than 17.6 TB") &&
                   Contains("lower study.n or data.d"));
    CHECK(sample::refused({"study.n=[100,200000000]", "data.d=10000"}).empty());
    CHECK_THAT(sample::refused({"study.regression_samples=2000000000", "data.d=5000"}),
               Contains("lower study.regression_samples or data.d"));
    CHECK(sample::refused({"study.regression_samples=200000000", "data.d=5000"}).empty());
    // float32 data of 2 dimensions, points with 2 experts, three vectors of p; stored ones for the
    // losses are in float64
    Study const study = sample::parse(sample::text);
    Curve const& curve = study.curves[0];
    CHECK(data_bytes(curve, 100) == 100 * (2 + 1) * 4);
    CHECK(point_bytes(study, curve) == 100000 * (2 + 1 + 2 * 2) * 4 + 2 * 6 * (4 + 8));
    CHECK(fit_bytes(curve) + 2 * 18 * 8 == 3 * 18 * 4 + loss_bytes(curve, 2));
}
