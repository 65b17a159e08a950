#pragma once

/// @file
/// An estimator of the tests' own: one step down the gradient of the mean square error. It takes
/// its parameters to the host and back, as an estimator that works in rounds does.

#include "host/device/slices.h"
#include "host/estimate/estimators.h"
#include "host/measure/reader.h"
#include "kernels/model/shape.h"

#include <fmt/format.h>

namespace moerate
{

class StepEstimator final : public Estimator
{
public:
    explicit StepEstimator(Reader& reader)
        : length_(reader.number("length", above(0), 0.1)),
          in_float64_(reader.word("precision", "precision", {"float32", "float64"}, "float32") == 1)
    {}

    std::string_view name() const override { return "step"; }
    std::string text() const override { return fmt::format("one step of length {}", length_); }
    nlohmann::json settings() const override
    {
        return {{"length", length_}, {"precision", in_float64_ ? "float64" : "float32"}};
    }
    bool in_float64() const override { return in_float64_; }
    FitCost cost(Model const& model, int n) const override
    {
        return {1.0 * n, n * flops_per_update(model)};
    }
    std::shared_ptr<Estimator const> limited_to(int) const override
    {
        return std::make_shared<StepEstimator>(*this);
    }
    std::vector<FitOutcome> fit(Device& device,
                                std::vector<FitRequest<float>> const& requests) const override
    {
        return fit_all(device, requests);
    }
    std::vector<FitOutcome> fit(Device& device,
                                std::vector<FitRequest<double>> const& requests) const override
    {
        return fit_all(device, requests);
    }

private:
    template <class Real>
    static std::vector<FitOutcome> fit_all(Device& device,
                                           std::vector<FitRequest<Real>> const& requests)
    {
        Slices<Real> gradients;
        for (auto const& request : requests)
            gradients.add(static_cast<std::size_t>(request.problem.model.layout.size));
        gradients.allocate(device);
        std::vector<EvaluateTask<Real>> tasks;
        for (auto const& [by, fit] : requests)
            tasks.push_back({fit.model, fit.theta, fit.n, fit.x, fit.y, nullptr, nullptr,
                             gradients.at(static_cast<int>(tasks.size())), nullptr});
        device.run(tasks);
        std::vector<Real> const gradient = gradients.download();
        for (std::size_t i = 0; i < requests.size(); ++i) {
            auto const& [by, fit] = requests[i];
            std::vector<Real> theta(static_cast<std::size_t>(fit.model.layout.size));
            std::size_t const bytes = theta.size() * sizeof(Real);
            device.download(theta.data(), fit.theta, bytes);
            for (std::size_t p = 0; p < theta.size(); ++p)
                theta[p] -= static_cast<Real>(static_cast<StepEstimator const&>(*by).length_) *
                            gradient[gradients.offset(static_cast<int>(i)) + p];
            device.upload(fit.theta, theta.data(), bytes);
        }
        return std::vector<FitOutcome>(requests.size(), FitOutcome{true, {1, 0}});
    }

    double length_;
    bool in_float64_;
};

/// Its entry in the list.
inline EstimatorKind step_kind()
{
    return {"step",
            "theta <- theta - length * grad[(1/n) sum (y - f(x))^2]",
            "the tests",
            {"length", "precision"},
            [](Reader& reader, SampleSizes) { return std::make_shared<StepEstimator>(reader); }};
}

/// Appends it to the list, once a program; for a constant of a test file.
inline bool add_step_estimator()
{
    estimators().push_back(step_kind());
    return true;
}

} // namespace moerate
