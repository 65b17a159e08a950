// Evaluation on all backends against the plain float64 mixture at awkward sizes, and where the
// numbers get extreme.

#include "tests/fit/problem.h"
#include "tests/fit/tolerance.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

/// Compares predictions, weights and mean square error with the plain mixture's.
template <class Real>
Evaluated<Real> check_plain(Backend const& backend, Problem<Real> const& problem)
{
    INFO(backend.name() << ", d = " << problem.model.d << ", k = " << problem.model.k
                        << ", n = " << problem.n());
    Problem<double> const plain = converted<double>(problem);
    Evaluated<Real> const got = evaluated(backend, problem);
    auto const n = static_cast<std::size_t>(problem.n());
    double worst_f = 0;
    double worst_weight = 0;
    double largest_score = 0;
    for (std::size_t t = 0; t < n; ++t) {
        PlainSample const want =
            plain_sample(plain.model, plain.theta, plain.x.data() + t * plain.model.d);
        REQUIRE(std::isfinite(got.f[t]));
        worst_f = std::fmax(worst_f, std::fabs(static_cast<double>(got.f[t]) - want.f) /
                                         (1 + std::fabs(want.f)));
        largest_score = std::fmax(largest_score, largest(want.scores));
        for (std::size_t j = 0; j < want.weights.size(); ++j) {
            double const weight = static_cast<double>(got.weights[j * n + t]);
            REQUIRE(std::isfinite(weight));
            worst_weight =
                std::fmax(worst_weight, std::fabs(weight - want.weights[j]) -
                                            Tolerance<Real>::weight_relative * want.weights[j]);
        }
    }
    CHECK(worst_f <= Tolerance<Real>::f);
    CHECK(worst_weight <=
          (largest_score > 30 ? Tolerance<Real>::weight_extreme : Tolerance<Real>::weight));
    double const mse = plain_mse(plain);
    CHECK(std::fabs(got.mse - mse) <= Tolerance<Real>::mse * (1 + mse));
    return got;
}

/// The same, and the gradient of the four mixtures.
template <class Real>
void check_mixture(Backend const& backend, Problem<Real> const& problem)
{
    Evaluated<Real> const got = check_plain(backend, problem);
    std::vector<double> const gradient =
        plain_gradient(converted<double>(problem), all_rows(problem.n()));
    CHECK(largest_difference(got.gradient, gradient) <=
          Tolerance<Real>::gradient * std::fmax(1.0, largest(gradient)));
}

} // namespace

TEMPLATE_TEST_CASE("evaluation equals the plain mixture on every level", "", float, double)
{
    int const dimensions[] = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65};
    int const samples[] = {1, 31, 32, 33, 64, 70};
    unsigned seed = 1;
    for (Backend const& backend : level_backends())
        for (Mixture const& mixture : mixtures)
            for (int const d : dimensions)
                for (int k = 1; k <= 13; ++k, ++seed)
                    check_mixture(backend,
                                  drawn_problem<TestType>(
                                      model_of(mixture.normalizer, mixture.activation, d, k),
                                      samples[seed % 6], seed));
}

TEMPLATE_TEST_CASE("evaluation equals the plain mixture on lanes", "", float, double)
{
    unsigned seed = 1;
    for (Backend const& backend : lane_backends())
        for (Mixture const& mixture : mixtures)
            for (auto const& [d, k, n] :
                 {std::array{1, 1, 1}, std::array{3, 2, 33}, std::array{17, 9, 70}})
                check_mixture(backend, drawn_problem<TestType>(
                                           model_of(mixture.normalizer, mixture.activation, d, k),
                                           n, seed++));
}

namespace
{

/// Sizes below, at and above vectors and chunks.
struct Sizes
{
    int d;
    int k;
    int n;
};
constexpr Sizes awkward[] = {{1, 1, 1},  {1, 4, 32},  {2, 3, 31},  {3, 2, 33}, {5, 7, 70},
                             {8, 4, 64}, {9, 13, 40}, {17, 5, 33}, {33, 3, 40}};

} // namespace

// Gradients are compared with the generic text on one lane, whose gradients gradient_test.cpp
// compares with differences: those lose too many digits where there are many samples and features.
TEMPLATE_TEST_CASE("evaluation of every pair of members equals the plain mixture", "", float,
                   double)
{
    unsigned seed = 1;
    for (Family const& family : paired_families()) {
        for (Sizes const& size : awkward) {
            INFO(name_of(family));
            Problem<TestType> const problem =
                smooth_problem<TestType>(model_of(family, size.d, size.k), size.n, seed++, 1e-4);
            Backend const lane{{}, 1};
            std::vector<double> const want = evaluated(lane, converted<double>(problem)).gradient;
            for (Backend const& backend : level_backends()) {
                auto const got = check_plain(backend, problem);
                CHECK(largest_difference(got.gradient, want) <=
                      Tolerance<TestType>::gradient * std::fmax(1.0, largest(want)));
            }
            check_plain(lane, problem);
        }
    }
}

