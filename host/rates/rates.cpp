#include "host/rates/rates.h"

#include "host/measure/inclusion.h"
#include "host/rates/certificates.h"
#include "host/rates/resample.h"
#include "host/rates/samples.h"
#include "host/store/unasked.h"
#include "host/study/identity.h"
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

/// Share of fits, over all n, whose training error is at most the reference's.
std::optional<double> admissible_share(std::vector<FitsAt> const& all, bool reference)
{
    int known = 0;
    int held = 0;
    for (FitsAt const& at : all)
        for (FitRow const& fit : at.fits) {
            // Older stores have no `admissible` without noise.
            auto const holds = fit.admissible ? fit.admissible : admissible(fit, reference);
            if (failed(fit.status) || !holds)
                continue;
            ++known;
            held += *holds ? 1 : 0;
        }
    if (known == 0)
        return std::nullopt;
    return static_cast<double>(held) / known;
}

std::string gate_words(Model const& model)
{
    return fmt::format("{} {}", name_of<Scores>(model.gate.score),
                       name_of<Normalizers>(model.gate.normalizer));
}

/// Fills what is counted, fit by fit.
void set_counts(RateRow& row, std::vector<FitsAt> const& all, double variance)
{
    for (FitsAt const& at : all) {
        auto const count = [&](auto&& is) {
            return static_cast<int>(std::count_if(
                at.fits.begin(), at.fits.end(), [&](FitRow const& fit) { return is(fit.status); }));
        };
        row.n.push_back(at.n);
        row.fits.push_back(static_cast<int>(at.fits.size()));
        row.failed.push_back(count([](FitStatus status) { return failed(status); }));
        row.no_descent.push_back(
            count([](FitStatus status) { return status == FitStatus::no_descent; }));
        row.n_over_sigma2.push_back(at.n / variance);
    }
}

/// Least number of replicates over all n.
int least_counted(Samples const& samples)
{
    std::size_t least = samples.values.empty() ? 0 : std::numeric_limits<std::size_t>::max();
    for (auto const& values : samples.values)
        least = std::min(least, counted(values));
    return static_cast<int>(least);
}

/// Heavy tails as a user can check them: at some n the standard deviation exceeds the mean.
bool heavy_tail(Slope const& mean)
{
    for (std::size_t i = 0; i < mean.value.size(); ++i)
        if (mean.sd[i] > mean.value[i])
            return true;
    return false;
}

/// Adds a reason why the row's slope gets no verdict, if there is one.
void bracket(RateRow& row, std::optional<std::string> const& reason)
{
    if (reason)
        row.bracketed = row.bracketed ? *row.bracketed + "; " + *reason : *reason;
}

/// Makes the rows of one curve; what does not depend on the loss once for all of them.
class CurveRates
{
public:
    CurveRates(Device& device, Store const& store, Study const& study, Curve const& curve)
        : device_(device), study_(study), curve_(curve),
          all_(fits_of(store, study, curve)), resampling_{truth_key(study, curve), study.nested},
          reference_(class_holds(curve.model, curve.truth.model)),
          projection_(needs_search(curve) ? store.target(target_id(study, curve))
                                          : std::vector<TargetRow>{})
    {
        common_.study = study.id;
        common_.label = curve.label;
        common_.fit = curve.fit;
        common_.swept = curve.swept;
        common_.estimator = curve.estimator->name();
        common_.planned = static_cast<long long>(study.n.size()) * study.replicates;
        common_.reported_slope = curve.reported_slope;
        common_.theory = curve.theory;
        set_counts(common_, all_, curve.noise_variance);
        common_.admissible_share = admissible_share(all_, reference_);
        common_.certified_share = certified_share(all_);
        common_.near_start_won = near_start_won(all_);
        common_.box_share = box_share(all_);
        common_.rank = rank_range(all_);
        common_.parameters = curve.model.layout.size;
        common_.not_stationary = not_stationary(all_);
        common_.bracketed = bracket_reason(curve, all_);
        auto const risk = [&](char const* what, double RiskRecord::*error, bool partial = false) {
            return mean(numbers_of(all_, what, [=](FitRow const& fit) {
                return error_number(fit.at(at_fit).risk.*error, partial);
            }));
        };
        common_.regression = risk("regression error", &RiskRecord::regression);
        common_.expert = {risk("expert error over", &RiskRecord::expert_over, true),
                          risk("expert error exact", &RiskRecord::expert_exact, true),
                          risk("expert error missed", &RiskRecord::expert_missed)};
        auto const response = [&](char const* what, double RiskRecord::*error) {
            return mean(numbers_of(all_, what, [=](FitRow const& fit) {
                return response_number(fit.at(at_fit).risk, error);
            }));
        };
        common_.response = {response("response of the cells", &RiskRecord::response_cell),
                            response("gate weight of the cells", &RiskRecord::response_gate)};
    }

