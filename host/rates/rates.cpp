#include "host/rates/rates.h"

#include "host/measure/inclusion.h"
#include "host/rates/blocks.h"
#include "host/rates/certificates.h"
#include "host/rates/contrast.h"
#include "host/rates/notes.h"
#include "host/rates/quantities.h"
#include "host/rates/samples.h"
#include "host/rates/truths.h"
#include "host/rates/verdict.h"
#include "host/rates/windows.h"
#include "host/store/unasked.h"
#include "host/study/identity.h"
#include "host/study/loss_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

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

/// Makes the rows of one curve; what does not depend on the loss once for all of them.
class CurveRates
{
public:
    CurveRates(Device& device, Store const& store, Study const& study, Curve const& curve,
               RatesOptions const& options)
        : device_(device), store_(store), study_(study), curve_(curve), options_(options),
          all_(fits_of(store, study, curve, options.blocks)), resampling_{streams_key(study, curve),
                                                                          study.nested},
          reference_(function_held(curve.model, curve.truth.model)),
          held_(class_holds(curve.model, curve.truth.model)),
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
        common_.error_bars = study.error_bars;
        set_counts(common_, all_, curve.noise_variance);
        common_.admissible_share = admissible_share(all_, reference_);
        common_.certified_share = certified_share(all_);
        common_.stationary_share = stationary_share(all_);
        common_.best_share = best_share(all_);
        common_.excess = mean_excess(all_);
        common_.near_start_won = near_start_won(all_);
        common_.box_share = box_share(all_);
        common_.rank = rank_range(all_);
        common_.parameters = curve.model.layout.size;
        common_.not_stationary = not_stationary(all_);
        common_.reasons = fit_reasons(curve, all_, reference_);
        set_errors();
    }

    /// One a loss.
    std::vector<RateRow> rows() const
    {
        std::vector<RateRow> rows;
        for (LossSpec const& loss : curve_.losses)
            rows.push_back(row(loss));
        return rows;
    }

