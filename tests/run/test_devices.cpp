// Several devices on one run, and devices that fail.

#include "tests/run/runs.h"
#include "tests/support/sanitized.h"

#include <set>
#include <sqlite3.h>

using namespace moerate;
using Catch::Matchers::Contains;
using small::Asked;
using small::FakeDevice;
using small::Trouble;

namespace
{

/// A whole run on the CPU to compare with.
struct Whole
{
    small::Folder folder;
    Study study = small::study();
    std::string rates;
    Whole()
    {
        small::run(study, folder.path());
        rates = small::rates_text(folder.path());
    }
};

RunOptions small_blocks()
{
    RunOptions options;
    options.block_jobs = 1;
    return options;
}

std::string outcome(std::string const& folder)
{
    return Store::open(folder).runs().back().outcome;
}

} // namespace

TEST_CASE("any number of devices leaves the same store", "[run]")
{
    Whole const whole;
    for (int const count : {1, 2, 3, 5}) {
        CAPTURE(count);
        small::Folder folder;
        small::Meeting meeting(count); // all at work at the same time
        Trouble trouble;
        trouble.meeting = &meeting;
        trouble.launch_fits = 100; // one device would do all at once
        std::deque<Asked> asked;
        RunReport const report =
            small::run(whole.study, folder.path(),
                       std::vector<Trouble>(static_cast<std::size_t>(count), trouble), asked);
        CHECK(report.fits == 24);
        for (Asked const& device : asked)
            CHECK(device.met);
        small::check_same_stores(whole.folder.path(), whole.rates, folder.path());
        std::string const devices = Store::open(folder.path()).runs().front().device;
        for (int i = 0; i < count; ++i)
            CHECK_THAT(devices, Contains(fmt::format("fake:{} ", i)));
    }
}

TEST_CASE("a run on several devices stops between blocks and goes on with other ones", "[run]")
{
    Whole const whole;
    small::Folder folder;
    RunOptions options = small_blocks();
    options.stop = [left = 6 + 5]() mutable { return left-- <= 0; }; // 6 cells, then 5 blocks
    std::deque<Asked> asked;
    RunReport const report = small::run(whole.study, folder.path(), {{}, {}, {}}, asked, options);
    CHECK(report.interrupted);
    CHECK(report.fits == 2 * 5); // two curves a job
    CHECK(small::stored(folder.path()) == 10);
    CHECK(outcome(folder.path()) == "interrupted");
    small::run(whole.study, folder.path(), {{}, {}}, asked);
    small::check_same_stores(whole.folder.path(), whole.rates, folder.path());
}

TEST_CASE("a device that breaks in any call loses its batch only", "[run]")
{
    Whole const whole;
    for (char const* kind : {"allocate", "upload", "download", "copy", "generate", "start", "sgd",
                             "evaluate", "risk", "loss"})
    {
        std::set<std::size_t> left; // fits in the store after the failure
        for (int const call :
             sanitized ? std::vector{1, 10, 150} : std::vector{1, 5, 10, 20, 30, 150}) {
            CAPTURE(kind, call);
            small::Folder folder;
            Trouble trouble;
            trouble.kind = kind;
            trouble.call = call;
            std::deque<Asked> asked;
            try {
                small::run(whole.study, folder.path(), {trouble}, asked, small_blocks());
                CHECK(asked[0].calls[kind] < call); // there was no such call
                continue;
            } catch (DeviceError const& error) {
                CHECK_THAT(error.what(), Contains(FakeDevice::first_failure) &&
                                             !Contains(FakeDevice::later_failure) &&
                                             Contains(folder.path()));
                CHECK(outcome(folder.path()) == "failed");
            }
            CHECK(asked[0].held == 0);
            left.insert(small::stored(folder.path()));
            small::check_part(whole.folder.path(), folder.path());
            small::run(whole.study, folder.path(), {{}}, asked);
            if (sanitized && call != 1) // rates of bitwise equal fits, drawn once a kind
                small::check_part(whole.folder.path(), folder.path());
            else
                small::check_same_stores(whole.folder.path(), whole.rates, folder.path());
            CHECK(small::stored(folder.path()) == 24);
        }
        CHECK((sanitized || left.size() > 1)); // some failures came midway
    }
}

TEST_CASE("when one device fails the others do all but its batch", "[run]")
{
    Whole const whole;
    small::Folder folder;
    small::Meeting meeting(3);
    Trouble good, bad;
    good.meeting = bad.meeting = &meeting;
    bad.kind = "risk";
    bad.call = 1;
    std::deque<Asked> asked;
    CHECK_THROWS_WITH(
        small::run(whole.study, folder.path(), {good, bad, good}, asked, small_blocks()),
        Contains(std::string("fake:1: ") + FakeDevice::first_failure) &&
            Contains("the 2 fits of its batch, from \"softmax\", \"sigmoid\" n=") &&
            Contains("are not stored"));
    CHECK(small::stored(folder.path()) == 24 - 2);
    small::check_part(whole.folder.path(), folder.path());
    CHECK(outcome(folder.path()) == "failed");
    RunReport const report = small::run(whole.study, folder.path(), {{}}, asked);
    CHECK(report.fits == 2);
    small::check_same_stores(whole.folder.path(), whole.rates, folder.path());
}

