// Losses and family-free errors of a kernel against the CPU's.

#include "kernels/family/loss_fits.h"
#include "tests/gpu/devices.h"

#include <catch2/catch.hpp>

#include <algorithm>

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

/// Errors of fits of one model in one task.
template <class Real>
std::vector<RiskRecord> risks_of(Device& device, std::vector<Problem<Real>> const& fits,
                                 Problem<Real> const& truth, double precision = 0)
{
    Evaluated<Real> const at_truth = evaluated(device, truth);
    std::vector<Real> experts;
    for (int j = 0; j < truth.model.k; ++j)
        experts.insert(experts.end(), at_truth.f.begin(), at_truth.f.end());
    DeviceArray<Real> const theta_true(device, truth.theta);
    DeviceArray<Real> const x(device, truth.x), f(device, at_truth.f), responses(device, experts);
    DeviceArray<Real> const weights(device, at_truth.weights);
    DeviceArray<RiskRecord> const records(device, fits.size());
    RiskTask<Real> task{fits.front().model,
                        truth.model,
                        static_cast<int>(fits.size()),
                        {},
                        theta_true.data(),
                        truth.n(),
                        precision,
                        x.data(),
                        f.data(),
                        responses.data(),
                        weights.data()};
    std::vector<DeviceArray<Real>> thetas;
    for (std::size_t i = 0; i < fits.size(); ++i) {
        thetas.emplace_back(device, fits[i].theta);
        task.fit[i] = {thetas.back().data(), records.data() + i};
    }
    device.run(std::vector<RiskTask<Real>>{task});
    return records.download();
}

/// Equal to `tolerance`, relative above 1, or both not a number.
void check_same_value(double got, double want, double tolerance)
{
    CHECK(std::isnan(got) == std::isnan(want));
    if (!std::isnan(want))
        CHECK(std::fabs(got - want) <= tolerance * (1 + std::fabs(want)));
}

void check_record(RiskRecord const& got, RiskRecord const& want, double tolerance)
{
    for (double RiskRecord::*const part :
         {&RiskRecord::regression, &RiskRecord::expert_over, &RiskRecord::expert_exact,
          &RiskRecord::expert_missed, &RiskRecord::response_cell, &RiskRecord::response_gate})
        check_same_value(got.*part, want.*part, tolerance);
}

template <class Real>
void check_risk(Problem<Real> const& fit, Problem<Real> const& truth, double tolerance)
{
    CAPTURE(fit.model.d, fit.model.k, truth.model.k, truth.n());
    check_record(risks_of<Real>(gpu(), {fit}, truth).front(),
                 risks_of<Real>(cpu(), {fit}, truth).front(), tolerance);
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

// identity negates atoms, relu shares responses, gelu does neither; a flat truth splits a gate.
TEST_CASE("losses against a target's set on the GPU equal the CPU's")
{
    unsigned seed = 1;
    LossChoice const choice{find<Losses>("sigmoid.D3"), 1.0, Gauge::none, Against::set};
    for (char const* activation : {"identity", "relu", "gelu"}) {
        for (bool const flat : {false, true}) {
            CAPTURE(activation, flat);
            auto const fit =
                drawn_problem<double>(model_of("sigmoid", activation, 4, 6), 1, seed++);
            auto truth = drawn_problem<double>(model_of("sigmoid", activation, 4, 4), 1, seed++);
            for (int b = 0; flat && b < truth.model.layout.blocks; ++b) {
                Block const& block = truth.model.layout.block[b];
                if (block.role == Role::location)
                    std::fill_n(truth.theta.begin() + block.offset, block.width, 0.0);
            }
            check_loss(fit, truth, choice);
            check_loss(converted<float>(fit), truth, choice);
        }
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

// Fits that end after unlike numbers of points: nothing of one may be left in the next one's sums.
TEMPLATE_TEST_CASE("fits of one task end on the GPU where they end on the CPU", "", float, double)
{
    constexpr double precision = 0.012; // of normal errors: 2 / (2 * 0.012)^2 = 3472 points
    double const tolerance = sizeof(TestType) == sizeof(float) ? 4e-5 : 1e-12;
    auto const truth = drawn_problem<TestType>(model_of("softmax", "relu", 2, 2), 8 * 1024 + 5, 6);
    std::vector<Problem<TestType>> fits;
    for (unsigned seed = 5; seed < 9; ++seed)
        fits.push_back(drawn_problem<TestType>(model_of("softmax", "relu", 2, 3), 1, seed));
    auto const got = risks_of(gpu(), fits, truth, precision);
    auto const want = risks_of(cpu(), fits, truth, precision);
    auto const all = risks_of(gpu(), fits, truth);
    std::size_t ended = 0; // before the last point
    for (std::size_t i = 0; i < fits.size(); ++i) {
        CAPTURE(i);
        check_record(got[i], want[i], tolerance);
        // A variance takes away most of what it is a difference of: some ten times the roundings.
        check_same_value(got[i].regression_error / want[i].regression_error, 1, 10 * tolerance);
        bool const early = got[i].regression != all[i].regression;
        CHECK(early == (got[i].regression_error <= precision * got[i].regression));
        ended += early ? 1U : 0U;
        check_record(risks_of<TestType>(gpu(), {fits[i]}, truth, precision).front(), got[i], 0);
    }
    CHECK(ended > 0);
    CHECK(ended < fits.size());
}

// 40 x 40 pairs of atoms need 450 KB in float64: the way through global memory.
TEST_CASE("errors of many atoms are measured in global memory")
{
    check_risk(drawn_problem<double>(model_of("softmax", "relu", 3, 40), 1, 1),
               drawn_problem<double>(model_of("softmax", "relu", 3, 40), 50, 2), 1e-12);
}
