// Fits of data without noise end where rounding decides: such fits are exact, whatever it says.

#include "host/estimate/end_distance.h"
#include "host/estimate/exact_fit.h"
#include "host/estimate/fit_status.h"
#include "tests/run/runs.h"

#include <cmath>

using namespace moerate;

namespace
{

/// Least squares of a smooth truth's own family, of nine starts, four of which are blind.
Study exactly(std::string const& noise, std::vector<std::string> settings = {})
{
    for (char const* one :
         {"study.n=[100,200]", "study.replicates=2", "truth.expert.activation=\"gelu\"",
          "truth.draw.zero_gate=[]", "truth.gate.temperature=\"learned\"",
          "fit.softmax.gate.temperature=\"learned\"", "fit.softmax.loss=\"temperature.L4\"",
          "fit.softmax.experts=2", "fit.sigmoid.experts=2", "estimator={ kind = \"lse\" }",
          "start.starts=8", "start.blind=4"})
        settings.emplace_back(one);
    settings.push_back("data.noise_variance=" + noise);
    return small::study(settings);
}

std::vector<FitRow> exact_study_fits(Study const& study)
{
    small::Folder folder;
    small::run(study, folder.path());
    return small::all_fits(Store::open(folder.path()));
}

} // namespace

TEST_CASE("ends whose errors are rounding are one minimum", "[run]")
{
    double const least = rounding_mse<double>(0.5);
    CHECK(least == Approx(std::pow(64 * std::pow(2.0, -53), 2) / 2));
    CHECK(rounding_mse<float>(0.5) == Approx(std::pow(64 * std::pow(2.0, -24), 2) / 2));
    CHECK(above_least(0.9 * least, 0.1 * least, 1000000, 6, least) == 0);
    CHECK(above_least(2 * least, 0.1 * least, 106, 6, least) == Approx(100));
    CHECK(above_least(3, 2, 10, 6, least) == above_least(3, 2, 10, 6));
    CHECK(std::isnan(above_least(std::nan(""), 2, 10, 6, least)));
    CHECK(status_of(true, {0.5 * least, 0, 0.5, least}) == FitStatus::ok);
    CHECK(status_of(true, {1.5 * least, 0, 0.5, least}) == FitStatus::no_descent);
    CHECK(status_of(true, {0.5 * least, 0, 0.5}) == FitStatus::no_descent);
}

TEST_CASE("exact fits of data without noise are admissible, stationary and one another's", "[run]")
{
    int exact = 0;
    for (FitRow const& fit : exact_study_fits(exactly("0.0"))) {
        double const mse = fit.at(at_fit).mse;
        if (mse > 1e-30) // no exact fit
            continue;
        ++exact;
        CHECK(fit.admissible == true);
        CHECK(fit.facts.stationary == true);
        CHECK(fit.status == FitStatus::ok);
        CHECK(std::isnan(fit.excess));
        for (StartRecord const& start : fit.facts.starts)
            if (start.mse < 1e-30)
                CHECK(start.above == 0);
    }
    CHECK(exact >= 4); // the softmax, by its start near the truth
    // What starts at the truth ends there.
    for (FitRow const& fit : exact_study_fits(exactly("0.0", {"start.kind=\"truth\""})))
        if (fit.at(at_start).mse < 1e-30)
            CHECK(fit.status == FitStatus::ok);
}

TEST_CASE("with noise, however little, no error is called rounding", "[run]")
{
    // n < p: the fits interpolate, so that their errors are rounding indeed.
    for (std::string const noise : {"1e-26", "0.01"})
        for (FitRow const& fit : exact_study_fits(exactly(noise, {"study.n=[8,100]"}))) {
            double const mse = fit.at(at_fit).mse;
            CHECK(fit.facts.stationary == (fit.facts.predicted_gain <= 0.01));
            if (fit.admissible)
                CHECK(fit.admissible == (mse - fit.mse_truth <= 0));
            double least = mse;
            for (StartRecord const& start : fit.facts.starts)
                least = std::fmin(least, start.mse);
            for (StartRecord const& start : fit.facts.starts)
                CHECK((start.above == 0) == !(start.mse > least));
        }
}
