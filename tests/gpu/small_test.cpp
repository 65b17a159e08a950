// What compute-sanitizer runs, a hundred times slower than the rest: every kind of kernel in few
// launches, every member of the lists among their tasks.

#include "host/run/pipeline.h"
#include "tests/gpu/devices.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

/// A problem for each member, with chunks that are full, short and of one sample. The atoms are of
/// an odd number, and where there are groups so are all maps: some lanes have a row less.
template <class Real>
std::vector<Problem<Real>> problem_of_each_member()
{
    std::vector<Problem<Real>> problems;
    auto const add = [&](Model const& model) {
        auto const i = static_cast<unsigned>(problems.size());
        problems.push_back(comparable_problem<Real>(model, 64 + static_cast<int>(i % 3), i));
    };
    for (Family const& family : single_families())
        add(model_of(family, 5, 7));
    for (Model const& model : copied_models(5, 7))
        add(model);
    return problems;
}

} // namespace

TEMPLATE_TEST_CASE("fits of every member in one launch", "[small]", float, double)
{
    auto const problems = problem_of_each_member<TestType>();
    SgdSettings settings;
    settings.epochs = 1;
    auto const got = fitted(gpu(), problems, settings);
    auto const want = fitted(cpu(), problems, settings);
    // two or three steps of the tolerance of one (fit_test.cpp)
    double const tolerance = sizeof(TestType) == sizeof(float) ? 1e-4 : 1e-11;
    for (std::size_t i = 0; i < problems.size(); ++i) {
        CAPTURE(i, problems[i].model.gate.score, problems[i].model.gate.normalizer);
        CHECK(got[i].outcome.finite == 1);
        CHECK(largest_difference(got[i].theta, want[i].theta) <=
              tolerance * (1 + largest(want[i].theta)));
    }
}

TEMPLATE_TEST_CASE("gradients of every member in one launch", "[small]", float, double)
{
    auto const problems = problem_of_each_member<TestType>();
    std::vector<DeviceArray<TestType>> arrays;
    DeviceArray<double> const mse = unwritten<double>(gpu(), problems.size());
    std::vector<EvaluateTask<TestType>> tasks;
    for (std::size_t i = 0; i < problems.size(); ++i) {
        Problem<TestType> const& problem = problems[i];
        for (auto const* values : {&problem.theta, &problem.x, &problem.y, &problem.theta})
            arrays.emplace_back(gpu(), *values);
        DeviceArray<TestType> const* const a = &arrays[4 * i];
        tasks.push_back({problem.model, a[0].data(), problem.n(), a[1].data(), a[2].data(), nullptr,
                         nullptr, a[3].data(), mse.data() + i});
    }
    gpu().run(tasks);
    std::vector<double> const got = mse.download();
    double const tolerance = sizeof(TestType) == sizeof(float) ? 1e-3 : 1e-10;
    for (std::size_t i = 0; i < problems.size(); ++i) {
        CAPTURE(i);
        auto const want = evaluated(cpu(), problems[i]);
        CHECK(std::fabs(got[i] - want.mse) <= tolerance * (1 + want.mse));
        CHECK(largest_difference(arrays[4 * i + 3].download(), want.gradient) <=
              tolerance * std::fmax(1.0, largest(want.gradient)));
    }
}

TEST_CASE("a study of few fits runs every kind of kernel", "[small]")
{
    Study const study =
        small::study({"study.replicates=2", "study.n=[65]", "study.regression_samples=70"});
    Plan const plan = make_plan(study);
    std::vector<Job> const jobs = missing_jobs(study, plan, nullptr);
    std::vector<FitRow> const got = Pipeline(gpu(), study, plan).run(jobs);
    std::vector<FitRow> const want = Pipeline(cpu(), study, plan).run(jobs);
    REQUIRE(got.size() == 4);
    for (std::size_t i = 0; i < got.size(); ++i) {
        CHECK(got[i].status == want[i].status);
        Point const& fit = got[i].at(at_fit);
        CHECK(fit.mse == Approx(want[i].at(at_fit).mse).epsilon(1e-3));
        CHECK(fit.risk.regression == Approx(want[i].at(at_fit).risk.regression).epsilon(1e-2));
    }
}
