// Minibatches of one sample, which a CPU thread takes another way than others.

#include "tests/fit/sgd_case.h"

#include <catch2/catch.hpp>

#include <tuple>

using namespace moerate;

namespace
{

/// The problem's fit with a minibatch a sample, each step a fit of its own to that sample: there a
/// minibatch of at most two holds one, and goes the way of others.
template <class Real>
std::vector<Real> one_by_one(Backend const& backend, Problem<Real> problem, SgdSettings settings)
{
    Problem<Real> one = problem;
    int const epochs = settings.epochs;
    std::vector<std::vector<std::vector<unsigned>>> batches;
    for (int epoch = 0; epoch < epochs; ++epoch)
        batches.push_back(plain_batches(settings, problem.n(), epoch));
    settings.epochs = 1;
    settings.batch = 2;
    for (auto const& epoch : batches) {
        for (std::vector<unsigned> const& batch : epoch) {
            REQUIRE(batch.size() == 1);
            auto const x =
                problem.x.begin() + static_cast<std::ptrdiff_t>(batch[0]) * problem.model.d;
            one.x.assign(x, x + problem.model.d);
            one.y = {problem.y[batch[0]]};
            one.theta = fitted(backend, one, settings).theta;
        }
    }
    return one.theta;
}

template <class Real>
void check_single(char const* normalizer, char const* activation, int d, int k, unsigned seed)
{
    Model model = model_of(normalizer, activation, d, k);
    model.gate.top = 2;
    model.expert.power = 2;
    Problem<Real> const problem = drawn_problem<Real>(model, 70, seed);
    for (Backend const& backend : level_backends()) {
        INFO(backend.name() << ", " << normalizer << " " << activation << ", d = " << d
                            << ", k = " << k << ", " << sizeof(Real) << " bytes");
        SgdSettings settings = settings_of(2, 1, 0.02);
        settings.sampling = seed % 2 == 0 ? Sampling::permutation : Sampling::replacement;
        Fitted<Real> const got = fitted(backend, problem, settings);
        CHECK(got.outcome.finite == 1);
        CHECK(got.theta == one_by_one(backend, problem, settings));
        CHECK(largest_difference(got.theta, problem.theta) > 0.001); // it did move
    }
}

} // namespace

TEST_CASE("a step of one sample has the same bits whichever way it goes")
{
    unsigned seed = 1;
    for (auto const& [d, k] :
         {std::pair(1, 2), std::pair(2, 3), std::pair(5, 4), std::pair(8, 8), std::pair(7, 9),
          std::pair(32, 9), std::pair(33, 17), std::pair(3, 70)})
    {
        for (char const* const normalizer : {"softmax", "sigmoid", "topk"}) {
            for (char const* const activation : {"relu", "gelu", "tanh"}) {
                check_single<float>(normalizer, activation, d, k, seed);
                check_single<double>(normalizer, activation, d, k, seed++);
            }
        }
    }
}
