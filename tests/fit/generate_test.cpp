// Data generation on all backends: which random word stands where, what y is made of, and what the
// truth's own numbers are.

#include "kernels/data/generate_api.h"
#include "kernels/rng/draws.h"
#include "tests/fit/problem.h"
#include "tests/fit/tolerance.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

template <class Real>
struct Generated
{
    std::vector<Real> x;
    std::vector<Real> y;
    std::vector<Real> experts;
    double mse_truth = NAN;
    double mean_square = NAN;
};

/// What a data set is made from.
struct Spec
{
    StreamKey key{0xdecade, 0xfacade, 5, 0};
    int n = 0;
    double noise_sd = 0;
    Stream stream = Stream::x;
};

template <class Real>
Generated<Real> generated(Backend const& backend, Model const& truth,
                          std::vector<Real> const& theta, Spec const& spec)
{
    auto const n = static_cast<std::size_t>(spec.n);
    Generated<Real> out{std::vector<Real>(n * truth.d, Real(NAN)), std::vector<Real>(n, Real(NAN)),
                        std::vector<Real>(n * truth.k, Real(NAN))};
    backend.run(GenerateTask<Real>{truth, theta.data(), spec.key, spec.stream, spec.n,
                                   spec.noise_sd, out.x.data(), out.y.data(), out.experts.data(),
                                   &out.mse_truth, &out.mean_square});
    return out;
}

template <class Real>
std::vector<Real> drawn_truth(Model const& truth, unsigned seed)
{
    return drawn_problem<Real>(truth, 0, seed).theta;
}

/// Input `column` of sample `row`: every sample has ceil(d / 4) counters of its own.
float input_at(StreamKey const& key, Stream stream, int d, int row, int column)
{
    auto const index = static_cast<std::uint64_t>(row * ((d + 3) / 4) + column / 4);
    std::uint32_t const word = philox(key, stream, index).w[column % 4];
    return static_cast<float>(static_cast<std::int32_t>(word)) / 2147483648.0F;
}

} // namespace

TEMPLATE_TEST_CASE("inputs are the words of their row and column", "", float, double)
{
    for (Backend const& backend : all_backends()) {
        for (int const d : {1, 2, 3, 4, 5, 7, 8, 13, 32, 33}) {
            Model const truth = model_of("softmax", "relu", d, 2);
            std::vector<TestType> const theta = drawn_truth<TestType>(truth, 4);
            for (Stream const stream : {Stream::x, Stream::evaluate}) {
                Spec const spec{{1, 2, 3, 70}, 70, 0.5, stream};
                Generated<TestType> const got = generated(backend, truth, theta, spec);
                int wrong = 0;
                for (int row = 0; row < spec.n; ++row)
                    for (int column = 0; column < d; ++column)
                        wrong += got.x[static_cast<std::size_t>(row * d + column)] !=
                                         static_cast<TestType>(
                                             input_at(spec.key, stream, d, row, column))
                                     ? 1
                                     : 0;
                INFO(backend.name() << ", d = " << d);
                CHECK(wrong == 0);
            }
        }
    }
}

TEMPLATE_TEST_CASE("y is f at those inputs plus the sample's own normal", "", float, double)
{
    unsigned seed = 50;
    for (Backend const& backend : all_backends()) {
        for (Mixture const& mixture : mixtures) {
            for (int const n : {1, 3, 31, 33, 70}) {
                Model const truth = model_of(mixture.normalizer, mixture.activation, 6, 3);
                std::vector<TestType> const theta = drawn_truth<TestType>(truth, seed++);
                Spec const spec{{9, 8, 7, 6}, n, 0.25};
                Generated<TestType> const got = generated(backend, truth, theta, spec);
                std::vector<double> const x = converted<double>(got.x);
                std::vector<double> want_y;
                std::vector<double> want_h(got.experts.size());
                for (int t = 0; t < n; ++t) {
                    PlainSample const at = plain_sample(truth, converted<double>(theta), &x[t * 6]);
                    double const noise =
                        normals(philox(spec.key, Stream::noise, static_cast<std::uint64_t>(t / 4)))
                            .z[t % 4];
                    want_y.push_back(at.f + 0.25 * noise);
                    for (int j = 0; j < truth.k; ++j)
                        want_h[static_cast<std::size_t>(j * n + t)] = at.responses[j];
                }
                INFO(backend.name() << ", n = " << n);
                double const size = 1 + largest(want_y) + largest(want_h);
                CHECK(largest_difference(got.y, want_y) <= Tolerance<TestType>::f * size);
                CHECK(largest_difference(got.experts, want_h) <= Tolerance<TestType>::f * size);
            }
        }
    }
}

TEMPLATE_TEST_CASE("without noise y is f, and the truth's error is that of the noise", "", float,
                   double)
{
    Model const truth = model_of("sigmoid", "relu", 5, 4);
    std::vector<TestType> const theta = drawn_truth<TestType>(truth, 8);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        Spec spec{{4, 4, 4, 4}, 333, 0};
        Generated<TestType> const exact = generated(backend, truth, theta, spec);
        CHECK(exact.mse_truth == 0);
        Problem<TestType> const problem{truth, theta, exact.x, exact.y};
        CHECK(evaluated(backend, problem).f == exact.y);

        spec.noise_sd = 0.7;
        Generated<TestType> const noisy = generated(backend, truth, theta, spec);
        CHECK(noisy.x == exact.x);
        CHECK(noisy.experts == exact.experts);
        double sum = 0;
        for (std::size_t t = 0; t < exact.y.size(); ++t)
            sum += std::pow(static_cast<double>(noisy.y[t]) - static_cast<double>(exact.y[t]), 2);
        // both are float64 sums of the same 333 squares
        CHECK(noisy.mse_truth == Approx(sum / 333).epsilon(1e-13));
    }
}

