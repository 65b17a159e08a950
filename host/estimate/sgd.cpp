#include "host/estimate/sgd.h"

#include "host/device/device.h"
#include "host/measure/precision_check.h"
#include "kernels/model/shape.h"
#include "kernels/sgd/sgd_api.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{

using nlohmann::json;

namespace
{

class Sgd final : public Estimator
{
public:
    Sgd(Reader& reader, SampleSizes n);

    std::string_view name() const override { return "sgd"; }
    std::string text() const override;
    json settings() const override;
    bool in_float64() const override { return in_float64_; }
    std::string_view iteration() const override { return "epoch"; }
    FitCost cost(Model const& model, int n) const override;
    bool always_costs_that() const override { return true; }
    std::string arithmetic(DeviceInfo const& device) const override;
    std::shared_ptr<Estimator const> limited_to(int iterations) const override;
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
    void read_batch(Reader& reader, SampleSizes n);
    void check_steps(Reader const& reader, int largest_n) const;
    /// Settings of a fit to n samples.
    SgdSettings settings_at(int n) const;
    template <class Real>
    static std::vector<FitOutcome> fit_all(Device& device,
                                           std::vector<FitRequest<Real>> const& requests);

    SgdSettings settings_;
    bool full_batch_ = false; ///< batch = "full": settings_.batch has no meaning
    bool takes_all_ = false;  ///< at some n
    bool in_float64_ = false;
};

Sgd::Sgd(Reader& reader, SampleSizes n)
{
    settings_.epochs = reader.integer("epochs", at_least(1), 10);
    settings_.learning_rate = reader.number("learning_rate", above(0), 0.1);
    read_batch(reader, n);
    settings_.sampling = Sampling(
        reader.word("sampling", "way of sampling", {"permutation", "replacement"}, "permutation"));
    if (settings_.sampling == Sampling::replacement && settings_.epochs > most_replacement_epochs)
        reader.fail("epochs", fmt::format("= {} (sampling with replacement has random numbers for "
                                          "at most {}) lower it or use sampling = \"permutation\"",
                                          settings_.epochs, most_replacement_epochs));
    settings_.loss_factor = reader.number("loss_factor", above(0), 1.0);
    takes_all_ = takes_all(settings_at(n.least), n.least) || takes_all(settings_at(n.most), n.most);
    in_float64_ = reader.word("precision", "precision", {"float32", "float64"}, "float32") == 1;
    check_steps(reader, n.most);
}

void Sgd::read_batch(Reader& reader, SampleSizes n)
{
    json const* value = reader.find("batch");
    full_batch_ = value != nullptr && value->is_string();
    if (full_batch_) {
        reader.word("batch", "batch", {"full"});
        return;
    }
    constexpr int usual = 32;
    // Of several n the default is one number for all, as any other is.
    int const otherwise = n.least == n.most ? std::min(usual, n.least) : usual;
    settings_.batch = reader.integer("batch", at_least(1), otherwise);
    if (settings_.batch > n.least)
        reader.fail("batch",
                    fmt::format("= {}{} is larger than the smallest n = {} (a batch cannot "
                                "hold more than all samples) lower it or use \"full\"",
                                settings_.batch, value == nullptr ? " (the default)" : "",
                                n.least));
}

/// Refuses steps that the precision cannot hold.
void Sgd::check_steps(Reader const& reader, int largest_n) const
{
    PrecisionCheck const check(in_float64_);
    SgdSettings const& sgd = settings_;
    int const batch = full_batch_ ? largest_n : sgd.batch;
    check.hold(reader, "learning_rate", sgd.learning_rate, "the rate", sgd.learning_rate);
    // A minibatch has from one sample, at the end of an epoch, to `batch`.
    check.hold(reader, "loss_factor", sgd.loss_factor, "2 loss_factor", 2 * sgd.loss_factor);
    check.hold(reader, "loss_factor", sgd.loss_factor, "2 loss_factor / batch",
               2 * sgd.loss_factor / batch);
    for (int const samples : {1, batch})
        check.hold(reader, "learning_rate", sgd.learning_rate,
                   "learning_rate 2 loss_factor / batch",
                   sgd.learning_rate * (2 * sgd.loss_factor / samples));
}

std::string Sgd::text() const
{
    return fmt::format(
        "{} epochs, rate {}, batch {}, {}, objective {}/B sum (y - f)^2, {}", settings_.epochs,
        settings_.learning_rate, full_batch_ ? "n (full)" : std::to_string(settings_.batch),
        settings_.sampling == Sampling::permutation ? "a fresh permutation each epoch"
                                                    : "samples drawn with replacement",
        settings_.loss_factor, in_float64_ ? "float64" : "float32");
}

json Sgd::settings() const
{
    return {
        {"epochs", settings_.epochs},
        {"learning_rate", settings_.learning_rate},
        {"batch", full_batch_ ? json("full") : json(settings_.batch)},
        {"sampling", settings_.sampling == Sampling::permutation ? "permutation" : "replacement"},
        {"loss_factor", settings_.loss_factor},
        {"precision", in_float64_ ? "float64" : "float32"}};
}

FitCost Sgd::cost(Model const& model, int n) const
{
    double const updates = static_cast<double>(n) * settings_.epochs;
    return {updates, updates * flops_per_update(model)};
}

/// Until revision 2 a CPU, too, summed over all samples in the epoch's order.
std::string Sgd::arithmetic(DeviceInfo const& device) const
{
    return device.kind == "cpu" && takes_all_ ? "full batch 2" : "";
}

std::shared_ptr<Estimator const> Sgd::limited_to(int iterations) const
{
    auto limited = std::make_shared<Sgd>(*this);
    limited->settings_.epochs = iterations;
    return limited;
}

SgdSettings Sgd::settings_at(int n) const
{
    SgdSettings settings = settings_;
    settings.batch = full_batch_ ? n : std::min(settings.batch, n);
    return settings;
}

template <class Real>
std::vector<FitOutcome> Sgd::fit_all(Device& device, std::vector<FitRequest<Real>> const& requests)
{
    DeviceArray<SgdOutcome> const outcome(device, requests.size());
    std::vector<SgdTask<Real>> tasks;
    tasks.reserve(requests.size());
    for (auto const& [by, problem] : requests)
        tasks.push_back({problem.model, static_cast<Sgd const&>(*by).settings_at(problem.n),
                         problem.key, problem.n, problem.x, problem.y, problem.theta,
                         outcome.data() + tasks.size()});
    std::vector<double> const seconds = device.run(tasks);
    std::vector<FitOutcome> outcomes;
    outcomes.reserve(requests.size());
    std::vector<SgdOutcome> const done = outcome.download();
    for (std::size_t i = 0; i < done.size(); ++i)
        outcomes.push_back({done[i].finite != 0, {done[i].epochs, seconds[i]}});
    return outcomes;
}

} // namespace

