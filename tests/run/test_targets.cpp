// Fits that are compared with a target other than the truth, which here is handed to the block.

#include "host/run/block.h"
#include "host/study/truth.h"
#include "kernels/model/layout.h"
#include "kernels/model/shape.h"
#include "tests/run/fake_device.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <stdexcept>

using namespace moerate;

namespace
{

constexpr double shift = 0.5;

/// A study of two curves on one truth, as many fitted experts as true ones. The first one's fits
/// are to be compared with a target of their own, and have a loss against the truth as well.
Study two_targets(std::string const& start)
{
    Study study = small::study({"study.n=[64]", "study.replicates=3", "fit.softmax.experts=2",
                                "fit.sigmoid.experts=2", "truth.expert.activation=\"identity\"",
                                "start.kind=\"" + start + "\""});
    Curve& curve = study.curves[0];
    curve.target = Target::projection;
    curve.losses.push_back({curve.losses[0].choice, Target::projection, {}});
    return study;
}

/// The truth with all its experts' biases moved by `shift`: as weights add up to 1, its f is the
/// truth's and `shift`.
Measure moved_truth(Study const& study, Curve const& curve)
{
    Measure measure = true_measure(study, curve, study.n.front());
    Layout const& layout = measure.model.layout;
    for (int b = layout.expert_begin; b < layout.blocks; ++b)
        for (int i = 0; layout.block[b].role == Role::expert_bias && i < layout.block[b].rows; ++i)
            measure.theta[static_cast<std::size_t>(layout.block[b].offset + i)] += shift;
    return measure;
}

/// The fits of a study whose own target is that truth.
template <class Real>
std::vector<FitRow> fits_of(Study const& study, small::Asked& asked)
{
    small::FakeDevice device(0, {}, asked);
    Plan const plan = make_plan(study);
    Curve const& curve = study.curves[0];
    auto const truth = reference_of<Real>(device, study, curve, study.n.front(), Target::truth);
    Reference<Real> const moved(device, moved_truth(study, curve), truth_key(study, curve),
                                study.regression_samples);
    std::vector<Job> const jobs = missing_jobs(study, plan, nullptr);
    JobBlock<Real> block(device, study, plan, jobs,
                         [&](Curve const&, int, Target target) -> Reference<Real> const& {
                             return target == Target::truth ? truth : moved;
                         });
    block.fit();
    block.risk();
    return block.rows();
}

/// A loss of a point against a target.
double loss(Point const& point, std::string const& target)
{
    for (LossRow const& row : point.losses)
        if (row.key.target == target)
            return row.record.value;
    return NAN;
}

} // namespace

TEMPLATE_TEST_CASE("a fit starts from its own reference and is compared with it", "[run]", float,
                   double)
{
    Study const study = two_targets("target");
    small::Asked asked;
    std::vector<FitRow> const rows = fits_of<TestType>(study, asked);
    REQUIRE(rows.size() == 6);
    Measure const truth = true_measure(study, study.curves[0], study.n.front());
    double mass = 0; // of all atoms
    Block const* const bias = find_block(truth.model.layout, parameter_id('g', "b"));
    REQUIRE(bias != nullptr);
    for (int i = 0; i < bias->rows; ++i)
        mass += std::exp(truth.theta[static_cast<std::size_t>(bias->offset + i)]);
    double const rounding = sizeof(TestType) == sizeof(float) ? 1e-6 : 1e-14;
    for (std::size_t i = 0; i < rows.size(); i += 2) { // job by job: softmax, sigmoid
        FitRow const& row = rows[i];
        Point const &start = row.at(at_start), &end = row.at(at_fit);
        // The start is the reference; the truth is `shift` away in each atom's expert.
        CHECK(loss(start, "projection") < 10 * rounding);
        CHECK(loss(start, "truth") == Approx(mass * shift).epsilon(10 * rounding));
        CHECK(start.risk.regression < 10 * rounding);
        CHECK(start.risk.expert_exact < 10 * rounding);
        // y - f - shift = noise - shift, whose mean is 0 up to 0.1 / sqrt(64): 4 sd
        CHECK(start.mse == Approx(row.mse_truth + shift * shift).margin(2 * shift * 4 * 0.1 / 8));
        CHECK(row.excess == 64 * (end.mse - start.mse) / 0.01);
        CHECK(row.admissible == (end.mse <= start.mse));
        CHECK(loss(end, "truth") != loss(end, "projection"));
    }
}

