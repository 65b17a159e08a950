// Plans and runs that are too large to be walked through.

#include "host/run/memory.h"
#include "host/run/plan.h"
#include "tests/run/runs.h"

#include <chrono>
#include <cstdio>
#include <thread>

using namespace moerate;
using Catch::Matchers::Contains;
using small::Asked;
using small::Trouble;

namespace
{

std::vector<std::string> const endless = {"study.replicates=2147483647"};

/// A stream whose every flush takes 0.1 s, as of a disk that is slow to save.
std::FILE* slow_stream()
{
    cookie_io_functions_t functions = {};
    functions.write = [](void*, char const*, std::size_t size) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return static_cast<ssize_t>(size);
    };
    return fopencookie(nullptr, "w", functions);
}

} // namespace

TEST_CASE("replicates are counted, not walked through", "[run]")
{
    Study const study = small::study(endless);
    Plan const plan = make_plan(study);
    Work const work = MissingJobs(study, plan, nullptr).work();
    CHECK(work.fits == 2 * 3 * 2147483647LL);
    CHECK(work.sample_updates == 2 * 2147483647.0 * 3 * (64 + 100 + 256));
}

TEST_CASE("the work that a store leaves is that of its missing jobs", "[run]")
{
    small::Folder folder;
    RunOptions options;
    options.block_jobs = 1;
    options.stop = [left = 6 + 5]() mutable { return left-- <= 0; }; // 6 cells, then 5 jobs of 12
    small::run(small::study(), folder.path(), options);
    small::run(small::study({"study.n=[256]", "fit.sigmoid.label=\"other\"",
                             "fit.other.gate.normalizer=\"softmax\"",
                             "fit.other.loss=\"softmax.L1\"", "fit.other.experts=4"}),
               folder.path(), options); // of n = 256 one curve only
    Study const study = small::study({"study.replicates=6"});
    Plan const plan = make_plan(study);
    Store const store = Store::open(folder.path());
    Work sum;
    for (Job const& job : missing_jobs(study, plan, &store))
        sum += work_of(study, plan, job);
    MissingJobs const missing(study, plan, &store);
    Work const work = missing.work();
    CHECK(work.fits == sum.fits);
    CHECK(work.flops == Approx(sum.flops).epsilon(1e-12));
    CHECK(missing.stored(0) == 2); // n = 64: all n of one replicate come before the next one
    CHECK(MissingJobs(small::study({"study.replicates=1"}), plan, &store).stored(0) == 1);
}

TEST_CASE("jobs come in passes over all n, each as wide as fills the devices", "[run]")
{
    Study const study = small::study({"study.replicates=25"});
    Plan const plan = make_plan(study);
    auto const [least_fits, width] = GENERATE(table<int, int>({
        {1, 3},    // a tenth of the replicates, rounded up
        {9, 5},    // of two fits on a data set
        {1000, 25} // as many as there are
    }));
    MissingJobs jobs(study, plan, nullptr);
    jobs.in_passes(least_fits);
    std::vector<std::pair<int, int>> all; // data and replicate
    while (std::optional<Job> const job = jobs.next())
        all.emplace_back(job->data, job->replicate);
    std::vector<std::pair<int, int>> expected;
    for (int begin = 0; begin < 25; begin += width)
        for (int data = 0; data < 3; ++data)
            for (int r = begin; r < std::min(begin + width, 25); ++r)
                expected.emplace_back(data, r);
    CAPTURE(least_fits);
    CHECK(all == expected);
}

TEST_CASE("a run of endless replicates begins at once and can be stopped", "[run]")
{
    small::Folder folder;
    RunOptions options;
    options.block_jobs = 2;
    options.stop = [left = 6 + 3]() mutable { return left-- <= 0; };
    RunReport const report = small::run(small::study(endless), folder.path(), options);
    CHECK(report.interrupted);
    CHECK(report.fits == 3 * 2 * 2);
    CHECK(report.reused == 0);
    options.stop = [left = 6 + 1]() mutable { return left-- <= 0; };
    CHECK(small::run(small::study(endless), folder.path(), options).reused == 12);
}

TEST_CASE("the memory of large models is computed as it would be measured", "[run]")
{
    for (char const* precision : {"\"float32\"", "\"float64\""}) {
        Study const study = small::study({"data.d=60", "truth.experts=40", "fit.softmax.experts=50",
                                          "fit.sigmoid.experts=40",
                                          std::string("estimator.precision=") + precision});
        Plan const plan = make_plan(study);
        MemoryModel const memory(study, plan);
        for (Job const& job : missing_jobs(study, plan, nullptr)) {
            auto const measured = memory.measured(job), computed = memory.computed(job);
            CHECK(computed.points <= measured.points);
            CHECK(50 * computed.points > 49 * measured.points);
            CHECK(computed.job <= measured.job);
            CHECK(20 * computed.job > 19 * measured.job);
        }
    }
}

TEST_CASE("a job that the machine has no memory for is not even tried", "[run]")
{
    small::Folder folder;
    Trouble little;
    little.total = 5000;
    std::deque<Asked> asked;
    CHECK_THROWS_WITH(small::run(small::study(), folder.path(), {little}, asked),
                      Contains("one replicate of \"softmax\", \"sigmoid\" n=64 does not fit"));
    CHECK(asked[0].calls["start"] == 0);
}

TEST_CASE("a slow save does not shrink the next blocks", "[run]")
{
    small::Folder folder;
    std::FILE* const out = slow_stream();
    REQUIRE(out != nullptr);
    RunOptions options;
    options.block_seconds = 0.02;
    options.progress = {out, true, false};
    options.stop = [left = 2 + 12]() mutable { return left-- <= 0; };
    std::deque<Asked> asked;
    small::run(small::study({"study.n=[64]", "study.replicates=1000000"}), folder.path(), {{}},
               asked, options);
    std::fclose(out);
    REQUIRE(asked[0].fits.size() == 12);
    CHECK(10 * asked[0].fits.back() >= asked[0].fits.front());
}
