// Stochastic gradient descent on all backends against plain float64 loops, at awkward sizes.

#include "tests/fit/sgd_case.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <tuple>

using namespace moerate;

namespace
{

/// After some tens of steps of size 0.05, float64 roundings have grown to some 1e-14; a wrong
/// sample or weight changes theta by 1e-3 and more.
constexpr double fit_tolerance = 1e-10;

void check_reference(Backend const& backend, Problem<double> const& problem,
                     SgdSettings const& settings)
{
    INFO(backend.name() << ", d = " << problem.model.d << ", k = " << problem.model.k
                        << ", n = " << problem.n() << ", batch = " << settings.batch
                        << (settings.sampling == Sampling::replacement ? ", replacement" : ""));
    std::vector<double> const want = plain_fit(problem, settings);
    Fitted<double> const got = fitted(backend, problem, settings);
    CHECK(largest_difference(got.theta, want) <= fit_tolerance * std::fmax(1.0, largest(want)));
    CHECK(largest_difference(want, problem.theta) > 0.01); // it did move
    CHECK(got.outcome.finite == 1);
    CHECK(got.outcome.epochs == settings.epochs);
}

} // namespace

TEST_CASE("fits equal the plain reference for all kinds of minibatches")
{
    unsigned seed = 1;
    for (int const batch : {1, 2, 4, 7, 8, 9, 31, 32, 33, 50, 64, 65, 96, 100, 101, 131}) {
        for (Mixture const& mixture : mixtures) {
            for (Sampling const sampling : {Sampling::permutation, Sampling::replacement}) {
                SgdSettings settings = settings_of(3, batch, 0.05);
                settings.sampling = sampling;
                settings.loss_factor = seed % 2 == 0 ? 1.0 : 0.5;
                Problem<double> const problem = drawn_problem<double>(
                    model_of(mixture.normalizer, mixture.activation, 5, 3), 131, seed++);
                for (Backend const& backend : level_backends())
                    check_reference(backend, problem, settings);
                check_reference({{}, seed % 2 == 0 ? Backend::warp : Backend::warp_down}, problem,
                                settings);
                if (batch > 30)
                    check_reference({{}, batch % 2 == 0 ? 7 : 2}, problem, settings);
            }
        }
    }
}

TEST_CASE("fits equal the plain reference for all shapes")
{
    unsigned seed = 1000;
    for (auto const& [d, k] :
         {std::pair(1, 3), std::pair(2, 5), std::pair(4, 4), std::pair(7, 2), std::pair(8, 3),
          std::pair(15, 7), std::pair(16, 6), std::pair(17, 8), std::pair(31, 1), std::pair(32, 9),
          std::pair(33, 13), std::pair(64, 2), std::pair(65, 3)})
    {
        for (Mixture const& mixture : mixtures) {
            Problem<double> const problem = drawn_problem<double>(
                model_of(mixture.normalizer, mixture.activation, d, k), 90, seed++);
            for (Backend const& backend : level_backends())
                check_reference(backend, problem, settings_of(2, 40, 0.05));
            check_reference({{}, 1}, problem, settings_of(2, 40, 0.05));
            check_reference({{}, Backend::warp}, problem, settings_of(2, 40, 0.05));
        }
    }
}

TEST_CASE("with batch = n a step is gradient descent on the mean square error")
{
    for (Mixture const& mixture : mixtures) {
        for (int const n : {1, 5, 32, 33, 64, 100}) {
            INFO(mixture.normalizer << " " << mixture.activation << ", n = " << n);
            Problem<double> const problem = drawn_problem<double>(
                model_of(mixture.normalizer, mixture.activation, 6, 4), n, 77);
            SgdSettings settings = settings_of(1, n, 0.25);
            settings.loss_factor = 0.75;
            for (Backend const& backend : all_backends()) {
                INFO(backend.name());
                std::vector<double> const gradient = evaluated(backend, problem).gradient;
                std::vector<double> want = problem.theta;
                for (std::size_t i = 0; i < want.size(); ++i)
                    want[i] -= 0.25 * 0.75 * gradient[i];
                std::vector<double> const got = fitted(backend, problem, settings).theta;
                CHECK(largest_difference(got, want) <= 1e-14 * std::fmax(1.0, largest(want)));
                CHECK(largest_difference(got, plain_step(problem, settings)) <=
                      1e-13 * std::fmax(1.0, largest(want)));
            }
        }
    }
}