TEST_CASE("what other fits of a job are compared with changes none of theirs", "[run]")
{
    small::Asked asked, plain_asked;
    Study const study = two_targets("near");
    Study plain = study;
    plain.curves[0].target = Target::truth;
    std::vector<FitRow> const rows = fits_of<float>(study, asked);
    std::vector<FitRow> const other = fits_of<float>(plain, plain_asked);
    REQUIRE(rows.size() == other.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(small::same(rows[i], other[i]) == (i % 2 == 1));
        CHECK(rows[i].mse_truth == other[i].mse_truth);
    }
    // Starts are as far from their targets as those of the truth: all have the same noise.
    Measure const truth = true_measure(study, study.curves[0], study.n.front());
    Measure const moved = moved_truth(study, study.curves[0]);
    for (std::size_t i = 0; i < rows.size(); i += 2)
        for (std::size_t p = 0; p < truth.theta.size(); ++p)
            CHECK(rows[i].at(at_start).theta[p] - moved.theta[p] ==
                  Approx(other[i].at(at_start).theta[p] - truth.theta[p]).margin(1e-6));
}

TEST_CASE("each other reference is evaluated once a job", "[run]")
{
    Study study = two_targets("near");
    study.curves[1].target = Target::projection; // both curves have it
    small::Asked asked, plain_asked;
    fits_of<float>(study, asked);
    study.curves[0].target = study.curves[1].target = Target::truth;
    fits_of<float>(study, plain_asked);
    CHECK(asked.calls["evaluate"] == plain_asked.calls["evaluate"] + 1); // one list
    double const more = asked.work["evaluate"] - plain_asked.work["evaluate"];
    CHECK(more == 3 * 64 * flops_per_prediction(study.curves[0].truth.model));
}

TEST_CASE("a start on the truth does not follow the fit's own target", "[run]")
{
    small::Asked asked;
    std::vector<FitRow> const rows = fits_of<float>(two_targets("truth"), asked);
    for (std::size_t i = 0; i < rows.size(); i += 2) {
        Point const& start = rows[i].at(at_start);
        CHECK(loss(start, "truth") < 1e-5);
        CHECK(start.risk.regression == Approx(shift).epsilon(1e-5)); // of its own reference
        CHECK(start.mse == Approx(rows[i].mse_truth).epsilon(1e-5));
    }
}

TEST_CASE("the target of a fit is part of its cell's identity", "[run]")
{
    Study const study = two_targets("near");
    Curve plain = study.curves[0];
    plain.target = Target::truth;
    CHECK(cell_id(study, study.curves[0], 64) != cell_id(study, plain, 64));
    Curve other = plain;
    other.losses.clear(); // those of losses are not
    CHECK(cell_id(study, other, 64) == cell_id(study, plain, 64));
}

TEST_CASE("a target that nothing makes is refused", "[run]")
{
    Study const study = two_targets("near");
    // The sigmoid gate does not hold the softmax truth, and nothing has searched for a projection.
    CHECK_THROWS_AS(target_measure(study, study.curves[1], study.n.front(), Target::projection),
                    std::logic_error);
    for (Target const target : {Target::truth, Target::projection})
        CHECK(target_measure(study, study.curves[0], study.n.front(), target).theta ==
              true_parameters(study, study.curves[0], study.n.front()));
}
