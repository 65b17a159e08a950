// Fits of a truth that moves with n: all that is measured against it is of the truth at that n.

#include "host/rates/samples.h"
#include "host/run/reference.h"
#include "host/run/truth_facts.h"
#include "host/study/truth.h"
#include "tests/places.h"
#include "tests/run/runs.h"

#include <fmt/format.h>

using namespace moerate;

namespace
{

std::string const path_measure =
    R"({ d = 3, gate = { score = "linear", normalizer = "softmax" }, expert = { form = "ridge", )"
    R"(activation = "relu" }, atoms = [{ gate = { w = [1.0, 0.0, -1.0], b = 0.5 }, expert = { a = )"
    R"([2.0, 0.0, 1.0], b = 0.1 } }, { gate = { w = [0.0, 2.0, 0.0], b = 0.0 }, expert = { a = )"
    R"([-1.0, 1.0, 0.0], b = -0.2 } }] })";

/// The small study with its truth on a path; its losses are those of exact fits.
Study moving(double exponent, std::vector<std::string> settings = {})
{
    settings.push_back("truth.path={ to = " + path_measure +
                       ", exponent = " + std::to_string(exponent) + " }");
    return small::study(settings);
}

} // namespace

TEST_CASE("a start on a truth that moves has no loss and no error at any n")
{
    small::Folder folder;
    Study const study = moving(-0.25, {"start.kind=\"truth\""});
    small::run(study, folder.path());
    Store const store = Store::open(folder.path());
    std::vector<double> before;
    for (int const n : study.n) {
        FitRow const fit = store.fits(cell_id(study, study.curves[0], n), true).at(0);
        std::vector<double> const truth = true_parameters(study, study.curves[0], n);
        Point const& start = fit.at(at_start);
        INFO("n = " << n);
        CHECK(start.risk.regression < 1e-6); // float32: shares of one atom sum to it up to rounding
        CHECK(start.losses.at(0).record.value < 1e-6);
        CHECK(start.mse == Approx(fit.mse_truth).epsilon(1e-5));
        CHECK(fit.mse_truth < 0.03); // the noise's 0.01
        CHECK(truth != before);
        before = truth;
    }
}

TEST_CASE("a path that stays at one point is that truth, on the base's data")
{
    small::Folder folder, beside;
    Study const still = moving(0),
                given = small::study({"truth={ measure = " + path_measure + " }"});
    auto const device = make_cpu_device(1);
    std::vector<TruthFacts> const facts = truth_facts(*device, still);
    CHECK(facts.at(0).atoms.at(0).response ==
          Approx(truth_facts(*device, given).at(0).atoms.at(0).response).epsilon(0.02)); // samples
    CHECK(true_parameters(still, still.curves[0], 64) == given.curves[0].truth.theta);
    small::run(still, folder.path());
    small::run(moving(-0.5), beside.path());
    FitRow const a = small::all_fits(Store::open(folder.path())).at(0),
                 b = small::all_fits(Store::open(beside.path())).at(0);
    // The noise of both is the same.
    CHECK(a.mse_truth == Approx(b.mse_truth).epsilon(1e-4));
    CHECK(a.at(at_fit).theta != b.at(at_fit).theta);
}

TEST_CASE("a replay of a fit of a moving truth is the stored one, and other losses are measured "
          "against the truth at its n")
{
    small::Folder folder, whole;
    small::run(moving(-0.25), folder.path());
    std::vector<std::string> const other = {"fit.softmax.loss=[\"softmax.L1\", \"cosine.L3\"]"};
    small::run(moving(-0.25, other), folder.path()); // measures what is stored
    small::run(moving(-0.25, other), whole.path());
    std::vector<FitRow> const later = small::all_fits(Store::open(folder.path())),
                              once = small::all_fits(Store::open(whole.path()));
    REQUIRE(later.size() == once.size());
    for (std::size_t i = 0; i < later.size(); ++i)
        CHECK(small::same(later[i], once[i]));
}

TEST_CASE("what is said of a moving truth is so at the n that it names")
{
    auto const atoms = [](double w, double b) {
        return fmt::format(
            R"({{ d = 1, gate = {{ score = "linear", normalizer = "softmax" }}, expert = {{ )"
            R"(form = "ridge", activation = "relu" }}, atoms = [{{ gate = {{ w = [{0}], b = {1} )"
            R"(}}, expert = {{ a = [1.0], b = 0.1 }} }}, {{ gate = {{ w = [2.0], b = 0.0 }}, )"
            R"(expert = {{ a = [-1.0], b = 0.2 }} }}] }})",
            w, b);
    };
    // At n the base and n^-1/2 of the way: w = 1 - 64 n^-1/2 is 0 at 4096 alone, b = 6400 n^-1/2 is
    // 800 at 64, beyond e^709, and 100 at 4096.
    auto const at = [&](double to_w, double to_b) {
        return small::study({"data.d=1", "study.n=[64, 4096]", "fit.sigmoid.loss=\"sigmoid.D1\"",
                             "truth={ measure = " + atoms(1, 0) +
                                 ", path = { to = " + atoms(to_w, to_b) + ", exponent = -0.5 } }"});
    };
    Study const wide = at(1, 6400);
    Curve const& softmax = wide.curves[0];
    CHECK_THAT(beyond_float64(wide, softmax, softmax.losses[0]),
               Catch::Contains("true atom 1 at n = 64 is e^800"));
    CHECK_THAT(describe(at(-63, 0)), Catch::Contains("w* != 0 (at n = 64)"));
    // One atom whose gate is constant on all of the path.
    CHECK_THAT(describe(small::study({"fit.sigmoid.loss=\"sigmoid.D1\""})),
               !Catch::Contains("does not apply to this truth"));
}

TEST_CASE("the two points of a minimax experiment have one function, and beside it they have not")
{
    auto const device = make_cpu_device(1);
    int read = 0;
    for (auto const& entry : std::filesystem::directory_iterator(MOE_SOURCE_DIR "/experiments")) {
        std::string const file = entry.path().string();
        if (entry.path().extension() != ".toml" || file.find("minimax-") == std::string::npos)
            continue;
        ++read;
        CAPTURE(file);
        Study const study = read_study(file);
        auto const values = [&](Curve const& curve, int n) {
            return Reference<double>(*device, true_measure(study, curve, n),
                                     truth_key(study, curve), 200)
                .f.download();
        };
        for (Curve const& curve : study.curves) {
            // The other end of the same path is where the sweep leaves it.
            Curve still = curve;
            still.truth.path->exponent = 0;
            std::vector<double> const a = values(curve, study.n.back()), b = values(still, 1);
            double most = 0;
            for (std::size_t i = 0; i < a.size(); ++i)
                most = std::max(most, std::fabs(a[i] - b[i]));
            CAPTURE(curve.label);
            if (curve.truth.path->exponent == 0 || curve.fit == study.curves[0].fit)
                CHECK(most < 1e-13); // a few roundings of values near 1
            else
                CHECK(most > 1e-3);
        }
    }
    CHECK(read == 9);
}
