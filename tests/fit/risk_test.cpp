// Regression and expert errors on all backends: hand-made fits first, then drawn ones against plain
// loops.

#include "tests/fit/risk_case.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <tuple>

using namespace moerate;

namespace
{

/// Experts h_j(x) = x/2 + b_j in one dimension, gates all alike: ||h_i - h_j|| = |b_i - b_j|.
template <class Real>
std::vector<Real> shifted_lines(std::vector<double> const& b)
{
    std::size_t const k = b.size();
    std::vector<Real> theta(4 * k);
    for (std::size_t j = 0; j < k; ++j) {
        theta[2 * k + j] = Real(0.5);
        theta[3 * k + j] = static_cast<Real>(b[j]);
    }
    return theta;
}

struct Want
{
    double over, exact, missed;
};

/// Fits with biases `fit` to a truth with biases `truth` on points in a number that fills no chunk.
template <class Real>
void check_lines(std::vector<double> const& fit, std::vector<double> const& truth, Want const& want)
{
    // responses up to 20, each off by a rounding
    double const margin = sizeof(Real) == 4 ? 4e-6 : 1e-14;
    auto const same = [&](double got, double value) {
        return std::isnan(value) ? std::isnan(got) : std::fabs(got - value) <= margin;
    };
    std::mt19937_64 random(2);
    auto const k = static_cast<int>(fit.size());
    auto const k_true = static_cast<int>(truth.size());
    for (std::size_t const points : {1u, 33u, 70u}) {
        auto const on = truth_of(model_of("softmax", "identity", 1, k_true),
                                 shifted_lines<Real>(truth), drawn<Real>(random, points, 1.0));
        for (Backend const& backend : all_backends()) {
            RiskRecord const got =
                risk(backend, model_of("softmax", "identity", 1, k), shifted_lines<Real>(fit), on);
            INFO(backend.name() << ", k = " << k << ", k* = " << k_true << ", points = " << points);
            INFO("over " << got.expert_over << ", exact " << got.expert_exact << ", missed "
                         << got.expert_missed);
            CHECK(same(got.expert_over, want.over));
            CHECK(same(got.expert_exact, want.exact));
            CHECK(same(got.expert_missed, want.missed));
            // equal gate weights: f is x/2 plus the mean bias
            double mean = 0;
            for (double const b : fit)
                mean += b / k;
            for (double const b : truth)
                mean -= b / k_true;
            CHECK(same(got.regression, std::fabs(mean)));
        }
    }
}

} // namespace

TEMPLATE_TEST_CASE("expert errors of shifted lines", "", float, double)
{
    double const none = NAN;
    // k = k*: every atom in a cell of its own, the worst one counts
    check_lines<TestType>({0, 10, 20}, {0, 10, 20}, {none, 0, 0});
    check_lines<TestType>({0, 10.5, 19.75}, {0, 10, 20}, {none, 0.5, 0.5});
    // k > k*: one shared cell; its worst atom, the others' worst, and true atoms by their nearest
    check_lines<TestType>({0, 10, 20, 9}, {0, 10, 20}, {1, 0, 0});
    check_lines<TestType>({0.25, 11, 20, 8.5}, {0, 10, 20}, {1.5, 0.25, 1});
    // all atoms in one cell, nothing exact
    check_lines<TestType>({1, -2}, {0}, {2, none, 1});
    // k < k*: the true atom at 20 has nobody near
    check_lines<TestType>({0.25, 10}, {0, 10, 20}, {none, 0.25, 10});
    // a tie goes to the first true atom, which then has two
    check_lines<TestType>({0, -1}, {-1, 1}, {1, none, 1});
}

TEMPLATE_TEST_CASE("a fit equal to the truth has no error at all", "", float, double)
{
    for (Mixture const& mixture : mixtures) {
        Problem<TestType> const truth = drawn_problem<TestType>(
            model_of(mixture.normalizer, mixture.activation, 7, 4), 1100, 4);
        for (Backend const& backend : all_backends()) {
            INFO(backend.name());
            auto on = truth_of(truth.model, truth.theta, truth.x);
            Evaluated<TestType> const same = evaluated(backend, truth);
            on.f = same.f; // the same roundings as in the measurement
            on.weights = same.weights;
            RiskRecord const got = risk(backend, truth.model, truth.theta, on);
            CHECK(got.regression == 0);
            CHECK(got.response_gate == 0);
            CHECK(got.regression_error == 0);
        }
    }
}

