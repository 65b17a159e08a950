#include "host/rates/certificates.h"
#include "host/rates/rates.h"
#include "host/rates/verdict.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// Fits of the curve "softmax" (18 parameters) at the study's n = 100 and 1000, four at each.
std::vector<FitsAt> fits(std::function<void(FitRow&, int n)> const& change)
{
    Study const study = tiny_study();
    std::vector<FitsAt> all;
    for (int const n : study.n) {
        all.push_back({n, {}});
        for (int r = 0; r < 4; ++r) {
            all.back().fits.push_back(fit_row(study, study.curves[0], n, r, 0.1));
            all.back().fits.back().admissible = true;
            change(all.back().fits.back(), n);
        }
    }
    return all;
}

std::string reason(std::vector<FitsAt> const& all)
{
    return texts_of(fit_reasons(tiny_study().curves[0], all, true)).value_or("");
}

} // namespace

TEST_CASE("shares are over the fits that did not fail and know")
{
    auto const all = fits([](FitRow& fit, int n) {
        if (fit.replicate == 0)
            fit.status = FitStatus::diverged; // counts nowhere
        if (fit.replicate != 1)
            fit.certified = fit.replicate != 2;
        fit.facts.at_bound = n == 100 && fit.replicate != 1 ? 1 : 0;
        fit.facts.stationary = fit.replicate == 1;
        if (fit.replicate != 1)
            fit.facts.best = true;
        fit.excess =
            fit.replicate == 3 ? std::numeric_limits<double>::quiet_NaN() : -n * fit.replicate;
        fit.facts.won = fit.replicate == 3 ? 0 : 5;
        if (fit.replicate != 2)
            fit.add_point({at_oracle, {}, 0, {}, {}, true});
    });
    CHECK(certified_share(all) == 0.5); // 3 of 2, 3
    CHECK(stationary_share(all) == 1. / 3);
    CHECK(best_share(all) == 1.0);
    CHECK(mean_excess(all) == std::vector<double>{-150, -1.5 * all[1].n}); // of 1 and 2
    CHECK(near_start_won(all) == 0.5);                                     // 3 of 1, 3
    CHECK(box_share(all) == std::vector<double>{2. / 3, 0});               // 2, 3 of 1, 2, 3
    auto const none = fits([](FitRow&, int) {});
    CHECK_FALSE(certified_share(none));
    CHECK_FALSE(near_start_won(none));
    CHECK_FALSE(stationary_share(none));
    CHECK_FALSE(best_share(none));
    CHECK_FALSE(rank_range(none));
    CHECK(box_share(none) == std::vector<double>{0, 0});
}

TEST_CASE("a slope needs ten samples a rank, and fits inside the box")
{
    auto const with_rank = [](int rank) {
        return fits([=](FitRow& fit, int) { fit.facts.rank = rank - fit.replicate; });
    };
    CHECK_THAT(reason(fits([](FitRow&, int) {})),
               Contains("n = 100 is below 10 p = 180") && Contains("not known for sgd"));
    CHECK(reason(with_rank(10)).empty());
    CHECK_THAT(reason(with_rank(11)), Contains("n = 100 is below 10 rank = 110"));
    CHECK(rank_range(with_rank(10)) == std::pair(7, 10));
    auto const on_box = fits([](FitRow& fit, int n) {
        fit.facts.rank = 5;
        fit.facts.at_bound = n == 1000 && fit.replicate == 0 ? 2 : 0;
    });
    CHECK_THAT(reason(on_box), Contains("a parameter is on the box in 1 of 4 fits at n = 1000"));
}

TEST_CASE("fits that are not stationary are told by how they ended")
{
    CHECK(not_stationary(fits([](FitRow&, int) {})).empty());
    auto const all = fits([](FitRow& fit, int) {
        fit.facts.stationary = fit.replicate == 0;
        fit.facts.ended = fit.replicate == 1 ? "stuck" : "slow";
    });
    CHECK(not_stationary(all) == "slow in 4, stuck in 2");
}
