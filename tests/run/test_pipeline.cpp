#include "host/run/pipeline.h"
#include "host/study/truth.h"
#include "tests/run/fake_device.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>

using namespace moerate;

namespace
{

/// All fits of a study in blocks of `size` jobs, sorted by cell and replicate.
std::vector<FitRow> fits_in_blocks(Study const& study, int threads, std::size_t size,
                                   bool backwards)
{
    Plan const plan = make_plan(study);
    std::vector<Job> jobs = missing_jobs(study, plan, nullptr);
    if (backwards)
        std::reverse(jobs.begin(), jobs.end());
    std::unique_ptr<Device> const device = make_cpu_device(threads);
    Pipeline pipeline(*device, study, plan);
    std::vector<FitRow> rows;
    for (std::size_t from = 0; from < jobs.size(); from += size) {
        auto const end = jobs.begin() + std::min(jobs.size(), from + size);
        std::vector<FitRow> const block = pipeline.run({jobs.begin() + from, end});
        rows.insert(rows.end(), block.begin(), block.end());
    }
    std::sort(rows.begin(), rows.end(), [](FitRow const& a, FitRow const& b) {
        return std::tie(a.cell, a.replicate) < std::tie(b.cell, b.replicate);
    });
    return rows;
}

void check_same(Study const& study, int threads, std::size_t size, bool backwards)
{
    CAPTURE(threads, size, backwards);
    std::vector<FitRow> const one = fits_in_blocks(study, 1, 1000, false);
    std::vector<FitRow> const other = fits_in_blocks(study, threads, size, backwards);
    REQUIRE(one.size() == 24);
    REQUIRE(other.size() == one.size());
    for (std::size_t i = 0; i < one.size(); ++i)
        CHECK(small::same(one[i], other[i]));
}

std::vector<FitRow> rows_of(std::vector<std::string> const& settings)
{
    return fits_in_blocks(small::study(settings), 2, 1000, false);
}

} // namespace

TEST_CASE("a replicate is bitwise the same for any threads, block size and order", "[run]")
{
    Study const study = small::study();
    for (int const threads : {1, 2, 3}) {
        for (std::size_t const size : {std::size_t{1}, std::size_t{5}, std::size_t{1000}}) {
            check_same(study, threads, size, false);
            check_same(study, threads, size, true);
        }
    }
}

TEST_CASE("the same holds in float64, with odd sizes and full batches", "[run]")
{
    Study const study = small::study({"estimator.precision=\"float64\"", "estimator.batch=\"full\"",
                                      "data.d=5", "study.n=[33,61,101]"});
    for (int const threads : {1, 3})
        check_same(study, threads, 5, true);
}

TEST_CASE("the same holds with both precisions in a job", "[run]")
{
    Study const study = small::study({"fit.sigmoid.estimator.precision=\"float64\""});
    for (int const threads : {1, 3})
        for (std::size_t const size : {std::size_t{1}, std::size_t{5}})
            check_same(study, threads, size, true);
}

TEST_CASE("the same holds with replacement, short batches and nested data", "[run]")
{
    Study const study = small::study(
        {"estimator.sampling=\"replacement\"", "estimator.batch=7", "study.nested=true"});
    check_same(study, 3, 4, true);
}

// Six parameters of the truth in both precisions, and for each fit a slice of 64 bytes with the
// atoms that extra ones may start on. Starts are copied on the device, losses are measured there.
TEST_CASE("parameters come back once, and none of a fit goes up", "[run]")
{
    Study const study = small::study({"study.n=[64]"});
    Plan const plan = make_plan(study);
    small::Asked asked;
    small::FakeDevice device(0, {}, asked);
    Pipeline(device, study, plan).run(missing_jobs(study, plan, nullptr));
    std::size_t const truth = study.curves[0].truth.model.layout.size;
    CHECK(asked.uploaded == truth * (sizeof(float) + sizeof(double)) + 4 * 2 * 64);
    CHECK(asked.calls["copy"] == 1);
    // The errors of the truth and of f = 0, what is stored of start, target and fit, the
    // estimator's outcomes, and the losses with their cells.
    CHECK(asked.calls["download"] == 2 + 3 + 1 + 3 + 1 + 2);
}

