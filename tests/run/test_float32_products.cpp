// Least squares by products in float32: what a fit ends with is of float64.

#include "host/study/identity.h"
#include "tests/places.h"
#include "tests/run/runs.h"

using namespace moerate;

namespace
{

/// Fits that are ended after so few rounds, by these products.
std::vector<FitRow> ended(int rounds, std::string const& gram, std::string const& folder)
{
    std::vector<std::string> const settings = {"study.replicates=12",
                                               "study.n=[200]",
                                               "study.regression_samples=100",
                                               "start.starts=1",
                                               "start.blind=0",
                                               "start.scale=1.0",
                                               "estimator.iterations=" + std::to_string(rounds),
                                               "estimator.gram=\"" + gram + "\""};
    Study const study = read_study(MOE_SOURCE_DIR "/experiments/check-exact.toml", settings);
    small::run(study, folder);
    Store const store = Store::open(folder);
    return store.fits(cell_id(study, study.curves[0], 200), false);
}

} // namespace

TEST_CASE("a fit that ends after a refused trial has the gain of its point, by products in float32")
{
    for (int const rounds : {6, 7}) { // replicates 1, 6 and 8 end after a trial that was refused
        small::Folder single, exact;
        std::vector<FitRow> const a = ended(rounds, "float32", single.path()),
                                  b = ended(rounds, "float64", exact.path());
        REQUIRE(a.size() == 12);
        REQUIRE(b.size() == a.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            INFO("rounds " << rounds << ", replicate " << a[i].replicate);
            // The points differ by the roundings of some rounds; gains off by that, not by factors.
            CHECK(a[i].facts.predicted_gain == Approx(b[i].facts.predicted_gain).epsilon(0.05));
        }
    }
}
