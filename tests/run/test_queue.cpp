#include "host/run/queue.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace moerate;

namespace
{

constexpr std::size_t any_bytes = std::numeric_limits<std::size_t>::max();
constexpr double any_flops = std::numeric_limits<double>::max();
constexpr long long any_fits = std::numeric_limits<long long>::max();
constexpr BlockLimits unlimited{any_bytes, any_flops, 1, any_fits, 0};

/// The 12 jobs of a study, 4 of each n, two fits a job.
struct Queue
{
    Study study;
    Plan plan = make_plan(study);
    std::vector<Job> jobs = missing_jobs(study, plan, nullptr);
    JobQueue queue;

    explicit Queue(std::size_t workers = 1, std::vector<std::string> const& settings = {},
                   std::function<bool()> const& stop = {})
        : study(small::study(settings)), queue(study, plan, {study, plan, nullptr}, workers, stop)
    {}

    /// Numbers of jobs of the blocks that are left.
    std::vector<std::size_t> sizes(BlockLimits const& limits)
    {
        std::vector<std::size_t> result;
        for (std::vector<Job> block; !(block = queue.take(limits)).empty();)
            result.push_back(block.size());
        return result;
    }
};

using Sizes = std::vector<std::size_t>;

} // namespace

TEST_CASE("a block ends at the first limit that is reached", "[run]")
{
    Queue reference;
    double const first = reference.queue.work({reference.jobs.front()}).flops;
    std::size_t const all_bytes = reference.queue.bytes(reference.jobs);
    BlockLimits limits = unlimited;
    CHECK(Queue().sizes(limits) == Sizes{12});
    limits.jobs = 5;
    CHECK(Queue().sizes(limits) == Sizes{5, 5, 2});
    limits = unlimited;
    limits.most_fits = 6;
    CHECK(Queue().sizes(limits) == Sizes{3, 3, 3, 3});
    limits = unlimited;
    limits.bytes = all_bytes - 1;
    CHECK(Queue().sizes(limits) == Sizes{11, 1});
    limits.bytes = all_bytes;
    CHECK(Queue().sizes(limits) == Sizes{12});
    limits.bytes = 0; // one job in any case
    CHECK(Queue().sizes(limits) == Sizes(12, 1));
    limits = unlimited;
    limits.flops = 2.5 * first; // larger n cost more
    CHECK(Queue().sizes(limits).front() == 2);
    limits.least_starts = 10; // five jobs
    CHECK(Queue().sizes(limits).front() == 5);
}

TEST_CASE("no block is more than one worker's part", "[run]")
{
    for (std::size_t const workers : {2, 3, 12}) {
        Queue split(workers);
        double const part = split.queue.total().flops / static_cast<double>(workers);
        std::size_t jobs = 0;
        for (std::vector<Job> block; !(block = split.queue.take(unlimited)).empty();) {
            jobs += block.size();
            CHECK((block.size() == 1 || split.queue.work(block).flops <= part * (1 + 1e-6)));
        }
        CHECK(jobs == 12);
    }
    // Parts that come out even leave no small block behind.
    CHECK(Queue(3, {"study.n=[64]", "study.replicates=6"}).sizes(unlimited) == Sizes{2, 2, 2});
}

TEST_CASE("a block has jobs of any precision", "[run]")
{
    Queue both(1, {"fit.sigmoid.estimator.precision=\"float64\""});
    CHECK(both.sizes(unlimited) == Sizes{12}); // each with a fit of both
    BlockLimits limits = unlimited;
    limits.bytes = Queue(1, {"fit.sigmoid.estimator.precision=\"float64\""}).queue.bytes(both.jobs);
    Queue cut(1, {"fit.sigmoid.estimator.precision=\"float64\""});
    CHECK(cut.sizes(limits) == Sizes{12});
    Queue less(1, {"fit.sigmoid.estimator.precision=\"float64\""});
    --limits.bytes;
    CHECK(less.sizes(limits) == Sizes{11, 1});
}

TEST_CASE("a block that is given back comes next, in the same order", "[run]")
{
    Queue q;
    BlockLimits limits = unlimited;
    limits.jobs = 4;
    std::vector<Job> const first = q.queue.take(limits);
    q.queue.give_back(first);
    limits.jobs = 12;
    std::vector<Job> const all = q.queue.take(limits);
    REQUIRE(all.size() == 12);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].data == q.jobs[i].data);
        CHECK(all[i].replicate == q.jobs[i].replicate);
    }
}

TEST_CASE("a queue that is stopped or closed gives nothing more", "[run]")
{
    int asked = 0;
    Queue q(1, {}, [&] { return ++asked > 1; });
    BlockLimits limits = unlimited;
    limits.jobs = 1;
    CHECK(q.queue.take(limits).size() == 1);
    CHECK_FALSE(q.queue.stopped());
    CHECK(q.queue.take(limits).empty());
    CHECK(q.queue.take(limits).empty());
    CHECK(q.queue.stopped());
    CHECK(asked == 2); // not again after it said so
    Queue closed;
    std::vector<Job> const in_hand = closed.queue.take(limits);
    closed.queue.close();
    closed.queue.give_back(in_hand);
    CHECK(closed.queue.take(limits).empty());
    CHECK_FALSE(closed.queue.stopped());
}
