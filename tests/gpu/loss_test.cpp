// Losses and family-free errors of a kernel against the CPU's.

#include "kernels/family/loss_fits.h"
#include "tests/gpu/devices.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

struct Measured
{
    LossRecord record;
    std::vector<int> cell;
};

template <class Real>
Measured measured(Device& device, Problem<Real> const& fit, Problem<double> const& truth,
                  LossChoice const& choice)
{
    DeviceArray<Real> const theta(device, fit.theta);
    DeviceArray<double> const theta_true(device, truth.theta);
    DeviceArray<LossRecord> const record(device, 1);
    DeviceArray<int> const cell(device,
                                std::vector<int>(static_cast<std::size_t>(fit.model.k), -1));
    device.run(std::vector<LossTask<Real>>{{fit.model, truth.model, theta.data(), theta_true.data(),
                                            choice, record.data(), cell.data()}});
    return {record.download().front(), cell.download()};
}

/// Sums of some hundred float64 terms, and exp and pow of either device: some tens of roundings.
void check_number(double got, double want)
{
    CHECK(std::fabs(got - want) <= 1e-12 * (1 + std::fabs(want)));
}

template <class Real>
void check_loss(Problem<Real> const& fit, Problem<double> const& truth, LossChoice const& choice)
{
    CAPTURE(choice.loss, choice.r, static_cast<int>(choice.gauge), fit.model.d, fit.model.k);
    Measured const got = measured(gpu(), fit, truth, choice);
    Measured const want = measured(cpu(), fit, truth, choice);
    CHECK(got.cell == want.cell);
    CHECK(got.record.empty == want.record.empty);
    for (double LossRecord::*const part :
         {&LossRecord::value, &LossRecord::mass, &LossRecord::over, &LossRecord::exact,
          &LossRecord::missed, &LossRecord::over_gate, &LossRecord::over_expert,
          &LossRecord::exact_gate, &LossRecord::exact_expert})
        check_number(got.record.*part, want.record.*part);
}

template <class Real>
RiskRecord risk_of(Device& device, Problem<Real> const& fit, Problem<Real> const& truth)
{
    Evaluated<Real> const at_truth = evaluated(device, truth);
    std::vector<Real> experts;
    for (int j = 0; j < truth.model.k; ++j)
        experts.insert(experts.end(), at_truth.f.begin(), at_truth.f.end());
    DeviceArray<Real> const theta(device, fit.theta), theta_true(device, truth.theta);
    DeviceArray<Real> const x(device, truth.x), f(device, at_truth.f), responses(device, experts);
    DeviceArray<Real> const weights(device, at_truth.weights);
    DeviceArray<RiskRecord> const record(device, 1);
    device.run(std::vector<RiskTask<Real>>{{fit.model,
                                            truth.model,
                                            1,
                                            {{theta.data(), record.data()}},
                                            theta_true.data(),
                                            truth.n(),
                                            0,
                                            x.data(),
                                            f.data(),
                                            responses.data(),
                                            weights.data()}});
    return record.download().front();
}

/// Equal to `tolerance`, relative above 1, or both not a number.
void check_same_value(double got, double want, double tolerance)
{
    CHECK(std::isnan(got) == std::isnan(want));
    if (!std::isnan(want))
        CHECK(std::fabs(got - want) <= tolerance * (1 + std::fabs(want)));
}

template <class Real>
void check_risk(Problem<Real> const& fit, Problem<Real> const& truth, double tolerance)
{
    CAPTURE(fit.model.d, fit.model.k, truth.model.k, truth.n());
    RiskRecord const got = risk_of(gpu(), fit, truth);
    RiskRecord const want = risk_of(cpu(), fit, truth);
    check_same_value(got.regression, want.regression, tolerance);
    check_same_value(got.expert_over, want.expert_over, tolerance);
    check_same_value(got.expert_exact, want.expert_exact, tolerance);
    check_same_value(got.expert_missed, want.expert_missed, tolerance);
    check_same_value(got.response_cell, want.response_cell, tolerance);
    check_same_value(got.response_gate, want.response_gate, tolerance);
}

} // namespace

TEST_CASE("losses on the GPU equal the CPU's")
{
    unsigned seed = 1;
    for (Sizes const& shape : {Sizes{1, 1, 1}, Sizes{4, 5, 3}, Sizes{33, 9, 8}}) {
        for_each_model(shape, [&](Model const& model) {
            Model const true_model = resized(model, shape.n); // here: the number of true atoms
            auto const fit = drawn_problem<double>(model, 1, seed++);
            auto const truth = drawn_problem<double>(true_model, 1, seed++);
            for (int loss = 0; loss < Losses::size; ++loss)
                for (Gauge const gauge : {Gauge::none, Gauge::align})
                    if (fits(loss, model.gate)) {
                        check_loss(fit, truth, {loss, 1.5, gauge});
                        check_loss(converted<float>(fit), truth, {loss, 1.5, gauge});
                    }
        });
    }
}

TEST_CASE("a loss at the truth is 0 on the GPU")
{
    auto const truth = drawn_problem<double>(model_of("softmax", "relu", 4, 3), 1, 7);
    Measured const got =
        measured(gpu(), truth, truth, {find<Losses>("softmax.L1"), 1.0, Gauge::none});
    CHECK(got.record.value == 0);
    CHECK(got.cell == std::vector<int>{0, 1, 2});
}

TEMPLATE_TEST_CASE("regression and expert errors on the GPU equal the CPU's", "", float, double)
{
    // The predictions' tolerance, as a root of a mean of squares keeps it.
    double const tolerance = sizeof(TestType) == sizeof(float) ? 4e-5 : 1e-12;
    unsigned seed = 1;
    for (Sizes const& shape : shapes) {
        for_each_model(shape, [&](Model const& model) {
            auto const fit = drawn_problem<TestType>(model, 1, seed++);
            auto const truth =
                drawn_problem<TestType>(resized(model, shape.k + 1), shape.n, seed++);
            check_risk(fit, truth, tolerance);
        });
    }
}

// 40 x 40 pairs of atoms need 450 KB in float64: the way through global memory.
TEST_CASE("errors of many atoms are measured in global memory")
{
    check_risk(drawn_problem<double>(model_of("softmax", "relu", 3, 40), 1, 1),
               drawn_problem<double>(model_of("softmax", "relu", 3, 40), 50, 2), 1e-12);
}
