// A study whose curves are of both precisions.

#include "tests/run/runs.h"

using namespace moerate;

namespace
{

/// The small study with one of its curves only, in float64 where asked.
Study alone(std::string const& label, bool float64)
{
    std::string text = small::text;
    std::string const other = label == "softmax" ? "sigmoid" : "softmax";
    std::size_t const begin = text.find("[[fit]]\nlabel = \"" + other);
    REQUIRE(begin != std::string::npos);
    std::size_t const next = text.find("[[fit]]", begin + 1);
    text.erase(begin, next == std::string::npos ? next : next - begin);
    return parse_study(
        text, "alone.toml",
        {std::string("estimator.precision=") + (float64 ? "\"float64\"" : "\"float32\"")});
}

Study both()
{
    return small::study({"fit.sigmoid.estimator.precision=\"float64\""});
}

} // namespace

TEST_CASE("curves of two precisions are stored as those of a study each", "[run]")
{
    small::Folder together, softmax, sigmoid;
    CHECK(small::run(both(), together.path()).fits == 24);
    small::run(alone("softmax", false), softmax.path());
    small::run(alone("sigmoid", true), sigmoid.path());
    CHECK(small::stored(softmax.path()) == 12);
    CHECK(small::stored(sigmoid.path()) == 12);
    small::check_part(together.path(), softmax.path());
    small::check_part(together.path(), sigmoid.path());
}

TEST_CASE("a curve of the other precision is added to stored fits", "[run]")
{
    small::Folder whole, grown;
    small::run(both(), whole.path());
    Study const first = alone("softmax", false);
    small::run(first, grown.path());
    Study const study = both();
    Plan const plan = make_plan(study);
    {
        Store const store = Store::open(grown.path());
        for (Job const& job : missing_jobs(study, plan, &store)) {
            REQUIRE(job.cells.size() == 1);
            CHECK(in_float64(study, plan, job.cells[0]));
        }
    }
    RunReport const report = small::run(study, grown.path());
    CHECK(report.fits == 12);
    CHECK(report.reused == 12);
    small::check_part(whole.path(), grown.path());
    CHECK(small::stored(grown.path()) == 24);
}

// Both precisions have the same draws: inputs are equal, and what is made of them but for rounding.
TEST_CASE("fits of both precisions are paired", "[run]")
{
    Study const study = small::study({"fit.sigmoid.estimator.precision=\"float64\"",
                                      "fit.sigmoid.gate.normalizer=\"softmax\"",
                                      "fit.sigmoid.loss=\"softmax.L1\""});
    small::Folder folder;
    small::run(study, folder.path());
    std::vector<FitRow> const rows = small::all_fits(Store::open(folder.path()));
    REQUIRE(rows.size() == 24);
    int pairs = 0;
    for (FitRow const& row : rows) {
        for (FitRow const& other : rows) {
            if (row.cell >= other.cell || row.replicate != other.replicate ||
                std::fabs(row.mse_truth - other.mse_truth) > 1e-6)
                continue;
            ++pairs;
            CHECK(other.at(at_start).mse == Approx(row.at(at_start).mse).epsilon(1e-4));
            CHECK(other.at(at_fit).mse == Approx(row.at(at_fit).mse).epsilon(1e-3));
        }
    }
    CHECK(pairs == 12);
}