TEST_CASE("when all devices fail all say why", "[run]")
{
    small::Folder folder;
    Trouble bad;
    bad.kind = "start";
    bad.call = 1;
    std::deque<Asked> asked;
    CHECK_THROWS_WITH(small::run(small::study(), folder.path(), {bad, bad}, asked, small_blocks()),
                      Contains("fake:0: ") && Contains("fake:1: "));
    CHECK(small::stored(folder.path()) == 0);
}

TEST_CASE("an error that is no device's ends the work of all", "[run]")
{
    Whole const whole;
    small::Folder folder;
    RunOptions options = small_blocks();
    options.stop = [asked = 0]() mutable {
        if (++asked > 6 + 4)
            throw std::runtime_error("disk full");
        return false;
    };
    std::deque<Asked> asked;
    CHECK_THROWS_WITH(small::run(whole.study, folder.path(), {{}, {}}, asked, options),
                      "disk full");
    CHECK(outcome(folder.path()) == "failed");
    CHECK(small::stored(folder.path()) == 2 * 4); // what was in hand is saved
    small::run(whole.study, folder.path(), {{}, {}}, asked);
    small::check_same_stores(whole.folder.path(), whole.rates, folder.path());
}

TEST_CASE("a last block that cannot be saved is an error, not a finished run", "[run]")
{
    small::Folder folder;
    RunOptions options;
    options.stop = [&folder, asked = 0]() mutable {
        if (++asked == 6 + 1) { // after the cells, before the only block
            sqlite3* store = nullptr;
            REQUIRE(sqlite3_open(folder.path("store.sqlite").c_str(), &store) == SQLITE_OK);
            CHECK(sqlite3_exec(store,
                               "CREATE TRIGGER no_room BEFORE INSERT ON fit "
                               "BEGIN SELECT RAISE(ABORT, 'no room'); END",
                               nullptr, nullptr, nullptr) == SQLITE_OK);
            sqlite3_close(store);
        }
        return false;
    };
    std::deque<Asked> asked;
    Trouble all_at_once;
    all_at_once.launch_fits = 24;
    CHECK_THROWS_WITH(small::run(small::study(), folder.path(), {all_at_once}, asked, options),
                      Contains("no room"));
    CHECK(small::stored(folder.path()) == 0);
    CHECK(outcome(folder.path()) == "failed");
}

TEST_CASE("a device weak in float64 multiplies in float32, and the run's record says so", "[run]")
{
    auto const stored = [](std::string const& gram, int ratio, small::Folder const& folder) {
        Study const study =
            small::study({"study.n=[64]", "study.replicates=1", "start.starts=1", "start.blind=0",
                          "estimator={kind=\"lse\"}", "estimator.gram=" + gram});
        Trouble device;
        device.float64_ratio = ratio;
        std::deque<Asked> asked;
        small::run(study, folder.path(), {device}, asked);
        return Store::open(folder.path());
    };
    small::Folder strong, weak, chosen;
    Store const exact = stored("\"auto\"", 2, strong), by_device = stored("\"auto\"", 64, weak),
                by_key = stored("\"float32\"", 2, chosen);
    std::string const level = exact.runs().back().simd;
    CHECK(by_device.runs().back().simd == level + ", float32 products");
    CHECK(by_key.runs().back().simd == level); // the cells say it
    std::vector<FitRow> const a = small::all_fits(exact), b = small::all_fits(by_device),
                              c = small::all_fits(by_key);
    REQUIRE(a.size() == b.size());
    REQUIRE(a.size() == c.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].cell == b[i].cell);
        CHECK_FALSE(small::same(a[i].at(at_fit).theta, b[i].at(at_fit).theta));
    }
    std::set<std::string> cells;
    for (FitRow const& fit : a)
        cells.insert(fit.cell);
    for (FitRow const& fit : c)
        CHECK(cells.count(fit.cell) == 0);
}

TEST_CASE("a GPU that is asked for cuBLAS multiplies factors, and the run's record says so",
          "[run]")
{
    Study const study =
        small::study({"study.n=[64]", "study.replicates=2", "start.starts=1", "start.blind=0",
                      "estimator={kind=\"lse\"}", "estimator.gram=\"cublas\""});
    auto const run = [&](bool cuda, small::Folder const& folder, Asked& asked) {
        Trouble device;
        device.cuda = cuda;
        std::deque<Asked> all;
        small::run(study, folder.path(), {device}, all);
        asked = all.front();
        return Store::open(folder.path());
    };
    small::Folder first, second;
    Asked on_board, on_cpu;
    Store const board = run(true, first, on_board), cpu = run(false, second, on_cpu);
    CHECK(on_board.calls["product"] > 0);
    CHECK(on_board.calls["gram"] < on_cpu.calls["gram"]); // polishing's alone
    CHECK(on_cpu.calls["product"] == 0);
    CHECK(board.runs().back().simd == cpu.runs().back().simd + ", cuBLAS products");
    std::vector<FitRow> const a = small::all_fits(board), b = small::all_fits(cpu);
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].cell == b[i].cell);
        CHECK(a[i].at(at_fit).mse == Approx(b[i].at(at_fit).mse).epsilon(2e-8));
    }
}
