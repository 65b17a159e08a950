// Steps bent along the way that the residuals take: by hand, then against the equations.

#include "kernels/lse/accelerate_api.h"
#include "kernels/lse/linearize_api.h"
#include "tests/fit/problem.h"
#include "tests/lse/step_case.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>

using namespace moerate;

namespace
{

constexpr double few_roundings = 1e-13;

/// Bends the step from c.theta to c.theta_before, which here is the trial. No change: the probe.
struct Bent
{
    std::vector<double> probe, trial, along;
};

Bent bent(Backend const& backend, StepCase const& c, std::vector<double> const& change)
{
    auto const alignment = std::align_val_t(64);
    std::size_t const numbers = step_numbers(c.model);
    auto* const work = static_cast<double*>(::operator new(sizeof(double) * numbers, alignment));
    std::fill_n(work, numbers, NAN);
    std::vector<double> curvature = c.curvature;
    Bent out{std::vector<double>(c.theta.size(), NAN), c.theta_before, c.along};
    backend.run(
        AccelerateTask{{c.model, c.theta.data(), c.lower.data(), c.upper.data(), c.gram.data(),
                        curvature.data(), c.gradient.data(), nullptr, out.along.data(),
                        c.curved ? 1 : 0, c.damping, -1, work, out.trial.data(), nullptr},
                       out.probe.data(),
                       change.empty() ? nullptr : change.data()});
    ::operator delete(work, alignment);
    return out;
}

/// H = 2, mu = 1, so that 4 a = -J^T r_vv; v = 1, from 3 to 4.
StepCase unit_step()
{
    StepCase c{{2}, {-4}, {3}};
    c.theta_before = {4};
    c.along = {2};
    return c;
}

/// J^T (f(theta) - f(probe)) where J^T J v = 2 and J^T r_vv is given.
std::vector<double> change_for(double second)
{
    return {-(0.1 * 2 + 0.01 / 2 * second)};
}

} // namespace

TEST_CASE("the probe is a tenth of the step away")
{
    for (Backend const& backend : all_backends()) {
        Bent const got = bent(backend, unit_step(), {});
        CHECK(got.probe[0] == Approx(3.1).epsilon(few_roundings));
        CHECK(got.trial[0] == 4);
        CHECK(got.along[0] == 2);
    }
}

TEST_CASE("a step is bent by half the acceleration")
{
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        StepCase c = unit_step();
        Bent const got = bent(backend, c, change_for(1)); // a = -1/4
        CHECK(got.trial[0] == Approx(4 - 0.125).epsilon(few_roundings));
        CHECK(got.along[0] == Approx(2 - 0.25).epsilon(few_roundings));
        // |a| = 1 is too much beside |v| = 1, |a| = 0.74 is not
        CHECK(bent(backend, c, change_for(4)).trial[0] == 4);
        CHECK(bent(backend, c, change_for(4)).along[0] == 2);
        CHECK(bent(backend, c, change_for(2.96)).trial[0] ==
              Approx(4 - 0.37).epsilon(few_roundings));
        CHECK(bent(backend, c, {NAN}).trial[0] == 4);
        // with C: 8 a = -1
        c.curvature = {4};
        c.curved = true;
        CHECK(bent(backend, c, change_for(1)).trial[0] ==
              Approx(4 - 1 / 16.0).epsilon(few_roundings));
        // no factor, no acceleration
        c.curvature = {-9};
        CHECK(bent(backend, c, change_for(1)).trial[0] == 4);
        // a trial in the box stays there, one on a bound has reached its end
        c = unit_step();
        c.upper = {4.0625};
        CHECK(bent(backend, c, change_for(-1)).trial[0] == 4.0625);
        c.upper = {4};
        CHECK(bent(backend, c, change_for(1)).trial[0] == 4);
    }
}

TEST_CASE("accelerations of awkward sizes solve their equations")
{
    for (int const p : {2, 9, 63, 65, 130}) {
        DrawnEquations const drawn(p, p + 5, p, p > 8 ? 5 : -1);
        StepCase c{drawn.gram, drawn.gradient, std::vector<double>(static_cast<std::size_t>(p)),
                   0.5};
        std::mt19937_64 random(p);
        std::normal_distribution<double> normal;
        c.theta_before.resize(c.theta.size());
        std::vector<double> second(c.theta.size()), change(c.theta.size());
        for (int i = 0; i < p; ++i) {
            c.theta_before[i] = drawn.gram[static_cast<std::size_t>(i) * p + i] > 0 ? 1 : 0;
            second[i] =
                0.1 * normal(random) * std::sqrt(drawn.gram[static_cast<std::size_t>(i) * p + i]);
        }
        for (int i = 0; i < p; ++i) {
            change[i] = -0.01 / 2 * second[i];
            for (int j = 0; j < p; ++j)
                change[i] -=
                    0.1 * drawn.gram[static_cast<std::size_t>(i) * p + j] * c.theta_before[j];
        }
        std::vector<double> first;
        for (Backend const& backend : all_backends()) {
            INFO(backend.name() << ", p = " << p);
            std::vector<double> const trial = bent(backend, c, change).trial;
            CHECK(trial != c.theta_before);
            double worst = 0, size = 0;
            for (int i = 0; i < p; ++i) {
                double left = second[i];
                for (int j = 0; j < p; ++j) {
                    double const h = drawn.gram[static_cast<std::size_t>(i) * p + j];
                    double const a = 2 * (trial[j] - c.theta_before[j]);
                    left += (i == j ? 1.5 : 1) * h * a;
                    size = std::max(size, std::fabs(h) * 200); // the difference's factor 2 / h^2
                }
                worst = std::max(worst, std::fabs(left));
            }
            CHECK(worst <= 1e-14 * p * size);
        }
        for (Backend const& backend : lane_backends()) {
            std::vector<double> const trial = bent(backend, c, change).trial;
            if (first.empty())
                first = trial;
            CHECK(std::memcmp(first.data(), trial.data(), sizeof(double) * trial.size()) == 0);
        }
    }
}

TEMPLATE_TEST_CASE("a linearisation tells its predictions", "", float, double)
{
    auto const problem = drawn_problem<TestType>(model_of("softmax", "gelu", 3, 4), 70, 1);
    auto const plain = converted<double>(problem);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        std::vector<TestType> f(problem.y.size(), TestType(NAN));
        backend.run(LinearizeTask<TestType>{problem.model, plain.theta.data(), problem.n(),
                                            problem.x.data(), problem.y.data(), nullptr, nullptr,
                                            nullptr, f.data()});
        for (std::size_t t = 0; t < f.size(); ++t) // responses of size 1: some roundings
            CHECK(std::fabs(static_cast<double>(f[t]) -
                            plain_sample(plain.model, plain.theta, plain.x.data() + 3 * t).f) <=
                  (sizeof(TestType) == 4 ? 1e-5 : 1e-13));
    }
}