namespace
{

/// Cells by expert parameters (a, b), errors by plain sums.
template <class Real>
RiskRecord plain_risk(Model const& model, std::vector<Real> const& theta, Truth<Real> const& truth)
{
    auto const m = static_cast<std::size_t>(truth.points());
    auto const fit = truth_of<double>(model, converted<double>(theta), converted<double>(truth.x));
    auto const component = [](Model const& of, std::vector<Real> const& from, int atom, int at) {
        int const begin = of.k * (of.d + 1); // experts: a [k][d], then b [k]
        return static_cast<double>(
            from[at < of.d ? begin + atom * of.d + at : begin + of.k * of.d + atom]);
    };
    std::vector<std::vector<int>> cells(truth.model.k);
    std::vector<std::vector<double>> error(model.k, std::vector<double>(truth.model.k));
    for (int i = 0; i < model.k; ++i) {
        std::vector<double> distance(truth.model.k);
        for (int j = 0; j < truth.model.k; ++j) {
            for (int at = 0; at <= model.d; ++at)
                distance[j] += std::pow(
                    component(model, theta, i, at) - component(truth.model, truth.theta, j, at), 2);
            for (std::size_t t = 0; t < m; ++t)
                error[i][j] += std::pow(
                    fit.experts[i * m + t] - static_cast<double>(truth.experts[j * m + t]), 2);
            error[i][j] = std::sqrt(error[i][j] / static_cast<double>(m));
        }
        cells[std::min_element(distance.begin(), distance.end()) - distance.begin()].push_back(i);
    }
    RiskRecord record{0, NAN, NAN, 0, 0, 0, 0};
    for (int j = 0; j < truth.model.k; ++j) {
        double least = INFINITY;
        for (int i = 0; i < model.k; ++i)
            least = std::fmin(least, error[i][j]);
        record.expert_missed = std::fmax(record.expert_missed, least);
        for (int const i : cells[j]) { // fmax takes the number where the other is NaN
            double& bucket = cells[j].size() > 1 ? record.expert_over : record.expert_exact;
            bucket = std::fmax(bucket, error[i][j]);
        }
        double response = 0, gate = 0;
        for (std::size_t t = 0; t < m; ++t) {
            double const g_true = static_cast<double>(truth.weights[j * m + t]);
            double lacking = -g_true * static_cast<double>(truth.experts[j * m + t]);
            double lacking_gate = -g_true;
            for (int const i : cells[j]) {
                lacking += fit.weights[i * m + t] * fit.experts[i * m + t];
                lacking_gate += fit.weights[i * m + t];
            }
            response += lacking * lacking;
            gate += lacking_gate * lacking_gate;
        }
        auto const norm = [&](double square) { return std::sqrt(square / static_cast<double>(m)); };
        record.response_cell = std::fmax(record.response_cell, norm(response));
        record.response_gate = std::fmax(record.response_gate, norm(gate));
    }
    std::vector<double> squared(m);
    for (std::size_t t = 0; t < m; ++t)
        squared[t] = std::pow(fit.f[t] - static_cast<double>(truth.f[t]), 2);
    fill_regression(record, squared);
    return record;
}

} // namespace

TEMPLATE_TEST_CASE("errors of drawn fits equal plain sums", "", float, double)
{
    // float: sums of squares in float, 32 terms at a time; double: some roundings
    double const tolerance = sizeof(TestType) == 4 ? 1e-5 : 1e-12;
    auto const same = [&](double got, double want) {
        return std::isnan(want) ? std::isnan(got) : std::fabs(got - want) <= tolerance * (1 + want);
    };
    unsigned seed = 1;
    for (Mixture const& mixture : mixtures) {
        for (auto const& [d, k, k_true, points] :
             {std::tuple(1, 1, 1, 31), std::tuple(3, 5, 2, 64), std::tuple(6, 2, 5, 1023),
              std::tuple(16, 7, 4, 1025), std::tuple(33, 9, 8, 2100)})
        {
            auto const fit = drawn_problem<TestType>(
                model_of(mixture.normalizer, mixture.activation, d, k), 0, seed++);
            auto const base = drawn_problem<TestType>(
                model_of(mixture.normalizer, mixture.activation, d, k_true), points, seed++);
            auto const truth = truth_of(base.model, base.theta, base.x);
            RiskRecord const want = plain_risk(fit.model, fit.theta, truth);
            for (Backend const& backend : all_backends()) {
                INFO(backend.name() << ", d = " << d << ", k = " << k << ", k* = " << k_true
                                    << ", points = " << points);
                RiskRecord const got = risk(backend, fit.model, fit.theta, truth);
                CHECK(same(got.regression, want.regression));
                CHECK(same(got.expert_over, want.expert_over));
                CHECK(same(got.expert_exact, want.expert_exact));
                CHECK(same(got.expert_missed, want.expert_missed));
                CHECK(same(got.response_cell, want.response_cell));
                CHECK(same(got.response_gate, want.response_gate));
                CHECK(same(got.regression_error, want.regression_error));
            }
        }
    }
}

