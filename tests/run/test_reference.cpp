#include "host/run/reference.h"
#include "host/study/truth.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

using namespace moerate;

TEST_CASE("references of one truth share its points, each has its own values there", "[run]")
{
    auto const device = make_cpu_device(1);
    Study const study = small::study();
    Curve const& curve = study.curves[0];
    Reference<double> const truth =
        reference_of<double>(*device, study, curve, study.n.front(), Target::truth);
    Measure flat = truth.measure;
    std::fill(flat.theta.begin(), flat.theta.end(), 0.0);
    Reference<double> const other(*device, flat, truth_key(study, curve), study.regression_samples);
    CHECK(other.x.download() == truth.x.download());
    CHECK(truth.measure.theta == true_parameters(study, curve, study.n.front()));
    CHECK(truth.f.download() != other.f.download());
    std::vector<double> const zero(static_cast<std::size_t>(study.regression_samples));
    CHECK(other.f.download() == zero); // experts of zero parameters are zero

    // The regression error of a model at the truth's parameters: 0 against the truth, E f^2 against
    // the zero function.
    auto const regression = [&](Reference<double> const& reference) {
        DeviceArray<RiskRecord> const record(*device, 1);
        device->run(std::vector<RiskTask<double>>{{truth.measure.model,
                                                   reference.measure.model,
                                                   1,
                                                   {{truth.theta.data(), record.data()}},
                                                   reference.theta.data(),
                                                   study.regression_samples,
                                                   0,
                                                   reference.x.data(),
                                                   reference.f.data(),
                                                   reference.experts.data(),
                                                   reference.weights.data()}});
        return record.download()[0].regression;
    };
    double sum = 0;
    for (double const f : truth.f.download())
        sum += f * f;
    CHECK(regression(truth) == 0);
    CHECK(regression(other) == Approx(std::sqrt(sum / study.regression_samples)));
}