TEMPLATE_TEST_CASE("evaluation of every member equals the plain mixture on lanes", "", float,
                   double)
{
    unsigned seed = 1;
    for (Family const& family : single_families()) {
        INFO(name_of(family));
        Problem<TestType> const problem =
            smooth_problem<TestType>(model_of(family, 5, 4), 35, seed++, 1e-4);
        for (Backend const& backend : lane_backends())
            check_plain(backend, problem);
    }
}

// Scores up to 120 in size: exp(120) is past the largest float, exp(-120) below the smallest.
TEMPLATE_TEST_CASE("scores of 120 stay finite and right", "", float, double)
{
    for (Backend const& backend : all_backends()) {
        for (Mixture const& mixture : mixtures) {
            Model const model = model_of(mixture.normalizer, mixture.activation, 1, 4);
            Problem<TestType> problem{model, {}, {}, {}};
            // w, b, a, b: the scores are 120, 119, 0, -120 at x = 1 and -80, -121, 0, 118 at -1
            for (double const value : {100, 120, 0, -119, 20, -1, 0, -1, 1, -1, 2, 1, 0, 3, 1, -2})
                problem.theta.push_back(static_cast<TestType>(value));
            for (double const x : {1.0, -1.0, 0.5, 0.0, -0.25}) {
                problem.x.push_back(static_cast<TestType>(x));
                problem.y.push_back(TestType(1));
            }
            check_mixture(backend, problem);
        }
    }
}

TEMPLATE_TEST_CASE("softmax weights sum to 1 and are equal for equal scores", "", float, double)
{
    constexpr int k = 8;
    for (Backend const& backend : all_backends()) {
        Problem<TestType> problem =
            drawn_problem<TestType>(model_of("softmax", "identity", 3, k), 40, 3);
        for (int j = 0; j < k * 4; ++j)
            problem.theta[static_cast<std::size_t>(j)] = TestType(j < k * 3 ? 0 : 0.5);
        Evaluated<TestType> const got = evaluated(backend, problem);
        // 8 equal terms: sum and reciprocal are powers of two, so the weights are exact.
        CHECK(got.weights == std::vector<TestType>(got.weights.size(), TestType(1) / k));
    }
}

TEST_CASE("outputs that are null are left out, the others are the same")
{
    Problem<float> const problem = drawn_problem<float>(model_of("softmax", "relu", 5, 3), 45, 9);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        Evaluated<float> const all = evaluated(backend, problem);
        std::vector<float> f(45);
        std::vector<float> weights(3 * 45);
        std::vector<float> gradient(problem.theta.size());
        double mse = 0;
        EvaluateTask<float> task{problem.model, problem.theta.data(),
                                 problem.n(),   problem.x.data(),
                                 nullptr,       f.data(),
                                 nullptr,       nullptr,
                                 nullptr};
        backend.run(task);
        CHECK(f == all.f);
        task.f = nullptr;
        task.weights = weights.data();
        backend.run(task);
        CHECK(weights == all.weights);
        task.weights = nullptr;
        task.y = problem.y.data();
        task.mse = &mse;
        backend.run(task);
        CHECK(mse == all.mse);
        task.mse = nullptr;
        task.gradient = gradient.data();
        backend.run(task);
        CHECK(gradient == all.gradient);
    }
}

TEMPLATE_TEST_CASE("errors at two points are those at each", "", float, double)
{
    for (int const n : {1, 31, 33, 1000}) {
        for (char const* const normalizer : {"softmax", "sigmoid"}) {
            Model const model = model_of(normalizer, "gelu", 3, 5);
            Problem<TestType> const one = drawn_problem<TestType>(model, n, 4);
            Problem<TestType> other = one;
            other.theta = drawn_problem<TestType>(model, n, 5).theta;
            for (Backend const& backend : all_backends()) {
                INFO(backend.name() << ", " << normalizer << ", n = " << n);
                double mse = 0, also = 0;
                EvaluateTask<TestType> task{};
                task.model = model;
                task.n = n;
                task.x = one.x.data();
                task.y = one.y.data();
                task.theta = one.theta.data();
                task.mse = &mse;
                task.theta_also = other.theta.data();
                task.mse_also = &also;
                backend.run(task);
                CHECK(mse != also);
                CHECK(mse == evaluated(backend, one).mse);
                CHECK(also == evaluated(backend, other).mse);
            }
        }
    }
}