EstimatorKind sgd_kind()
{
    return {
        "sgd",
        "theta <- theta - rate * grad[(factor/B) sum_batch (y - f(x))^2]; a learned T by that "
        "step in "
        "log T, which keeps it positive",
        "003 section 5, 001 appendix (batch = n)",
        {{"epochs", "whole number >= 1", "10", "passes over the data",
          "every sample is used once an epoch", "20"},
         {"learning_rate", "number > 0", "0.1", "1", "constant rate of the steps", "0.05"},
         {"batch", "whole number >= 1, or \"full\"", "32", "samples",
          "samples a step; \"full\": all n (gradient descent), as the default is for a single n "
          "below 32; the last step of an epoch takes what is left and averages over that",
          "\"full\""},
         {"sampling", "\"permutation\" or \"replacement\"", "\"permutation\"", "1",
          "a fresh order of all samples each epoch, or samples drawn anew for each step",
          "\"replacement\""},
         {"loss_factor", "number > 0", "1.0", "1",
          "factor of the objective (1/B) sum (y - f)^2 (0.5 is another convention)", "0.5"},
         {"precision", "\"float32\" or \"float64\"", "\"float32\"", "1",
          "in which numbers data are made and fits are done", "\"float64\""}},
        [](Reader& reader, SampleSizes n) { return std::make_shared<Sgd>(reader, n); }};
}

} // namespace moerate
