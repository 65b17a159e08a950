// Losses of stored fits: in blocks, within the device's memory.

#include "host/run/remeasure.h"
#include "host/run/results.h"
#include "host/study/sizes.h"
#include "tests/run/runs.h"

using namespace moerate;
using Catch::Matchers::Contains;
using small::Asked;
using small::Trouble;

namespace
{

/// 40 stored fits of one cell, and a study that asks for one loss more.
struct Grown
{
    std::vector<std::string> settings = {"study.n=[64]", "study.replicates=40"};
    Study before = small::study(settings);
    Study after = small::study(with_loss());
    small::Folder folder;
    Grown() { small::run(before, folder.path()); }

    std::vector<std::string> with_loss() const
    {
        std::vector<std::string> more = settings;
        more.push_back("fit.softmax.loss=[\"softmax.L1\",\"softmax.L2r\"]");
        return more;
    }

    /// The run on one fake device: measures on fits that are stored, and fits nothing.
    RunReport run(Trouble const& trouble, Asked& asked, RunOptions const& options = {}) const
    {
        std::deque<Asked> all;
        RunReport const report = small::run(after, folder.path(), {trouble}, all, options);
        asked = all.front();
        CHECK(report.fits == 0);
        return report;
    }

    /// Compares with a run that had the loss from the beginning.
    void check() const
    {
        small::Folder whole;
        small::run(after, whole.path());
        CHECK(small::rates_text(whole.path()) == small::rates_text(folder.path()));
        std::vector<FitRow> const rows = small::all_fits(Store::open(folder.path()));
        REQUIRE(rows.size() == 80);
        for (FitRow const& row : rows)
            for (Point const& point : row.points)
                CHECK(point.losses.size() == (point.losses[0].key.name == "softmax.L1" ? 2 : 1));
    }
};

/// A device that does all fits at once, whatever its speed.
Trouble at_once()
{
    Trouble trouble;
    trouble.launch_fits = 40;
    return trouble;
}

} // namespace

TEST_CASE("losses of stored fits are measured in blocks", "[run]")
{
    Grown const grown;
    Asked asked;
    RunOptions options;
    options.block_jobs = 7;
    RunReport const report = grown.run(at_once(), asked, options);
    CHECK(report.losses == 2 * 40);
    CHECK(asked.calls["loss"] == 6); // 40 fits, 7 at once
    grown.check();
}

TEST_CASE("losses of stored fits keep to the memory that is free", "[run]")
{
    Grown const grown;
    std::size_t const need = loss_bytes(grown.after.curves[0], 2); // of one fit, both its losses
    Trouble little = at_once();
    little.memory = 2 * 16 * need; // half of it is used: some 15 fits at once
    Asked asked;
    RunReport const report = grown.run(little, asked);
    CHECK(report.losses == 2 * 40);
    CHECK(asked.too_large == 0);
    CHECK(asked.peak <= little.memory / 2);
    CHECK(asked.calls["loss"] == 3);
    grown.check();
}

TEST_CASE("a block of losses that does not fit is halved, a single one is named", "[run]")
{
    Grown const grown;
    std::size_t const need = loss_bytes(grown.after.curves[0], 2);
    Trouble full = at_once();
    full.memory = 16 * need;
    full.claimed = std::size_t{1} << 30; // others take it in between
    Asked asked;
    RunReport const report = grown.run(full, asked);
    CHECK(report.losses == 2 * 40);
    CHECK(asked.too_large >= 1);
    CHECK(asked.too_large <= 4);
    grown.check();

    Grown const other;
    full.memory = 500;
    CHECK_THROWS_WITH(other.run(full, asked),
                      Contains("the losses of one fit of \"softmax\" n=64 do not fit on fake:0"));
    CHECK(Store::open(other.folder.path()).runs().back().outcome == "failed");
    other.run({}, asked);
    other.check();
}

TEST_CASE("measuring stops between blocks and goes on", "[run]")
{
    Grown const grown;
    Asked asked;
    RunOptions options;
    options.block_jobs = 10;
    options.stop = [left = 2]() mutable { return left-- <= 0; };
    RunReport const report = grown.run(at_once(), asked, options);
    CHECK(report.interrupted);
    CHECK(report.losses == 2 * 20);
    CHECK(grown.run({}, asked).losses == 2 * 20);
    grown.check();
}