    RateRow row(LossSpec const& spec) const
    {
        LossKey const key = loss_key(spec, at_fit);
        RateRow row = common_;
        row.loss = key.name;
        row.r = key.r;
        row.gauge = key.gauge;
        row.target = key.target;
        auto const beyond = [&] { return beyond_float64(study_, curve_, spec); };
        Numbers const loss = losses("loss", key);
        row.replicates = least_counted(loss.samples);
        auto statistics = rates_of(
            loss, {Statistic::mean, Statistic::median, Statistic::trimmed, Statistic::geometric},
            beyond);
        row.mean = std::move(statistics[0]);
        row.median = std::move(statistics[1]);
        row.trimmed = std::move(statistics[2]);
        row.geometric = std::move(statistics[3]);
        row.heavy_tail = heavy_tail(row.mean);
        row.start = mean(losses("start loss", loss_key(spec, at_start)), beyond);
        if (has_point(at_oracle, curve_.start.number.count))
            row.oracle = mean(losses("oracle loss", loss_key(spec, at_oracle)), beyond);
        if (spec.target == Target::projection && !reference_)
            bracket(row, target_not_unique(projection_));
        if (spec.target == Target::truth && !reference_)
            row.off_target =
                fmt::format("the fit ({} gate) does not hold the truth ({} gate); the target "
                            "of the theory is the truth's projection onto the fitted family",
                            gate_words(curve_.model), gate_words(curve_.truth.model));
        return row;
    }

private:
    using Beyond = std::function<std::string()>;

    Numbers losses(char const* what, LossKey const& key) const
    {
        return numbers_of(all_, what, [&](FitRow const& fit) { return loss_number(fit, key); });
    }

    std::vector<Slope> rates_of(Numbers const& numbers, std::vector<Statistic> const& statistics,
                                Beyond const& beyond) const
    {
        auto found = slopes(device_, numbers.samples, resampling_, statistics, numbers.what);
        explain(found, numbers, beyond);
        return found;
    }

    Slope mean(Numbers const& numbers, Beyond const& beyond = nullptr) const
    {
        return rates_of(numbers, {Statistic::mean}, beyond)[0];
    }

    Device& device_;
    Study const& study_;
    Curve const& curve_;
    std::vector<FitsAt> all_;
    Resampling resampling_;
    bool reference_;                    ///< the truth is one: the fitted class holds it
    std::vector<TargetRow> projection_; ///< minima of a search for it
    RateRow common_;                    ///< what does not depend on the loss
};

} // namespace

double log_slope(std::vector<int> const& n, std::vector<double> const& value)
{
    return LogLine(n).slope(value);
}

std::vector<RateRow> rates(Device& device, Store const& store, Study const& study)
{
    std::vector<RateRow> rows;
    for (Curve const& curve : study.curves) {
        CurveRates const rates(device, store, study, curve);
        for (LossSpec const& loss : curve.losses)
            rows.push_back(rates.row(loss));
    }
    std::string const not_shown = unasked(store, study);
    for (RateRow& row : rows)
        row.not_shown = not_shown;
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
    std::size_t columns = 0; // the numbers of a RiskRecord; the losses at all points
    for (Curve const& curve : study.curves)
        columns += 6 + points_of(curve.start.number.count) * curve.losses.size();
    return static_cast<double>(columns * study.n.size()) * study.replicates * bootstrap_draws;
}

} // namespace moerate
