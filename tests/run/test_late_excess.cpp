// Excess of stored fits against a projection that only a later study asks for.

#include "host/core/error.h"
#include "host/study/identity.h"
#include "tests/run/runs.h"
#include "tests/support/sanitized.h"

#include <cmath>

using namespace moerate;
using small::Asked;
using small::Trouble;

namespace
{

/// Sigmoid fits of a softmax of `experts` atoms, against these targets.
Study aimed(std::string const& target, int experts = 3, std::vector<std::string> settings = {})
{
    settings.insert(settings.end(),
                    {"study.n=[32,64]", "study.replicates=3", "data.noise_variance=9.0",
                     "truth.experts=" + std::to_string(experts), "fit.sigmoid.target=" + target});
    if (target != "\"truth\"")
        settings.insert(settings.end(), {sanitized ? "target.samples=1000" : "target.samples=3000",
                                         sanitized ? "target.starts=2" : "target.starts=4"});
    return small::study(settings);
}

char const* const to_truth = "\"truth\"";
char const* const to_both = "[\"truth\", \"projection\"]";

std::vector<FitRow> curve_fits(std::string const& folder, Study const& of, int curve)
{
    std::vector<FitRow> all;
    Store const store = Store::open(folder);
    for (int const n : of.n)
        for (FitRow& row : store.fits(cell_id(of, of.curves[curve], n), true))
            all.push_back(std::move(row));
    return all;
}

} // namespace

TEST_CASE("excess does not depend on the order in which targets are asked for", "[run]")
{
    // Least squares of several starts has certificates; SGD is done in float32.
    for (std::vector<std::string> const& settings :
         {std::vector<std::string>{},
          {"estimator={ kind = \"lse\", iterations = 20 }",
           sanitized ? "start.starts=4" : "start.starts=8",
           sanitized ? "start.blind=2" : "start.blind=4"}})
    {
        small::Folder folder, fresh;
        small::run(aimed(to_truth, 3, settings), folder.path());
        std::vector<FitRow> const before =
            curve_fits(folder.path(), aimed(to_truth, 3, settings), 0);
        for (FitRow const& fit : curve_fits(folder.path(), aimed(to_truth, 3, settings), 1)) {
            CHECK(std::isnan(fit.excess));
            CHECK_FALSE(fit.admissible);
        }
        Study const later = aimed(to_both, 3, settings);
        RunReport const report = small::run(later, folder.path());
        CHECK(report.fits == 0);
        CHECK(report.compared == 2 * 3); // n, replicates
        small::run(later, fresh.path());
        small::check_same_stores(folder.path(), fresh.path());
        for (FitRow const& fit : curve_fits(folder.path(), later, 1)) {
            CHECK(std::isfinite(fit.excess));
            CHECK(fit.admissible == (fit.excess <= 0));
            CHECK(fit.certified.has_value() == !settings.empty());
        }
        std::vector<FitRow> const after = curve_fits(folder.path(), later, 0);
        for (std::size_t i = 0; i < before.size(); ++i)
            CHECK(small::same(before[i], after[i])); // its class holds the truth
        CHECK(small::run(later, folder.path()).compared == 0);
    }
}

TEST_CASE("excess comes in blocks, without parameters, and only where there is an error", "[run]")
{
    small::Folder folder, fresh;
    RunOptions bare;
    bare.keep_parameters = false;
    small::run(aimed(to_truth), folder.path(), bare);
    small::run(aimed(to_both), fresh.path(), bare);
    RunOptions options;
    options.block_jobs = 2; // of each n two blocks
    long long compared = 0;
    for (int calls = 0; calls < 20 && compared < 6; ++calls) {
        options.stop = [left = calls]() mutable { return left-- <= 0; };
        compared += small::run(aimed(to_both), folder.path(), options).compared;
    }
    CHECK(compared == 6);
    std::vector<FitRow> const late = curve_fits(folder.path(), aimed(to_both), 1);
    std::vector<FitRow> const now = curve_fits(fresh.path(), aimed(to_both), 1);
    for (std::size_t i = 0; i < now.size(); ++i)
        CHECK(small::same(late[i].excess, now[i].excess));

    // A fit without an MSE has nothing to compare, now or later.
    std::vector<std::string> const wild = {"study.max_failed=1.0", "estimator.learning_rate=1e30"};
    small::Folder failed;
    small::run(aimed(to_truth, 3, wild), failed.path());
    CHECK(small::run(aimed(to_both, 3, wild), failed.path()).compared < 6);
    CHECK(small::run(aimed(to_both, 3, wild), failed.path()).compared == 0);
}

TEST_CASE("little memory makes blocks of excess smaller", "[run]")
{
    auto const of = [&](char const* target) {
        std::vector<std::string> settings = {"study.n=[64]", "data.noise_variance=9.0",
                                             "truth.experts=3", "study.replicates=40",
                                             std::string("fit.sigmoid.target=") + target};
        if (target == to_both)
            settings.insert(settings.end(), {"target.samples=3000", "target.starts=4"});
        return small::study(settings);
    };
    small::Folder folder, fresh;
    small::run(of(to_truth), folder.path());
    {
        Store store = Store::create(folder.path(), of(to_both)); // the search needs its memory
        small::run(of(to_both), fresh.path());
        std::string const id = target_id(of(to_both), of(to_both).curves[1]);
        store.add_target(id, canonical_target(of(to_both), of(to_both).curves[1]),
                         Store::open(fresh.path()).target(id));
    }
    Trouble little;
    little.memory = 2 * 10 * 64 * 4 * sizeof(float); // half of it is used: 10 fits at once
    std::deque<Asked> asked;
    CHECK(small::run(of(to_both), folder.path(), {little}, asked).compared == 40);
    CHECK(asked.front().calls["generate"] >= 4);
    CHECK(asked.front().peak <= little.memory);
    small::check_same_stores(folder.path(), fresh.path());
}

TEST_CASE("a truth whose function the class has is what excess is of, whatever else is asked for",
          "[run]")
{
    // Two sigmoids make a softmax of two atoms.
    small::Folder folder, fresh;
    small::run(aimed(to_truth, 2), folder.path());
    CHECK(small::run(aimed(to_both, 2), folder.path()).compared == 0);
    small::run(aimed(to_both, 2), fresh.path());
    small::check_same_stores(folder.path(), fresh.path());
    for (FitRow const& fit : curve_fits(fresh.path(), aimed(to_both, 2), 1))
        CHECK((fit.excess > 0) == (fit.at(at_fit).mse > fit.mse_truth));
}
