// Least-squares steps and fits of a GPU against the CPU's.

#include "kernels/lse/accelerate_api.h"
#include "tests/gpu/devices.h"
#include "tests/lse/rounds_case.h"
#include "tests/lse/step_case.h"

using namespace moerate;

namespace
{

/// The step of a case on a device.
Stepped step_on(Device& device, StepCase const& c)
{
    DeviceArray<double> const theta(device, c.theta), lower(device, c.lower),
        upper(device, c.upper), gram(device, c.gram), curvature(device, c.curvature),
        gradient(device, c.gradient), before(device, c.gradient_before),
        trial(device, c.theta_before), along(device, c.along);
    DeviceArray<double> const work = unwritten<double>(device, step_numbers(c.model));
    DeviceArray<StepRecord> const record(device, 1);
    device.run(std::vector<StepTask>{{c.model, theta.data(), lower.data(), upper.data(),
                                      gram.data(), curvature.data(), gradient.data(), before.data(),
                                      along.data(), c.curved ? 1 : 0, c.damping, c.gain_below,
                                      work.data(), trial.data(), record.data()}});
    return {record.download().front(), trial.download(), curvature.download(), along.download()};
}

/// A step in a box from where the one before has led, which makes use of all that a task has.
StepCase drawn_step(int p)
{
    DrawnEquations const now(p, p + 2, 3 + p, p > 8 ? 5 : -1);
    DrawnEquations const before(p, p + 2, 1000 + p, p > 8 ? 5 : -1);
    StepCase c{now.gram, now.gradient, std::vector<double>(static_cast<std::size_t>(p)), 0.3};
    c.lower.assign(c.theta.size(), -1);
    c.upper.assign(c.theta.size(), 1);
    for (int i = 0; i < p; ++i) {
        c.theta[i] = i % 5 == 0 ? 1 : i % 5 == 1 ? -1 : 0.1 * (i % 7 - 3);
        // against the change of the gradient, so that there is something to learn
        double const change = now.gradient[i] - before.gradient[i];
        c.theta_before[i] = c.theta[i] - (change > 0 ? 0.1 : change < 0 ? -0.1 : 0);
    }
    c.gradient_before = before.gradient;
    c.gain_below = unbounded;
    return c;
}

/// The trial of a case, bent on a device where J^T r_vv is a tenth of the gradient.
std::vector<double> bent_on(Device& device, StepCase const& c)
{
    DeviceArray<double> const theta(device, c.theta), lower(device, c.lower),
        upper(device, c.upper), gram(device, c.gram), curvature(device, c.curvature),
        gradient(device, c.gradient), trial(device, c.theta_before), along(device, c.along);
    std::vector<double> change(c.theta.size());
    for (std::size_t i = 0; i < change.size(); ++i) {
        change[i] = -0.0005 * c.gradient[i];
        for (std::size_t j = 0; j < change.size(); ++j)
            change[i] -= 0.1 * c.gram[i * change.size() + j] * (c.theta_before[j] - c.theta[j]);
    }
    DeviceArray<double> const work = unwritten<double>(device, step_numbers(c.model));
    DeviceArray<double> const probe(device, c.theta), by_probe(device, change);
    device.run(std::vector<AccelerateTask>{
        {{c.model, theta.data(), lower.data(), upper.data(), gram.data(), curvature.data(),
          gradient.data(), nullptr, along.data(), 0, c.damping, -1, work.data(), trial.data(),
          nullptr},
         probe.data(),
         by_probe.data()}});
    return trial.download();
}

} // namespace

TEST_CASE("steps of a GPU are those of the CPU")
{
    for (int const p : {1, 7, 64, 65, 130, 201}) {
        for (bool const curved : {false, true}) {
            INFO("p = " << p << (curved ? ", curved" : ""));
            StepCase c = drawn_step(p);
            c.curved = curved;
            Stepped const got = step_on(gpu(), c);
            Stepped const want = step_on(cpu(), c);
            CHECK(got.record.factored == want.record.factored);
            CHECK(got.record.at_bound == want.record.at_bound);
            // roundings of sums of p terms, times a condition of some 10^3 of the damped system
            CHECK(largest_difference(got.trial, want.trial) <= 1e-10);
            CHECK(largest_difference(got.along, want.along) <= 1e-10 * (1 + largest(want.along)));
            CHECK(largest_difference(got.curvature, want.curvature) <=
                  1e-12 * p * (1 + largest(want.curvature)));
            if (want.record.factored == 0)
                continue;
            CHECK(got.record.predicted == Approx(want.record.predicted).epsilon(1e-10));
            CHECK(got.record.other == Approx(want.record.other).epsilon(1e-8));
            CHECK(got.record.step_norm == Approx(want.record.step_norm).epsilon(1e-10));
            // flat_eigenvalue is the condition here
            CHECK(got.record.gain == Approx(want.record.gain).epsilon(1e-4));
        }
    }
}

TEST_CASE("bent steps of a GPU are those of the CPU")
{
    for (int const p : {7, 65, 130}) {
        INFO("p = " << p);
        StepCase c = drawn_step(p);
        for (double& t : c.theta_before) // far enough for |a| to be less, and off the bounds
            t *= 0.9;
        std::vector<double> const want = bent_on(cpu(), c);
        CHECK(want != c.theta_before);
        CHECK(largest_difference(bent_on(gpu(), c), want) <= 1e-10);
    }
}

TEST_CASE("fits of a GPU come to the CPU's minima")
{
    std::vector<RoundsCase> cases;
    for (unsigned i = 0; i < 3; ++i)
        cases.push_back({near_truth(model_of(i == 1 ? "sigmoid" : "softmax", "gelu", 2, 2),
                                    100 + 31 * static_cast<int>(i), i, 0.1, 0.1)});
    std::vector<RoundsFit> const got = fitted(gpu(), cases);
    std::vector<RoundsFit> const want = fitted(cpu(), cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        INFO("fit " << i);
        CHECK(got[i].result.end == want[i].result.end);
        CHECK(got[i].result.start_mse == Approx(want[i].result.start_mse).epsilon(1e-12));
        CHECK(got[i].result.mse == Approx(want[i].result.mse).epsilon(2e-8)); // twice the promise
        std::vector<RoundsFit> const alone = fitted(gpu(), {cases[i]});
        CHECK(alone[0].result.mse == got[i].result.mse);
        CHECK(same_bits(alone[0].theta, got[i].theta));
    }
}
