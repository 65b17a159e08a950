// Device memory: what is predicted, how blocks are cut to it, and what happens when it is too
// little.

#include "host/run/memory.h"
#include "host/run/pipeline.h"
#include "tests/run/runs.h"

using namespace moerate;
using Catch::Matchers::Contains;
using small::Asked;
using small::Trouble;

namespace
{

/// Most bytes that a block really held on a device.
std::size_t recorded(Study const& study, std::vector<Job> const& jobs)
{
    Asked asked;
    Plan const plan = make_plan(study);
    small::FakeDevice device(0, {}, asked);
    Pipeline(device, study, plan).run(jobs);
    CHECK(asked.held == 0); // all was released
    return asked.peak;
}

std::size_t predicted(Study const& study, std::vector<Job> const& jobs)
{
    Plan const plan = make_plan(study);
    return MemoryModel(study, plan).bytes(jobs);
}

std::vector<Job> all_jobs(Study const& study)
{
    return missing_jobs(study, make_plan(study), nullptr);
}

std::vector<std::string> const awkward = {"data.d=5", "study.n=[33,61,101]",
                                          "study.regression_samples=77"};

/// Data that outweigh what the speed is measured with.
std::vector<std::string> const larger = {"study.n=[640,1000,2560]"};

} // namespace

TEST_CASE("the memory of one job is predicted to the byte", "[run]")
{
    for (std::vector<std::string> settings : {std::vector<std::string>{}, awkward}) {
        for (Job const& job : all_jobs(small::study(settings)))
            CHECK(predicted(small::study(settings), {job}) ==
                  recorded(small::study(settings), {job}));
        for (char const* more :
             {"estimator.precision=\"float64\"", "fit.sigmoid.estimator.precision=\"float32\""})
        { // one precision, then both
            settings.push_back(more);
            for (Job const& job : all_jobs(small::study(settings)))
                CHECK(predicted(small::study(settings), {job}) ==
                      recorded(small::study(settings), {job}));
        }
    }
}

TEST_CASE("a job of both precisions holds the points of both, and the data of one", "[run]")
{
    std::vector<std::string> const large = {"study.n=[2560]", "study.replicates=1"};
    auto const need = [&](std::vector<std::string> more) {
        more.insert(more.end(), large.begin(), large.end());
        Study const study = small::study(more);
        return predicted(study, all_jobs(study));
    };
    std::size_t const one = need({}), other = need({"estimator.precision=\"float64\""});
    std::size_t const both = need({"fit.sigmoid.estimator.precision=\"float64\""});
    std::size_t const points = 300 * (3 + 1 + 2) * sizeof(float); // in float32
    CHECK(both > other);
    CHECK(both < other + points + 1000); // the truth's parameters besides, one fit less
    CHECK(both < one + other - points);
}

TEST_CASE("a job's memory grows by its data alone", "[run]")
{
    Study const study = small::study({"study.n=[1024,103424]"}); // multiples of a slice's 64 bytes
    std::vector<Job> const jobs = all_jobs(study);
    std::size_t const more = predicted(study, {jobs.back()}) - predicted(study, {jobs.front()});
    CHECK(more == std::size_t{102400} * (3 + 1) * sizeof(float)); // x in d = 3, and y
}

TEST_CASE("a block needs no more than the sum of its jobs, and little less", "[run]")
{
    for (std::vector<std::string> const& settings : {std::vector<std::string>{}, awkward}) {
        Study const study = small::study(settings);
        std::size_t const need = predicted(study, all_jobs(study));
        std::size_t const held = recorded(study, all_jobs(study));
        CHECK(held <= need);
        CHECK(50 * need <= 51 * held); // small arrays are rounded up job by job
    }
}

TEST_CASE("blocks are cut to the memory that is free", "[run]")
{
    small::Folder whole, cut;
    Study const study = small::study(larger);
    small::run(study, whole.path());
    Trouble little;
    little.memory = predicted(study, all_jobs(study)) * 2 / 3; // half of it is used
    little.launch_fits = 24;
    std::deque<Asked> asked;
    small::run(study, cut.path(), {little}, asked);
    CHECK(asked[0].too_large == 0);
    CHECK(asked[0].peak <= little.memory / 2);
    CHECK(asked[0].peak > little.memory / 5);
    CHECK(asked[0].fits.size() >= 3);
    CHECK(asked[0].fits.size() <= 5);
    small::check_same_stores(whole.path(), cut.path());
}

TEST_CASE("a block that does not fit is halved, and no bit changes", "[run]")
{
    small::Folder whole;
    Study const study = small::study(larger);
    small::run(study, whole.path());
    Trouble full, working;
    full.memory = predicted(study, all_jobs(study)) / 3;
    full.claimed = std::size_t{1} << 30; // others take it in between
    working.most_fits = 5;               // kernels ask for more than is left
    for (Trouble trouble : {full, working}) {
        small::Folder cut;
        trouble.launch_fits = 24;
        std::deque<Asked> asked;
        RunReport const report = small::run(study, cut.path(), {trouble}, asked);
        CHECK(report.fits == 24);
        CHECK(asked[0].too_large >= 1);
        CHECK(asked[0].too_large <= 4); // it learns: not once a block
        CHECK(asked[0].held == 0);
        small::check_same_stores(whole.path(), cut.path());
    }
}

TEST_CASE("points that a block does not need make room for those that it needs", "[run]")
{
    Study const study = small::study(
        {"fit.sigmoid.estimator.precision=\"float64\"", "study.regression_samples=9000"});
    Plan const plan = make_plan(study);
    small::Asked asked;
    small::FakeDevice device(0, {}, asked);
    Pipeline pipeline(device, study, plan);
    std::size_t most = 0;
    for (bool const float64 : {false, true, false}) { // as where a store has one curve's fits
        for (Job const& job : jobs_in(study, plan, all_jobs(study), float64)) {
            pipeline.run({job});
            most = std::max(most, predicted(study, {job}));
        }
    }
    CHECK(asked.peak == most);
}

TEST_CASE("one replicate that does not fit is named with what it needs", "[run]")
{
    small::Folder whole, broken;
    Study const study = small::study({"study.n=[64,100,20000]"});
    std::size_t const need = predicted(study, {all_jobs(study).back()});
    Trouble little;
    little.memory = need - 1;
    std::deque<Asked> asked;
    REQUIRE_THROWS_WITH(
        small::run(study, broken.path(), {little}, asked),
        Contains("one replicate of \"softmax\", \"sigmoid\" n=20000 does not fit on fake:0") &&
            Contains(fmt::format("needs {}B", format_si(static_cast<double>(need)))) &&
            Contains("B are free") && Contains("leave this n out") && Contains(broken.path()));
    CHECK(small::stored(broken.path()) == 2 * 2); // n = 64 and 100 of the first replicate
    CHECK(asked[0].held == 0);
    CHECK(Store::open(broken.path()).runs().front().outcome == "failed");
    // The same command on a device that has the memory, by one byte, goes on.
    little.memory = need;
    RunReport const report = small::run(study, broken.path(), {little}, asked);
    CHECK(report.reused == 4);
    small::run(study, whole.path());
    small::check_same_stores(whole.path(), broken.path());
}