// One sum in one order: to the bit.
TEMPLATE_TEST_CASE("the mean of y^2 is the error of f = 0", "", float, double)
{
    Model const truth = model_of("softmax", "relu", 3, 4);
    std::vector<TestType> const theta = drawn_truth<TestType>(truth, 12);
    Model const zero = model_of("softmax", "identity", 3, 1);
    std::vector<TestType> const no_theta(static_cast<std::size_t>(zero.layout.size));
    for (Backend const& backend : all_backends()) {
        for (int const n : {1, 3, 31, 32, 33, 64, 333}) {
            INFO(backend.name() << ", n = " << n);
            Generated<TestType> const got =
                generated(backend, truth, theta, {{3, 1, 4, 1}, n, 2.5});
            Problem<TestType> const at_zero{zero, no_theta, got.x, got.y};
            CHECK(got.mean_square == evaluated(backend, at_zero).mse);
            double sum = 0;
            for (TestType const y : got.y)
                sum += static_cast<double>(y) * static_cast<double>(y);
            CHECK(got.mean_square == Approx(sum / n).epsilon(1e-13)); // another order of the sum
        }
    }
}

TEST_CASE("noise has mean 0 and variance sigma^2 and is no function of x")
{
    Model const truth = model_of("softmax", "identity", 2, 2);
    std::vector<double> const theta(static_cast<std::size_t>(truth.layout.size)); // f = 0
    constexpr int n = 100000;
    constexpr double sd = 0.1;
    for (Backend const& backend : level_backends()) {
        Generated<double> const got = generated(backend, truth, theta, {{1, 1, 1, n}, n, sd});
        double mean = 0;
        double square = 0;
        double with_x = 0;
        double with_previous = 0;
        for (std::size_t t = 0; t < n; ++t) {
            mean += got.y[t] / n;
            square += got.y[t] * got.y[t] / n;
            with_x += got.y[t] * got.x[2 * t] / n;
            with_previous += t == 0 ? 0 : got.y[t] * got.y[t - 1] / n;
        }
        // four standard errors: sd / sqrt(n), sqrt(2 / n) sd^2, sd sqrt(E x^2 / n), sd^2 / sqrt(n)
        double const root = std::sqrt(static_cast<double>(n));
        CHECK(std::fabs(mean) < 4 * sd / root);
        CHECK(std::fabs(square - sd * sd) < 4 * std::sqrt(2.0) * sd * sd / root);
        CHECK(std::fabs(with_x) < 4 * sd * std::sqrt(1.0 / 3) / root);
        CHECK(std::fabs(with_previous) < 4 * sd * sd / root);
        CHECK(got.mse_truth == Approx(square).epsilon(1e-12));
    }
}

TEMPLATE_TEST_CASE("two truths with one key share inputs and noise", "", float, double)
{
    for (Backend const& backend : all_backends()) {
        Model const one = model_of("softmax", "relu", 3, 2);
        Model const other = model_of("sigmoid", "identity", 3, 5);
        Spec const noisy{{1, 2, 3, 4}, 75, 0.5};
        Spec exact = noisy;
        exact.noise_sd = 0;
        auto const noise_of = [&](Model const& truth) {
            std::vector<TestType> const theta = drawn_truth<TestType>(truth, 21);
            auto const with = generated(backend, truth, theta, noisy);
            auto const without = generated(backend, truth, theta, exact);
            std::vector<TestType> noise;
            for (std::size_t t = 0; t < with.y.size(); ++t)
                noise.push_back(with.y[t] - without.y[t]);
            return std::pair(with.x, noise);
        };
        auto const first = noise_of(one);
        auto const second = noise_of(other);
        CHECK(first.first == second.first);
        CHECK(largest_difference(first.second, second.second) <= 4 * Tolerance<TestType>::f);
    }
}

TEMPLATE_TEST_CASE("with one n in the key a smaller data set is a prefix of a larger", "", float,
                   double)
{
    for (Backend const& backend : all_backends()) {
        Model const truth = model_of("softmax", "relu", 5, 3);
        std::vector<TestType> const theta = drawn_truth<TestType>(truth, 31);
        auto const large = generated(backend, truth, theta, {{5, 6, 7, 0}, 201, 0.5});
        for (int const n : {1, 2, 31, 33, 50, 200}) {
            INFO(backend.name() << ", n = " << n);
            auto const small = generated(backend, truth, theta, {{5, 6, 7, 0}, n, 0.5});
            CHECK(std::equal(small.x.begin(), small.x.end(), large.x.begin()));
            CHECK(std::equal(small.y.begin(), small.y.end(), large.y.begin()));
        }
        for (StreamKey const& key : {StreamKey{5, 6, 7, 1}, StreamKey{5, 6, 8, 0},
                                     StreamKey{4, 6, 7, 0}, StreamKey{5, 5, 7, 0}})
        {
            auto const different = generated(backend, truth, theta, {key, 201, 0.5});
            CHECK(different.x[0] != large.x[0]);
            CHECK(different.y[0] != large.y[0]);
        }
    }
}
