#include "host/run/pipeline.h"
#include "host/run/progress.h"
#include "host/run/time_model.h"
#include "kernels/model/shape.h"
#include "tests/run/fake_device.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

using namespace moerate;

TEST_CASE("a plan shares data between curves and counts the work", "[run]")
{
    Study const study = small::study();
    Plan const plan = make_plan(study);
    REQUIRE(plan.data.size() == 3);  // one a sample size
    REQUIRE(plan.cells.size() == 6); // two curves each
    for (DataSpec const& data : plan.data)
        CHECK(data.cells.size() == 2);
    std::vector<Job> const jobs = missing_jobs(study, plan, nullptr);
    REQUIRE(jobs.size() == 12); // 3 n, 4 replicates
    Work work;
    for (Job const& job : jobs)
        work += work_of(study, plan, job);
    CHECK(work.fits == 24);
    CHECK(work.sample_updates == 2 * 4 * 3 * (64 + 100 + 256)); // curves, replicates, epochs
    CHECK(work.regression_points == 24 * 2 * 300);              // start and fit
}

// The tasks also make the truth's evaluation points.
TEST_CASE("a plan's flops are the work of the tasks that do it", "[run]")
{
    Study const study = small::study();
    Plan const plan = make_plan(study);
    std::vector<Job> const jobs = missing_jobs(study, plan, nullptr);
    double planned = 0, updates = 0;
    for (Job const& job : jobs) {
        planned += work_of(study, plan, job).flops;
        updates += work_of(study, plan, job).sample_updates;
    }
    small::Asked asked;
    small::FakeDevice device(0, {}, asked);
    Pipeline(device, study, plan).run(jobs);
    CHECK(asked.work["sgd"] == updates * 8 * 3 * 3); // k = 3 atoms in d = 3
    double const done =
        asked.work["generate"] + asked.work["sgd"] + asked.work["evaluate"] + asked.work["risk"];
    CHECK(done >= planned);
    CHECK(done <= 1.1 * planned);
}

TEST_CASE("curves that differ in their losses only share their fits", "[run]")
{
    std::string text = small::text;
    text += "[[fit]]\nlabel = \"again\"\ngate = { score = \"linear\", normalizer = \"softmax\" "
            "}\nexperts = 3\nloss = [\"softmax.L1\", "
            "{name = \"softmax.L2r\", r = 1}]\n";
    Study const study = parse_study(text, "small.toml");
    Plan const plan = make_plan(study);
    REQUIRE(plan.cells.size() == 6);
    CHECK(plan.cells[0].losses.size() == 2);
    CHECK(plan.cells[1].losses.size() == 1);
    // A line a curve, loss and n: both losses of "again" on the fits of "softmax".
    std::vector<PlanLine> const lines = plan_lines(study, plan);
    REQUIRE(lines.size() == 4 * 3);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CHECK(lines[i].curve == (i < 3 ? 0 : i < 6 ? 1 : 2));
        CHECK(plan.cells[lines[i].cell].n == study.n[i % 3]);
        CHECK(loss_key(lines[i].loss, "fit").name == (i < 3   ? "softmax.L1"
                                                      : i < 6 ? "sigmoid.D3"
                                                      : i < 9 ? "softmax.L1"
                                                              : "softmax.L2r"));
        if (lines[i].curve == 2)
            CHECK(lines[i].cell == lines[i % 3].cell);
    }
}

TEST_CASE("curves of both precisions share a job, and each has its data", "[run]")
{
    Study const study = small::study({"fit.sigmoid.estimator.precision=\"float64\""});
    Plan const plan = make_plan(study);
    REQUIRE(plan.data.size() == 3);
    std::vector<Job> const jobs = missing_jobs(study, plan, nullptr);
    REQUIRE(jobs.size() == 12); // 3 n, 4 replicates
    double planned = 0, generated = 0;
    for (Job const& job : jobs) {
        REQUIRE(job.cells.size() == 2);
        CHECK_FALSE(in_float64(study, plan, job.cells[0]));
        CHECK(in_float64(study, plan, job.cells[1]));
        planned += work_of(study, plan, job).flops;
        generated += 2 * plan.data[job.data].n * flops_per_prediction(study.curves[0].truth.model);
    }
    std::vector<Job> const part = jobs_in(study, plan, {jobs[0], {0, 1, {jobs[1].cells[0]}}}, true);
    REQUIRE(part.size() == 1); // the other has none
    CHECK(part[0].cells == std::vector<int>{jobs[0].cells[1]});
    small::Asked asked;
    small::FakeDevice device(0, {}, asked);
    Pipeline(device, study, plan).run(jobs);
    double const points = 2 * 300 * flops_per_prediction(study.curves[0].truth.model);
    CHECK(asked.work["generate"] == generated + points);
    // Evaluation points are generated, and the truth's weights there evaluated, beside the plan.
    double const done = asked.work["generate"] - points + asked.work["sgd"] +
                        asked.work["evaluate"] - points + asked.work["risk"];
    CHECK(done == Approx(planned).epsilon(1e-12));
}

TEST_CASE("curves with other noise do not share data", "[run]")
{
    CHECK(make_plan(small::study({"sweep={\"data.noise_variance\"=[0.01,0.04]}"})).data.size() ==
          6);
}