TEST_CASE("fits carry what is recorded beside the loss", "[run]")
{
    Study const study = small::study();
    Curve const& softmax = study.curves[0];
    for (FitRow const& row : rows_of({})) {
        CAPTURE(row.cell, row.replicate);
        CHECK(row.status == FitStatus::ok);
        Point const &start = row.at(at_start), &end = row.at(at_fit);
        CHECK(end.mse < start.mse);
        CHECK(row.mse_truth ==
              Approx(0.01).epsilon(0.7)); // noise variance, chi-square of 64 at 4 sd
        CHECK(row.facts.iterations == 3);
        CHECK(row.moved > 0);
        for (char const* at : {at_start, at_fit}) {
            Point const& point = row.at(at);
            CHECK(point.theta.size() == static_cast<std::size_t>(softmax.model.layout.size));
            REQUIRE(point.losses.size() == 1);
            CHECK(point.losses[0].key.at == at);
            CHECK(point.risk.regression > 0);
        }
        CHECK(row.empty == end.losses[0].record.empty);
        CHECK(row.admissible == (row.excess <= 0)); // two sigmoids give the truth's softmax, too
    }
}

TEST_CASE("fits of a class that does not hold the truth are not compared with it", "[run]")
{
    for (FitRow const& row : rows_of({"truth.experts=3", "study.replicates=2"})) {
        bool const is_softmax = row.at(at_fit).losses[0].key.name == "softmax.L1";
        CHECK(row.admissible.has_value() == is_softmax); // three sigmoids make no softmax
        CHECK(std::isnan(row.excess) != is_softmax);
    }
}

TEST_CASE("excess is n (MSE(fit) - MSE(truth)) / sigma^2", "[run]")
{
    Study const study = small::study();
    Plan const plan = make_plan(study);
    for (FitRow const& row : rows_of({})) {
        auto const cell = std::find_if(plan.cells.begin(), plan.cells.end(),
                                       [&](Cell const& c) { return c.id == row.cell; });
        if (std::isnan(row.excess))
            continue;
        CHECK(row.excess == Approx(cell->n * (row.at(at_fit).mse - row.mse_truth) / 0.01));
    }
}

TEST_CASE("a start on the truth has loss 0, and no distance to have moved from", "[run]")
{
    for (FitRow const& row : rows_of({"start.kind=\"truth\""})) {
        Point const& start = row.at(at_start);
        if (start.losses[0].key.name != "softmax.L1")
            continue;
        // float32 parameters near 1: one rounding each, of relative size 6e-8, and the shared mass.
        CHECK(start.losses[0].record.value < 1e-5);
        CHECK(start.risk.regression < 1e-5);
        CHECK(start.mse == Approx(row.mse_truth).epsilon(1e-4));
        CHECK(std::isnan(row.moved));
    }
}

TEST_CASE("batch = full is a batch of all n samples", "[run]")
{
    std::vector<std::string> const one_n = {"study.n=[64]", "study.replicates=1"};
    auto const theta = [&](std::string const& batch) {
        std::vector<std::string> settings = one_n;
        settings.push_back("estimator.batch=" + batch);
        std::vector<std::vector<double>> all;
        for (FitRow const& row : rows_of(settings))
            all.push_back(row.at(at_fit).theta);
        std::sort(all.begin(), all.end()); // cells have other ids
        return all;
    };
    CHECK(theta("\"full\"") == theta("64"));
    CHECK(theta("\"full\"") != theta("32"));
}

TEST_CASE("without noise there is no excess and the truth has MSE 0", "[run]")
{
    for (FitRow const& row : rows_of({"data.noise_variance=0"})) {
        CHECK(row.mse_truth == 0.0);
        CHECK(std::isnan(row.excess));
    }
}

TEST_CASE("a fit that fails is recorded with its status", "[run]")
{
    int failed = 0;
    // Linear experts: with ReLU such a step kills all atoms, and f = 0 is no divergence.
    for (FitRow const& row :
         rows_of({"estimator.learning_rate=1e6", "truth.expert.activation=\"identity\""}))
    {
        if (!moerate::failed(row.status))
            continue;
        ++failed;
        if (row.status == FitStatus::not_finite) {
            Point const& end = row.at(at_fit);
            CHECK(std::isnan(end.mse));
            CHECK(std::isnan(end.losses[0].record.value));
            CHECK(std::isnan(end.risk.regression));
            CHECK(row.empty == -1);
        }
        CHECK(std::isfinite(row.at(at_start).losses[0].record.value));
        CHECK(std::isfinite(row.at(at_start).mse));
    }
    CHECK(failed >= 12);
}

TEST_CASE("paired fits share data: the truth's MSE is that of both", "[run]")
{
    std::vector<FitRow> const rows = rows_of({});
    std::set<double> distinct;
    for (FitRow const& row : rows)
        distinct.insert(row.mse_truth);
    CHECK(distinct.size() == rows.size() / 2);
}
