#include "host/rates/rates.h"

#include "host/rates/bootstrap.h"
#include "host/study/identity.h"
#include "kernels/family/losses.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Least sample size for a verdict, in parameters (spec.md 4 has the rank, of which the number of
/// parameters is an upper bound).
constexpr int least_samples_per_parameter = 10;

/// All stored fits of one curve at one n that the study asks for.
struct FitsAt
{
    int n;
    std::vector<FitRow> fits;
};

std::vector<FitsAt> fits_of(Store const& store, Study const& study, Curve const& curve)
{
    std::vector<FitsAt> all;
    for (int const n : study.n) {
        auto fits = store.fits(cell_id(study, curve, n), false);
        fits.erase(
            std::remove_if(fits.begin(), fits.end(),
                           [&](FitRow const& fit) { return fit.replicate >= study.replicates; }),
            fits.end());
        if (!fits.empty())
            all.push_back({n, std::move(fits)});
    }
    return all;
}

bool failed(FitRow const& fit)
{
    return failed(fit.status);
}

/// Value of a stored loss; not a number where it was not measured.
double loss_of(FitRow const& fit, LossKey const& key)
{
    for (LossRow const& loss : fit.losses)
        if (!(loss.key < key) && !(key < loss.key))
            return loss.record.value;
    return none;
}

/// The larger expert error that exists.
double expert_error(FitRow const& fit)
{
    return std::isnan(fit.risk.expert_over) ? fit.risk.expert_exact : fit.risk.expert_over;
}

/// `number` of each fit that did not fail and that counts by `loss`; positions are replicates, so
/// that nested draws take the same ones at every n.
template <class Number>
Samples samples_of(std::vector<FitsAt> const& all, LossKey const& loss, Number&& number)
{
    Samples samples;
    std::size_t replicates = 0;
    for (FitsAt const& at : all)
        for (FitRow const& fit : at.fits)
            replicates = std::max(replicates, static_cast<std::size_t>(fit.replicate) + 1);
    for (FitsAt const& at : all) {
        std::vector<double> values(replicates, none);
        for (FitRow const& fit : at.fits)
            if (!failed(fit) && !std::isnan(loss_of(fit, loss)))
                values[static_cast<std::size_t>(fit.replicate)] = number(fit);
        samples.n.push_back(at.n);
        samples.values.push_back(std::move(values));
    }
    return samples;
}

std::optional<double> admissible_share(std::vector<FitsAt> const& all)
{
    int known = 0;
    int held = 0;
    for (FitsAt const& at : all)
        for (FitRow const& fit : at.fits)
            if (!failed(fit) && !std::isnan(fit.excess)) {
                ++known;
                held += fit.excess <= 0 ? 1 : 0;
            }
    if (known == 0)
        return std::nullopt;
    return static_cast<double>(held) / known;
}

std::optional<std::string> bracket_reason(Curve const& curve, std::vector<int> const& n)
{
    int const p = curve.model.layout.size;
    if (n.empty() || n.front() / least_samples_per_parameter >= p)
        return std::nullopt;
    return fmt::format(
        "n = {} is below {} p = {} (p counts parameters; the rank is not known for {})", n.front(),
        least_samples_per_parameter, static_cast<long long>(least_samples_per_parameter) * p,
        curve.estimator->name());
}

std::string gate_words(Model const& model)
{
    return fmt::format("{} {}", name_of<Scores>(model.gate.score),
                       name_of<Normalizers>(model.gate.normalizer));
}

/// Fills what is counted, fit by fit.
void set_counts(RateRow& row, std::vector<FitsAt> const& all, Samples const& loss, double variance)
{
    for (std::size_t i = 0; i < all.size(); ++i) {
        row.n.push_back(all[i].n);
        row.failed.push_back(
            static_cast<int>(std::count_if(all[i].fits.begin(), all[i].fits.end(), failed)));
        row.box_share.push_back(0);
        row.n_over_sigma2.push_back(all[i].n / variance);
        auto const used =
            static_cast<int>(std::count_if(loss.values[i].begin(), loss.values[i].end(),
                                           [](double value) { return !std::isnan(value); }));
        row.replicates = i == 0 ? used : std::min(row.replicates, used);
    }
}

/// Heavy tails as a user can check them: at some n the standard deviation exceeds the mean.
bool heavy_tail(Slope const& mean)
{
    for (std::size_t i = 0; i < mean.value.size(); ++i)
        if (mean.sd[i] > mean.value[i])
            return true;
    return false;
}

RateRow rate_row(Device& device, Study const& study, Curve const& curve, LossSpec const& spec,
                 std::vector<FitsAt> const& all)
{
    LossKey const key = loss_key(spec, "fit");
    LossKey const start_key = loss_key(spec, "start");
    RateRow row;
    row.study = study.id;
    row.label = curve.label;
    row.loss = key.name;
    row.r = key.r;
    row.gauge = key.gauge;
    row.target = key.target;
    row.estimator = curve.estimator->name();
    row.planned = study.replicates;
    row.reported_slope = curve.reported_slope;
    row.theory = curve.theory;

    Samples const loss = samples_of(all, key, [&](FitRow const& fit) { return loss_of(fit, key); });
    set_counts(row, all, loss, curve.noise_variance);
    row.admissible_share = admissible_share(all);
    row.bracketed = bracket_reason(curve, row.n);

    Resampling const resampling{truth_key(study, curve), study.nested};
    auto statistics = slopes(
        device, loss, resampling,
        {Statistic::mean, Statistic::median, Statistic::trimmed, Statistic::geometric}, "loss");
    row.mean = std::move(statistics[0]);
    row.median = std::move(statistics[1]);
    row.trimmed = std::move(statistics[2]);
    row.geometric = std::move(statistics[3]);
    row.heavy_tail = heavy_tail(row.mean);

    auto const mean_slope = [&](char const* what, auto&& number) {
        return slopes(device, samples_of(all, key, number), resampling, {Statistic::mean}, what)[0];
    };
    row.start =
        mean_slope("start loss", [&](FitRow const& fit) { return loss_of(fit, start_key); });
    row.regression =
        mean_slope("regression error", [](FitRow const& fit) { return fit.risk.regression; });
    row.expert = mean_slope("expert error", expert_error);

    // No fit has an excess where the fitted class does not hold the truth.
    if (!all.empty() && spec.target == Target::truth && !row.admissible_share)
        row.off_target =
            fmt::format("the fit ({} gate) does not hold the truth ({} gate); the target "
                        "of the theory is the truth's projection onto the fitted family",
                        gate_words(curve.model), gate_words(curve.truth.model));
    return row;
}

} // namespace

double log_slope(std::vector<int> const& n, std::vector<double> const& value)
{
    return LogLine(n).slope(value);
}

std::vector<RateRow> rates(Device& device, Store const& store, Study const& study)
{
    std::vector<RateRow> rows;
    for (Curve const& curve : study.curves) {
        auto const all = fits_of(store, study, curve);
        for (LossSpec const& loss : curve.losses)
            rows.push_back(rate_row(device, study, curve, loss, all));
    }
    return rows;
}

std::vector<RateRow> rates(Store const& store, Study const& study)
{
    return rates(*make_cpu_device(1), store, study);
}

std::vector<RateRow> rates(Store const& store)
{
    return rates(store, stored_study(store));
}

double resampled_replicates(Study const& study)
{
    std::size_t columns = 0; // a row resamples its loss, start, regression and expert error
    for (Curve const& curve : study.curves)
        columns += 4 * curve.losses.size();
    return static_cast<double>(columns * study.n.size()) * study.replicates * bootstrap_draws;
}

} // namespace moerate