private:
    RateRow row(LossSpec const& spec) const
    {
        LossKey const key = loss_key(spec, at_fit);
        RateRow row = common_;
        row.loss = key.name;
        row.r = key.r;
        row.gauge = key.gauge;
        row.target = word_of(spec.target);
        row.theory = spec.theory;
        auto const beyond = [&] { return beyond_float64(study_, curve_, spec); };
        Numbers const loss = losses("loss", key);
        Numbers const start = losses("start loss", loss_key(spec, at_start));
        row.replicates = least_counted(loss.samples);
        auto statistics = judged(
            loss, start,
            {Statistic::mean, Statistic::median, Statistic::trimmed, Statistic::geometric}, beyond);
        row.mean = statistics[0].slope;
        row.median = statistics[1].slope;
        row.trimmed = statistics[2].slope;
        row.geometric = statistics[3].slope;
        row.heavy_tail = heavy_tail(row.mean);
        row.start = slopes_of(start, {Statistic::mean}, beyond)[0].slope;
        if (has_point(at_oracle, curve_.start.number.count))
            row.oracle = judged(losses("oracle loss", loss_key(spec, at_oracle)), start,
                                {Statistic::mean}, beyond)[0]
                             .slope;
        if (auto const why = spec.target == Target::projection && !held_
                                 ? target_not_unique(projection_)
                                 : std::nullopt)
            for (Slope* slope : {&row.mean, &row.median, &row.trimmed, &row.geometric,
                                 row.oracle ? &*row.oracle : nullptr})
                if (slope != nullptr)
                    slope->reasons.push_back(
                        {rule::target.code, *why, nlohmann::ordered_json::object()});
        std::vector<Reason> all = row.reasons;
        all.insert(all.end(), row.mean.reasons.begin(), row.mean.reasons.end());
        row.bracketed = texts_of(all);
        set_levels(row, loss.samples);
        if (options_.blocks)
            row.blocks = blocks(spec);
        if (options_.windows) {
            row.windows = windows_of(statistics[0].curve, regression_);
            row.influences = most_influential(loss.samples);
        }
        if (spec.target == Target::truth && !held_)
            row.off_target = off_target_text(curve_.model, curve_.truth.model, reference_);
        return row;
    }

    using Beyond = std::function<std::string()>;

    Numbers losses(char const* what, LossKey const& key) const
    {
        return numbers_of(all_, what, [&](FitRow const& fit) { return loss_number(fit, key); });
    }

    /// Slopes with their curves, and why fits are left out.
    std::vector<Estimate> slopes_of(Numbers const& numbers,
                                    std::vector<Statistic> const& statistics,
                                    Beyond const& beyond) const
    {
        auto found = estimates(device_, numbers.samples, resampling_, statistics, numbers.what);
        for (Estimate& one : found)
            explain(one.slope, numbers, beyond);
        return found;
    }

    /// Slopes with the reasons against each, of which `start` is the number at the starting points.
    std::vector<Estimate> judged(Numbers const& numbers, Numbers const& start,
                                 std::vector<Statistic> const& statistics,
                                 Beyond const& beyond) const
    {
        auto found = slopes_of(numbers, statistics, beyond);
        Samples own = numbers.samples, begun = start.samples;
        keep_common(own, begun);
        bool const all =
            std::equal(own.values.begin(), own.values.end(), numbers.samples.values.begin(),
                       [](auto const& a, auto const& b) { return counted(a) == counted(b); });
        auto const paired =
            all ? found : estimates(device_, own, resampling_, statistics, numbers.what);
        auto const starts = estimates(device_, begun, resampling_, statistics, start.what);
        for (std::size_t s = 0; s < statistics.size(); ++s)
            found[s].slope.reasons = slope_reasons(found[s], paired[s].curve, starts[s]);
        return found;
    }

    /// The errors in L2, which do not depend on a loss.
    void set_errors()
    {
        std::vector<Slope> found;
        for (ErrorKind const& kind : error_kinds()) {
            Numbers const own = error_numbers(kind, all_, at_fit);
            Estimate const one =
                judged(own, error_numbers(kind, all_, at_start), {Statistic::mean}, nullptr)[0];
            if (kind.number == &RiskRecord::regression) {
                regression_ = one.curve;
                regressions_ = own.samples;
            }
            found.push_back(one.slope);
        }
        common_.regression = found[0];
        common_.expert = {found[1], found[2], found[3]};
        common_.response = {found[4], found[5]};
        if (auto flat = floor_reason(regression_))
            common_.reasons.push_back(std::move(*flat));
    }

    std::vector<BlockSlopes> blocks(LossSpec const& spec) const
    {
        return block_slopes(store_, study_, curve_, spec, all_, [&](BlockNumbers const& of) {
            auto found = judged(of.fit, of.start, {Statistic::mean, Statistic::median}, nullptr);
            return BlockSlope{std::move(found[0].slope), std::move(found[1].slope), {}};
        });
    }

    /// What stands behind the mean loss.
    void set_levels(RateRow& row, Samples const& loss) const
    {
        auto const error = [](Slope const& slope, std::size_t i, int count) {
            return slope.sd[i] / std::sqrt(count);
        };
        for (std::size_t i = 0; i < all_.size(); ++i) {
            auto const own = static_cast<int>(counted(loss.values[i]));
            row.levels.push_back(
                {all_[i].n, own, row.mean.value[i], error(row.mean, i, own), row.median.value[i],
                 row.regression.value[i],
                 error(row.regression, i, static_cast<int>(counted(regressions_.values[i]))),
                 row.fits[i], row.failed[i], row.no_descent[i],
                 admissible_share(all_[i], reference_), near_start_won(all_[i])});
        }
    }

    Device& device_;
    Store const& store_;
    Study const& study_;
    Curve const& curve_;
    RatesOptions options_;
    std::vector<FitsAt> all_;
    Resampling resampling_;
    bool reference_;                    ///< the truth is one: the fitted class has its f
    bool held_;                         ///< the fitted class has the truth's atoms
    std::vector<TargetRow> projection_; ///< minima of a search for it
    LogCurve regression_;               ///< of the mean regression error
    Samples regressions_;               ///< regression errors
    RateRow common_;                    ///< what does not depend on the loss
};

} // namespace

std::vector<RateRow> rates(Device& device, Store const& store, Study const& study,
                           RatesOptions const& options)
{
    Study inside = study;
    inside.n.erase(std::remove_if(inside.n.begin(), inside.n.end(),
                                  [&](int n) { return n < options.least || n > options.most; }),
                   inside.n.end());
    std::vector<RateRow> rows;
    for (Curve const& curve : inside.curves) {
        if (truth_number(curve) != 1)
            continue;
        std::vector<std::vector<RateRow>> within; // [truth][loss]
        for (Curve const& same : inside.curves)
            if (same.all_truths == curve.all_truths)
                within.push_back(CurveRates(device, store, inside, same, options).rows());
        for (RateRow& row : over_truths(std::move(within), curve.all_truths))
            rows.push_back(std::move(row));
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

} // namespace moerate