// A CPU thread reads aligned rows of whole vectors where they stand, others by a copy.
TEST_CASE("samples of a full batch may stand anywhere")
{
    for (int const d : {5, 8, 16}) {
        for (int const n : {32, 33, 131}) {
            INFO("d = " << d << ", n = " << n);
            Problem<double> const problem =
                drawn_problem<double>(model_of("softmax", "relu", d, 3), n, 78);
            SgdSettings const settings = settings_of(3, n, 0.05);
            std::vector<double> memory(problem.x.size() + 16);
            double* aligned_x = memory.data();
            while (!aligned(aligned_x, 64))
                ++aligned_x;
            for (Backend const& backend : level_backends()) {
                std::vector<double> thetas[2];
                for (int const beside : {0, 1}) {
                    std::copy(problem.x.begin(), problem.x.end(), aligned_x + beside);
                    thetas[beside] = problem.theta;
                    SgdOutcome outcome{};
                    backend.run(SgdTask<double>{problem.model, settings, fit_key, n,
                                                aligned_x + beside, problem.y.data(),
                                                thetas[beside].data(), &outcome});
                }
                INFO(backend.name());
                CHECK(thetas[0] == thetas[1]);
                CHECK(largest_difference(thetas[0], plain_fit(problem, settings)) <= fit_tolerance);
            }
        }
    }
}

TEST_CASE("float32 equals float64 after one step")
{
    unsigned seed = 300;
    for (Mixture const& mixture : mixtures) {
        for (auto const& [d, k, n] : {std::tuple(1, 1, 1), std::tuple(3, 4, 40),
                                      std::tuple(32, 9, 100), std::tuple(33, 10, 64)})
        {
            Problem<float> const problem = drawn_problem<float>(
                model_of(mixture.normalizer, mixture.activation, d, k), n, seed++);
            SgdSettings const settings = settings_of(1, n, 0.1);
            std::vector<double> const want = plain_step(converted<double>(problem), settings);
            double const size = largest(want);
            for (Backend const& backend : all_backends()) {
                INFO(backend.name() << ", d = " << d << ", k = " << k << ", n = " << n);
                std::vector<float> const got = fitted(backend, problem, settings).theta;
                // 1e-5 |theta| for the gradient's cancellations, 1e-6 of the largest for entries
                // near 0
                for (std::size_t i = 0; i < want.size(); ++i)
                    REQUIRE(std::fabs(static_cast<double>(got[i]) - want[i]) <=
                            1e-5 * std::fabs(want[i]) + 1e-6 * size);
            }
        }
    }
}

// Lanes change no order of summation, so their number must not change a bit; a missing sync would,
// sooner or later, hence the repetitions.
TEMPLATE_TEST_CASE("any number of lanes gives the same fit, bit for bit", "", float, double)
{
    double const rounding = sizeof(TestType) == 4 ? 1e-5 : 1e-13;
    for (auto const& [d, k, batch] : {std::tuple(4, 2, 50), std::tuple(9, 5, 33)}) {
        for (Mixture const& mixture : mixtures) {
            Problem<TestType> const problem = drawn_problem<TestType>(
                model_of(mixture.normalizer, mixture.activation, d, k), 83, 12);
            SgdSettings const settings = settings_of(2, batch, 0.05);
            std::vector<TestType> const one = fitted({{}, 1}, problem, settings).theta;
            for (Backend const& backend : lane_backends())
                for (int repetition = 0; repetition < 3; ++repetition)
                    CHECK(fitted(backend, problem, settings).theta == one);
            auto const close = [&](Backend const& backend) {
                std::vector<TestType> const got = fitted(backend, problem, settings).theta;
                CHECK(largest_difference(got, one) <= rounding * std::fmax(1.0, largest(one)));
                return got;
            };
            for (Backend const& backend : level_backends())
                close(backend);
            // In float32 the first two are the narrow instance, the last one is not.
            CHECK(shape_of(problem.model, 1).copied);
            std::vector<TestType> const in_warp = close(warp_backends().front());
            for (Backend const& backend : warp_backends())
                CHECK(close(backend) == in_warp);
        }
    }
}