TEST_CASE("durations and counts are printed for people", "[run]")
{
    CHECK(format_seconds(0) == "0:00");
    CHECK(format_seconds(59.2) == "1:00"); // rounded up: time to go
    CHECK(format_seconds(3723) == "1:02:03");
    CHECK(format_duration(0.041) == "0.04 s");
    CHECK(format_duration(8.44) == "8.4 s");
    CHECK(format_duration(3723) == "1:02:03");
    CHECK(format_si(0) == "0 ");
    CHECK(format_si(9.91e7) == "99.1 M");
    CHECK(format_si(999.9) == "1 k");
}

namespace
{

/// What Progress writes to a file.
std::string shown(ProgressStyle style, std::vector<Work> const& steps, Work const& total)
{
    char* text = nullptr;
    std::size_t size = 0;
    style.out = open_memstream(&text, &size);
    {
        Progress progress(style, total);
        for (Work const& step : steps)
            progress.advance({step, 1});
    }
    std::fclose(style.out);
    std::string const result(text, size);
    std::free(text);
    return result;
}

} // namespace

namespace
{

/// A block of fits whose flops take 1 ns each and whose regression points 20 ns each.
TimedWork block(double flops, double points, double noise = 1)
{
    Work work;
    work.fits = 1;
    work.flops = work.effort = flops;
    work.regression_points = points;
    return {work, noise * (1e-9 * flops + 2e-8 * points)};
}

} // namespace

TEST_CASE("time to go is told from work whose mixture changes", "[run]")
{
    // As n grows tenfold from one block to the next, fits cost more and the errors as much as
    // before.
    std::vector<TimedWork> all;
    Work total;
    for (int i = 0; i < 40; ++i) {
        all.push_back(block(1e8 * std::pow(100.0, i / 39.0), 1e7, i % 2 == 0 ? 1.05 : 0.95));
        total += all.back().work;
    }
    double all_seconds = 0, seconds = 0;
    for (TimedWork const& one : all)
        all_seconds += one.seconds;
    int checked = 0;
    for (std::size_t done = 1; done < all.size(); ++done) {
        seconds += all[done - 1].seconds;
        if (seconds < 0.1 * all_seconds) // before that, nothing is promised
            continue;
        std::vector<TimedWork> const measured(all.begin(), all.begin() + std::ptrdiff_t(done));
        CAPTURE(done, seconds);
        CHECK(time_left(measured, total) == Approx(all_seconds - seconds).epsilon(0.2));
        ++checked;
    }
    CHECK(checked > 10);
    CHECK(std::isinf(time_left({}, total)));
    // Blocks that are all alike tell one number.
    Work const twice = 2 * block(3e8, 1e6).work;
    CHECK(time_left({block(3e8, 1e6)}, twice) == Approx(block(3e8, 1e6).seconds));
    // A slow disk is waited for.
    TimedWork slow = block(3e8, 1e6);
    slow.saving = 7;
    CHECK(time_left({slow}, twice) == Approx(7));
    // Neither is ever paid back: points that seem to cost less than nothing cost nothing.
    TimedWork const odd{block(1e9, 1e9).work, 0.1};
    CHECK(fitted_time({odd, block(1e9, 0)}).per_point == 0);
}

TEST_CASE("fits of small minibatches are planned to take longer than their flops", "[run]")
{
    Study const study = small::study({"data.d=32", "sweep={\"estimator.batch\"=[1,32]}"});
    Plan plan = make_plan(study);
    auto const device = make_cpu_device(1);
    measure_time(study, plan, *device);
    REQUIRE(plan.slowness.size() == study.curves.size());
    std::map<int, double> least; // by minibatch
    for (std::size_t c = 0; c < study.curves.size(); ++c) {
        int const batch = study.curves[c].estimator->settings()["batch"];
        double const known = least.count(batch) == 0 ? 1e9 : least[batch];
        least[batch] = std::min(known, plan.slowness[c]);
    }
    CHECK(least[32] < 1.3); // 1 but for the difference of gates and the noise of the clock
    CHECK(least[1] > 1.5);  // 4 to 14 measured
    // Effort knows it, flops do not: shards are numbered by flops.
    Job const job{0, 0, plan.data[0].cells};
    Work const weighted = work_of(study, plan, job), plain = work_of(study, make_plan(study), job);
    CHECK(weighted.flops == plain.flops);
    CHECK(plain.effort == plain.flops);
    CHECK(weighted.effort > 1.2 * plain.flops);
}

TEST_CASE("progress is a bar on a terminal and few lines elsewhere", "[run]")
{
    Work step;
    step.fits = 1;
    step.flops = step.effort = 1;
    Work total = step;
    total.fits = 100;
    total.flops = total.effort = 100;
    std::vector<Work> const steps(100, step);
    std::string const lines = shown({nullptr, false, false}, steps, total);
    CHECK(std::count(lines.begin(), lines.end(), '\n') <= 11); // each 10 %
    CHECK(lines.find("100 of 100 fits") != std::string::npos);
    CHECK(lines.find('\x1b') == std::string::npos);
    std::string const bar = shown({nullptr, true, false}, steps, total);
    CHECK(std::count(bar.begin(), bar.end(), '\r') == 100);
    CHECK(std::count(bar.begin(), bar.end(), '\n') == 1);
    CHECK(bar.find("\x1b[3") == std::string::npos); // no colour
    CHECK(shown({nullptr, true, true}, steps, total).find("\x1b[32m") != std::string::npos);
}