TEMPLATE_TEST_CASE("a fit's errors are the same to the bit whatever fits share its task", "", float,
                   double)
{
    constexpr int most = RiskTask<TestType>::most_fits;
    Model const model = model_of("softmax", "relu", 5, 7);
    auto const base = drawn_problem<TestType>(model_of("softmax", "relu", 5, 3), 1300, 3);
    auto const truth = truth_of(base.model, base.theta, base.x); // five bands, the last one short
    RiskTask<TestType> task{model,
                            truth.model,
                            most,
                            {},
                            truth.theta.data(),
                            truth.points(),
                            0,
                            truth.x.data(),
                            truth.f.data(),
                            truth.experts.data(),
                            truth.weights.data()};
    std::vector<std::vector<TestType>> thetas;
    for (unsigned fit = 0; fit < most; ++fit)
        thetas.push_back(drawn_problem<TestType>(model, 0, 100 + fit).theta);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        std::vector<RiskRecord> together(most);
        for (int fit = 0; fit < most; ++fit)
            task.fit[fit] = {thetas[fit].data(), &together[fit]};
        backend.run(task);
        for (int fit = 0; fit < most; ++fit) {
            RiskRecord const alone = risk(backend, model, thetas[fit], truth);
            CHECK(together[fit].regression == alone.regression);
            CHECK(together[fit].expert_missed == alone.expert_missed);
            CHECK(together[fit].response_cell == alone.response_cell);
            CHECK(together[fit].response_gate == alone.response_gate);
            CHECK(together[fit].regression_error == alone.regression_error);
        }
    }
}

TEMPLATE_TEST_CASE("a precision takes the fewest of 1024, 2048, ... points that give it", "", float,
                   double)
{
    constexpr double precision = 0.012; // of normal errors: 2 / (2 * 0.012)^2 = 3472 points
    constexpr int step = 1024;
    auto const fit = drawn_problem<TestType>(model_of("softmax", "relu", 2, 3), 0, 5);
    auto const base = drawn_problem<TestType>(model_of("softmax", "relu", 2, 2), 8 * step + 5, 6);
    auto const first = [&](int points) {
        return truth_of(base.model, base.theta,
                        std::vector<TestType>(base.x.begin(), base.x.begin() + 2 * points));
    };
    auto const all = first(8 * step + 5);
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        RiskRecord want{};
        int points = 0;
        do {
            points += step;
            want = risk(backend, fit.model, fit.theta, first(points));
        } while (want.regression_error > precision * want.regression);
        CAPTURE(points);
        REQUIRE(points > step); // so that some are refused
        REQUIRE(points < 8 * step);
        RiskRecord const got = risk(backend, fit.model, fit.theta, all, precision);
        CHECK(got.regression == want.regression);
        CHECK(got.regression_error == want.regression_error);
        CHECK(got.expert_over == want.expert_over);
        CHECK(got.response_cell == want.response_cell);
        // One that cannot be reached takes them all.
        RiskRecord const most = risk(backend, fit.model, fit.theta, all, 1e-9);
        CHECK(most.regression == risk(backend, fit.model, fit.theta, all).regression);
    }
}

TEMPLATE_TEST_CASE("a parameter that is not a number is no small error", "", float, double)
{
    auto const truth_problem =
        drawn_problem<TestType>(model_of("sigmoid", "identity", 2, 3), 40, 5);
    auto const truth = truth_of(truth_problem.model, truth_problem.theta, truth_problem.x);
    std::vector<TestType> theta = truth.theta;
    theta.back() = TestType(NAN); // bias of the last expert
    for (Backend const& backend : all_backends()) {
        RiskRecord const got = risk(backend, truth.model, theta, truth);
        CHECK(std::isnan(got.regression));
        CHECK((std::isnan(got.expert_over) || std::isnan(got.expert_exact)));
        CHECK(std::isnan(got.response_cell));
    }
}
