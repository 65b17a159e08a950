// Losses against the truth in the fitted families, where versions before had another measure.

#include "host/store/sqlite.h"
#include "tests/run/runs.h"

#include <cmath>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

constexpr char ridge[] =
    "{ score = \"ridge\", activation = \"identity\", normalizer = \"softmax\" }";
constexpr char quadratic[] = "{ score = \"quadratic\", normalizer = \"softmax\" }";

/// Linear scores by ridge, fitted by quadratic ones, from the truth.
Study ridge_study()
{
    return small::study({std::string("truth.gate=") + ridge,
                         std::string("fit.softmax.gate=") + quadratic,
                         std::string("fit.sigmoid.gate=") + quadratic,
                         "fit.softmax.loss=\"quadratic.L1\"", "fit.softmax.target=\"projection\"",
                         "fit.sigmoid.loss=\"quadratic.L1\"", "fit.sigmoid.experts=2",
                         "start.kind=\"truth\"", "study.n=[64,128]", "study.replicates=2"});
}

/// Makes of a store one of a version before, which had called its losses "projection".
void make_old(std::string const& folder)
{
    sqlite::Database database(folder + "/store.sqlite", sqlite::Database::Mode::write);
    database.execute("UPDATE loss SET target = 'projection', value = value + 1 "
                     "WHERE target = 'projection 2'");
}

std::vector<std::string> targets_at(Point const& point)
{
    std::vector<std::string> targets;
    for (LossRow const& row : point.losses)
        targets.push_back(row.key.target);
    return targets;
}

} // namespace

TEST_CASE("a ridge truth with the identity is itself in the parameters of quadratic gates", "[run]")
{
    small::Folder folder;
    small::run(ridge_study(), folder.path());
    int seen = 0;
    for (FitRow const& fit : small::all_fits(Store::open(folder.path())))
        for (LossRow const& row : fit.at(at_start).losses)
            if (row.key.target != "truth") {
                CHECK(row.record.value < 1e-5); // float32
                ++seen;
            }
    CHECK(seen == 4);
}

TEST_CASE(
    "losses that versions before measured against a wrong measure are kept, and measured anew",
    "[run]")
{
    small::Folder folder;
    Study const study = ridge_study();
    small::run(study, folder.path());
    std::string const before = small::rates_text(folder.path());
    make_old(folder.path());
    std::vector<FitRow> const old = small::all_fits(Store::open(folder.path()));
    {
        std::vector<RateRow> const rows = rates(Store::open(folder.path()));
        CHECK(rows[0].target == "projection");
        CHECK_FALSE(std::isfinite(rows[0].mean.slope));
        CHECK_THAT(rates_to_json(rows).dump(), Contains("is not measured yet"));
    }
    RunReport const report = small::run(study, folder.path());
    CHECK(report.fits == 0);
    CHECK(report.losses == 2 * 2 * 2); // at the start and at the fit
    CHECK(small::rates_text(folder.path()) == before);
    std::vector<FitRow> const now = small::all_fits(Store::open(folder.path()));
    REQUIRE(now.size() == old.size());
    for (std::size_t i = 0; i < now.size(); ++i)
        for (Point const& point : old[i].points) {
            Point later = now[i].at(point.at);
            if (targets_at(point) == std::vector<std::string>{"projection"}) {
                CHECK(targets_at(later) == std::vector<std::string>{"projection", "projection 2"});
                later.losses.resize(1);
            }
            CHECK(small::same(later, point));
        }
}
