#include "host/run/target_search.h"

#include "host/core/error.h"
#include "host/device/slices.h"
#include "host/estimate/hessian.h"
#include "host/estimate/lse_batch.h"
#include "host/estimate/lse_record.h"
#include "host/estimate/lse_starts.h"
#include "host/estimate/rank.h"
#include "host/run/target_samples.h"
#include "host/study/identity.h"
#include "host/study/truth.h"
#include "kernels/lse/coordinates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moerate
{
namespace
{

/// A truth that moves with n is not searched for (its fit is refused).
constexpr int any_n = 1;

/// Samples of the first rounds, a coordinate, and at least.
constexpr int first_samples_a_number = 40, least_first_samples = 4000;

/// Two ends whose functions differ by less than this share of their distance to the truth (root
/// mean squares) are one minimum: rounds end some 1e-6 of it away from where they lead.
constexpr double same_function = 1e-3;

/// The same where the class does hold the truth: a share of the truth's own size.
constexpr double no_misfit = 1e-7;

/// Rounds on all samples end where ||f - f*||^2 can fall by a share of this: equal_distance asks
/// for some digits more.
constexpr double last_decrease = 1e-12;
constexpr int most_rounds = 1000;

/// Streams of a search are keyed by the truth and this replicate, which no fit has.
constexpr std::uint32_t search_replicate = 0xffffffffu;

/// Where rounds ended.
struct End
{
    std::vector<double> theta;
    LseResult result;
    std::vector<double> f; ///< at the first samples
    int starts = 1;
};

double distance_between(std::vector<double> const& a, std::vector<double> const& b)
{
    double sum = 0;
    for (std::size_t t = 0; t < a.size(); ++t)
        sum += (a[t] - b[t]) * (a[t] - b[t]);
    return std::sqrt(sum / static_cast<double>(a.size()));
}

class Search
{
public:
    Search(Device& device, Study const& study, Curve const& curve);

    std::vector<TargetRow> run();

private:
    std::vector<std::vector<double>> starts();
    std::vector<End> ends(std::vector<std::vector<double>> const& from, int n,
                          LseSettings const& settings);
    std::vector<End> distinct(std::vector<End> all) const;
    std::vector<double> gram(std::vector<double> const& theta, int n);
    TargetRow row(End const& end, int generic_rank);
    void check_finite(std::vector<End> const& found) const;

    Device& device_;
    Study const& study_;
    Curve const& curve_;
    Model const& model_;
    int n_, first_; ///< samples, of the first rounds
    StreamKey key_;
    Box::Bounds bounds_;
    DeviceArray<double> x_, y_, lower_, upper_;
    double size_ = 0; ///< root mean square of the truth
};

Search::Search(Device& device, Study const& study, Curve const& curve)
    : device_(device), study_(study), curve_(curve), model_(curve.model), n_(study.search.samples),
      first_(std::min(
          n_, std::max(least_first_samples, first_samples_a_number * coordinate_count(model_)))),
      key_(truth_key(study, curve)), bounds_(bounds_of(curve)),
      x_(device, static_cast<std::size_t>(n_) * model_.d), y_(device, n_),
      lower_(device, bounds_.lower), upper_(device, bounds_.upper)
{
    key_.replicate = search_replicate;
    Measure const truth = true_measure(study, curve, any_n);
    DeviceArray<double> const theta(device, truth.theta), square(device, 1);
    device.run(
        std::vector<GenerateTask<double>>{{truth.model, theta.data(), key_, Stream::target, n_, 0.0,
                                           x_.data(), y_.data(), nullptr, nullptr, square.data()}});
    size_ = std::sqrt(square.download()[0]);
}

/// The starts; the given one is the truth, an extra atom at any of its atoms.
std::vector<std::vector<double>> Search::starts()
{
    Measure const truth = true_measure(study_, curve_, any_n);
    std::vector<int> any(truth.model.k);
    std::iota(any.begin(), any.end(), 0);
    DeviceArray<double> const theta_true(device_, truth.theta), theta(device_, model_.layout.size);
    DeviceArray<int> const extra(device_, any);
    device_.run(std::vector<StartTask<double>>{{model_,
                                                truth.model,
                                                theta_true.data(),
                                                key_,
                                                {},
                                                extra.data(),
                                                truth.model.k,
                                                theta.data()}});
    int const count = study_.search.starts;
    FitProblem<double> const problem{
        model_, key_, first_, x_.data(), y_.data(), theta.data(), {count, count / 2}};
    return make_starts(device_, {{&problem, &bounds_}}).front();
}

/// Where least squares on the first n samples leads to.
std::vector<End> Search::ends(std::vector<std::vector<double>> const& from, int n,
                              LseSettings const& settings)
{
    Slices<double> thetas, f;
    std::vector<double> values;
    for (std::vector<double> const& theta : from) {
        int const number = thetas.add(theta.size());
        f.add(first_);
        values.resize(thetas.size());
        std::copy(theta.begin(), theta.end(), values.begin() + thetas.offset(number));
    }
    thetas.upload(device_, values);
    std::vector<LseItem<double>> items;
    for (std::size_t s = 0; s < from.size(); ++s)
        items.push_back({model_, n, x_.data(), y_.data(), thetas.at(static_cast<int>(s)),
                         lower_.data(), upper_.data(), settings});
    std::vector<LseResult> const results = run_rounds(device_, items);
    f.allocate(device_);
    std::vector<EvaluateTask<double>> tasks;
    for (std::size_t s = 0; s < from.size(); ++s)
        tasks.push_back({model_, items[s].theta, first_, x_.data(), nullptr,
                         f.at(static_cast<int>(s)), nullptr, nullptr, nullptr});
    device_.run(tasks);
    values = thetas.download();
    std::vector<double> const predictions = f.download();
    std::vector<End> found;
    for (std::size_t s = 0; s < from.size(); ++s) {
        if (results[s].end == LseEnd::not_finite)
            continue;
        auto const theta = values.begin() + thetas.offset(static_cast<int>(s));
        auto const value = predictions.begin() + f.offset(static_cast<int>(s));
        found.push_back({{theta, theta + model_.layout.size}, results[s], {value, value + first_}});
    }
    return found;
}

/// Of ends that are one function the lowest, ascending; those above kept_minima are left out.
std::vector<End> Search::distinct(std::vector<End> all) const
{
    std::stable_sort(all.begin(), all.end(),
                     [](End const& a, End const& b) { return a.result.mse < b.result.mse; });
    std::vector<End> kept;
    for (End& end : all) {
        double const lowest = kept.empty() ? end.result.mse : kept.front().result.mse;
        double const nothing = no_misfit * size_;
        if (end.result.mse > (1 + kept_minima) * lowest + nothing * nothing)
            break;
        double const near = std::max(same_function * std::sqrt(lowest), nothing);
        auto const same = std::find_if(kept.begin(), kept.end(), [&](End const& other) {
            return distance_between(end.f, other.f) <= near;
        });
        if (same == kept.end())
            kept.push_back(std::move(end));
        else
            same->starts += end.starts;
    }
    return kept;
}

/// J^T J at a point, on the first n samples.
std::vector<double> Search::gram(std::vector<double> const& theta, int n)
{
    auto const p = static_cast<std::size_t>(coordinate_count(model_));
    DeviceArray<double> const gram(device_, p * p), at(device_, theta);
    LseSettings look;
    look.iterations = 0;
    LseItem<double> item{model_,        n,   x_.data(), y_.data(), at.data(), lower_.data(),
                         upper_.data(), look};
    item.gram = gram.data();
    run_rounds(device_, std::vector<LseItem<double>>{item});
    return gram.download();
}

TargetRow Search::row(End const& end, int generic_rank)
{
    std::vector<double> const products = gram(end.theta, n_);
    TargetRow row;
    row.distance = std::sqrt(end.result.mse);
    row.coordinates = coordinate_count(model_);
    row.rank = rank_of(products, static_cast<std::size_t>(*row.coordinates)).rank;
    row.generic_rank = std::max(generic_rank, *row.rank);
    row.eigenvalue =
        least_curvature(device_, {model_, n_, x_.data(), y_.data()}, bounds_, end.theta, products);
    row.at_bound = end.result.at_bound;
    row.starts = end.starts;
    row.ended = word_of(end.result.end);
    row.theta = end.theta;
    return row;
}

/// Refuses a search of which nothing is left: the first samples may be finite where others are not.
void Search::check_finite(std::vector<End> const& found) const
{
    if (found.empty())
        throw UsageError(fmt::format("{}: fit \"{}\": no start of the search for its projection is "
                                     "finite (target = \"projection\") use target = \"truth\"",
                                     study_.file, curve_.label));
}

std::vector<TargetRow> Search::run()
{
    std::vector<std::vector<double>> const begin = starts();
    std::vector<End> found = distinct(ends(begin, first_, {}));
    check_finite(found);
    if (first_ < n_) // the first rounds may already show the samples to be too few
        check_samples(study_, curve_, std::sqrt(found.front().result.mse));
    LseSettings last;
    last.gain_tolerance = last_decrease * n_;
    last.decrease_tolerance = last_decrease;
    last.iterations = most_rounds;
    std::vector<std::vector<double>> from;
    for (End const& end : found)
        from.push_back(end.theta);
    std::vector<End> finals = ends(from, n_, last);
    for (std::size_t i = 0; i < finals.size() && finals.size() == found.size(); ++i)
        finals[i].starts = found[i].starts; // those of the first rounds
    found = distinct(std::move(finals));
    check_finite(found);
    check_samples(study_, curve_, std::sqrt(found.front().result.mse));
    int generic = 0;
    for (std::vector<double> const& theta : begin)
        generic = std::max(generic, rank_of(gram(theta, first_), bounds_.lower.size()).rank);
    std::vector<TargetRow> rows;
    for (End const& end : found)
        rows.push_back(row(end, generic));
    return rows;
}

} // namespace

Box::Bounds bounds_of(Curve const& curve)
{
    struct Settings : Source
    {
        std::string place(Pointer const&) const override { return "estimator"; }
        std::string name(Pointer const& at) const override { return at.to_string(); }
    };
    Settings const source{};
    nlohmann::json const settings = curve.estimator->settings();
    Reader reader(source, settings, Pointer());
    return Box(reader).bounds(curve.model);
}

std::vector<TargetRow> search_projection(Device& device, Study const& study, Curve const& curve)
{
    return Search(device, study, curve).run();
}

} // namespace moerate
