#include "host/store/sqlite.h"
#include "tests/places.h"
#include "tests/run/runs.h"

#include <filesystem>

using namespace moerate;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace
{

Study with(Store const& store, std::vector<std::string> const& settings)
{
    return parse_study(store.study_text(), "stored", settings);
}

/// Rates of a store's fits, as the study asked for them at first.
std::string first_rates(Store const& store)
{
    return rates_to_json(
               rates(store, with(store, {"study.replicates=3", "fit.softmax.gauge=\"align\""})))
        .dump();
}

} // namespace

TEST_CASE("a run goes on with a store of format 1", "[run]")
{
    small::Folder folder;
    std::filesystem::copy_file(MOE_SOURCE_DIR "/tests/store/format1/store.sqlite",
                               folder.path() + "/store.sqlite");
    std::vector<FitRow> before;
    std::string rates_before;
    Study more;
    {
        Store const store = Store::open(folder.path());
        before = small::all_fits(store);
        rates_before = first_rates(store);
        more = with(store, {"study.replicates=5", "fit.softmax.gauge=\"none\""});
    }
    RunReport const report = small::run(more, folder.path());
    CHECK(report.reused == 18); // 3 curves, 2 n, 3 replicates
    CHECK(report.fits == 12);
    CHECK(report.losses == 2 * 2 * 6); // both losses without gauge, at start and fit
    Store const store = Store::open(folder.path());
    CHECK(small::all_fits(store).size() == 30);
    for (FitRow const& old : before) {
        CAPTURE(old.cell, old.replicate);
        std::vector<FitRow> now = store.fits(old.cell, true, {old.replicate, old.replicate});
        REQUIRE(now.size() == 1);
        for (Point& point : now[0].points)
            point.losses.resize(old.at(point.at).losses.size()); // those without gauge follow
        CHECK(small::same(now[0], old));
    }
    CHECK(first_rates(store) == rates_before);
}

TEST_CASE("a run on fits of a gate whose sums had another order says so, and records its own",
          "[run]")
{
    char const* const gate = "={score=\"attention\", normalizer=\"softmax\", rank=2}";
    std::vector<std::string> settings = {"truth.draw={gate_variance=1.0, expert_variance=1.0}",
                                         "fit.sigmoid.loss=\"softmax.L1\""};
    for (char const* const key : {"truth.gate", "fit.softmax.gate", "fit.sigmoid.gate"})
        settings.push_back(std::string(key) + gate);
    small::Folder folder;
    auto const run = [&](int replicates) {
        std::vector<std::string> warnings;
        RunOptions options;
        options.warn = [&](std::string const& text) { warnings.push_back(text); };
        std::vector<std::string> more = settings;
        more.push_back("study.replicates=" + std::to_string(replicates));
        small::run(small::study(more), folder.path(), options);
        return warnings;
    };
    CHECK(run(1).empty());
    CHECK(run(2).empty());
    { // as versions before wrote it
        sqlite::Database store(folder.path() + "/store.sqlite", sqlite::Database::Mode::write);
        store.execute("UPDATE run SET simd = 'x86-64' WHERE id = 1");
    }
    std::vector<std::string> const warnings = run(3);
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0], Contains("differ in rounding") && Contains(", attention 2 ("));
    Store const store = Store::open(folder.path());
    CHECK(store.runs()[0].simd == "x86-64");
    CHECK_THAT(store.runs()[2].simd, Contains("x86-64-v") && EndsWith(", attention 2"));
    small::Folder other; // no such gate: the level alone
    small::run(small::study(), other.path());
    CHECK_THAT(Store::open(other.path()).runs()[0].simd, !Contains(","));
}

TEST_CASE("runs with full batches record that a CPU takes samples as they stand", "[run]")
{
    auto const level_with = [](std::vector<std::string> const& settings) {
        small::Folder folder;
        small::run(small::study(settings), folder.path());
        return Store::open(folder.path()).runs()[0].simd;
    };
    CHECK_THAT(level_with({"estimator.batch=\"full\""}), EndsWith(", full batch 2"));
    CHECK_THAT(level_with({"study.n=[32]", "estimator.batch=32"}), EndsWith(", full batch 2"));
    // at one of its n
    CHECK_THAT(level_with({"study.n=[20,40]", "estimator.batch=20"}), EndsWith(", full batch 2"));
    CHECK_THAT(level_with({"study.n=[20,40]", "estimator.batch=16"}), !Contains(","));
    CHECK_THAT(level_with({"estimator.batch=\"full\"", "estimator.sampling=\"replacement\""}),
               !Contains(","));
}
