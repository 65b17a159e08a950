#include "host/estimate/lse_batch.h"

#include "host/estimate/box_gain.h"
#include "host/estimate/end_distance.h"
#include "host/estimate/kinks.h"
#include "host/estimate/lse_memory.h"
#include "host/estimate/lse_polish.h"
#include "host/estimate/lse_record.h"
#include "host/estimate/lse_search.h"
#include "host/estimate/lse_starts.h"
#include "host/estimate/rank.h"
#include "kernels/lse/coordinates.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace moerate
{
namespace
{

/// Plans an array of `values` among others.
void add(Slices<double>& slices, std::vector<double>& all, std::vector<double> const& values)
{
    int const number = slices.add(values.size());
    all.resize(slices.size());
    std::copy(values.begin(), values.end(), all.begin() + slices.offset(number));
}

/// What is compared between the ends of one fit.
class Ends
{
public:
    Ends(FitProblem<double> const& problem, LseResult const* ends)
        : ends_(ends), count_(problem.starts.count), n_(problem.n),
          p_(coordinate_count(problem.model)), exact_below_(problem.exact_below)
    {
        for (int s = 0; s < count_; ++s)
            if (finite(s) && !(ends[s].mse >= least_))
                least_ = ends[s].mse;
    }

    bool finite(int s) const { return finite_end(ends_[s]); }
    double mse(int s) const { return finite(s) ? ends_[s].mse : FitFacts::unknown; }
    /// n (mse - least) / sigma_hat^2, with sigma_hat^2 = n least / (n - p).
    double above(int s) const
    {
        return mse(s) == least_ ? 0 : above_least(mse(s), least_, n_, p_, exact_below_);
    }
    /// The first of the lowest; 0 if none is finite.
    int lowest() const
    {
        for (int s = 0; s < count_; ++s)
            if (above(s) <= equal_ends)
                return s;
        return 0;
    }

private:
    LseResult const* ends_;
    int count_;
    int n_, p_;
    double exact_below_;
    double least_ = FitFacts::unknown; ///< of the finite MSEs
};

/// Whether several starts of the right kinds found the same minimum.
bool best_of_several(Starts const& starts, std::vector<StartRecord> const& records)
{
    auto const there = std::count_if(records.begin(), records.end(), [](StartRecord const& start) {
        return start.above <= same_minimum; // false for a start without a finite end
    });
    return starts.count >= certifying_starts && starts.blind >= certifying_blind && there >= 2;
}

} // namespace

LseBatch::LseBatch(Device& device, std::vector<LseRequest> const& requests)
    : device_(device), requests_(requests)
{
    std::vector<StartsRequest> wanted;
    for (LseRequest const& request : requests_)
        wanted.push_back({request.problem, &request.bounds});
    std::vector<double> theta, lower, upper;
    int number = 0;
    for (auto const& starts : make_starts(device, wanted)) {
        first_.push_back(number);
        number += static_cast<int>(starts.size());
        for (std::vector<double> const& start : starts)
            add(theta_, theta, start);
    }
    for (LseRequest const& request : requests_) {
        add(lower_, lower, request.bounds.lower);
        add(upper_, upper, request.bounds.upper);
    }
    theta_.upload(device, theta);
    lower_.upload(device, lower);
    upper_.upload(device, upper);
}

LseItem<double> LseBatch::item(std::size_t request, int start) const
{
    FitProblem<double> const& problem = *requests_[request].problem;
    auto const number = static_cast<int>(request);
    LseSettings settings = requests_[request].rounds;
    settings.polished = kinked(problem.model);
    return {problem.model,    problem.n,         problem.x,         problem.y,
            theta_.at(start), lower_.at(number), upper_.at(number), settings};
}

/// All starts of all requests; who watches a request is told of their ends.
std::vector<LseItem<double>> LseBatch::items() const
{
    std::vector<LseItem<double>> items;
    for (std::size_t r = 0; r < requests_.size(); ++r) {
        FitProblem<double> const& problem = *requests_[r].problem;
        for (int s = 0; s < problem.starts.count; ++s) {
            items.push_back(item(r, first_[r] + s));
            items.back().settings.trace = problem.traced;
            if (problem.watch != nullptr)
                items.back().ended = [&problem, s](LseResult const& end) {
                    (*problem.watch)(s, record_of(problem, s, end));
                };
        }
    }
    return items;
}

/// Fits some items, from their starts to the ends after kinks.
std::vector<LseResult> LseBatch::follow(std::vector<LseItem<double>> items)
{
    std::vector<LseResult> const searches = search(device_, items);
    for (std::size_t i = 0; i < items.size(); ++i) {
        LseItem<double>& item = items[i];
        if (item.settings.limited)
            item.settings.iterations = std::max(0, item.settings.iterations - searches[i].rounds);
        if (item.ended)
            item.ended = [this, told = item.ended, &before = searches[i]](LseResult end) {
                add_search(before, end);
                std::lock_guard<std::mutex> const lock(telling_);
                told(end);
            };
    }
    std::vector<LseResult> ends = run_rounds(device_, items);
    polish(device_, items, ends);
    for (std::size_t i = 0; i < items.size(); ++i)
        add_search(searches[i], ends[i]);
    return ends;
}

std::vector<FitOutcome> LseBatch::run()
{
    std::vector<LseItem<double>> const all = items();
    std::vector<LseItem<double> const*> places;
    for (LseItem<double> const& item : all)
        places.push_back(&item);
    std::vector<LseResult> ends(all.size());
    for_each_wave(device_, places, [&](WaveRange const& range) {
        auto const first = all.begin() + static_cast<std::ptrdiff_t>(range.first);
        std::vector<LseResult> own =
            follow({first, first + static_cast<std::ptrdiff_t>(range.count)});
        std::move(own.begin(), own.end(), ends.begin() + (first - all.begin()));
    });
    std::vector<double> const theta = theta_.download();
    std::vector<FitOutcome> outcomes;
    for (std::size_t r = 0; r < requests_.size(); ++r) {
        outcomes.push_back(outcome(*requests_[r].problem, ends.data() + first_[r]));
        FitProblem<double> const& problem = *requests_[r].problem;
        auto const put = [&](double* to, int start) {
            device_.upload(to, theta.data() + theta_.offset(first_[r] + start),
                           sizeof(double) * static_cast<std::size_t>(problem.model.layout.size));
        };
        put(problem.theta, *outcomes.back().facts.won);
        if (problem.near != nullptr)
            put(problem.near, 0);
    }
    add_distances(outcomes);
    add_ranks(outcomes);
    return outcomes;
}

FitOutcome LseBatch::outcome(FitProblem<double> const& problem, LseResult const* ends)
{
    Ends const all(problem, ends);
    int const won = all.lowest();
    LseResult const& end = ends[won];
    FitOutcome outcome;
    outcome.finite = all.finite(won);
    outcome.near_finite = all.finite(0);
    FitFacts& facts = outcome.facts;
    facts.iterations = end.rounds;
    for (int s = 0; s < problem.starts.count; ++s) {
        facts.seconds += ends[s].seconds;
        facts.starts.push_back(record_of(problem, s, ends[s]));
        facts.starts.back().above = all.above(s);
    }
    facts.ended = word_of(end.end);
    facts.won = won;
    facts.coordinates = coordinate_count(problem.model);
    if (!outcome.finite)
        return outcome;
    facts.predicted_gain = end.predicted_gain;
    facts.actual_gain = end.actual_gain;
    facts.radius = end.radius;
    facts.gradient_norm = end.gradient_norm;
    facts.at_bound = end.at_bound;
    if (kinked(problem.model))
        facts.kinks = end.kinks;
    facts.stationary = end.predicted_gain <= stationary_gain || end.mse <= problem.exact_below;
    facts.best = best_of_several(problem.starts, facts.starts);
    return outcome;
}

/// How far the ends' predictions are from the best one's, on the first samples.
void LseBatch::add_distances(std::vector<FitOutcome>& outcomes)
{
    Slices<double> f;
    std::vector<EvaluateTask<double>> tasks;
    for (std::size_t r = 0; r < requests_.size(); ++r)
        for (int s = 0; s < requests_[r].problem->starts.count; ++s)
            f.add(std::min(requests_[r].problem->n, compared_samples));
    f.allocate(device_);
    for (std::size_t r = 0; r < requests_.size(); ++r) {
        FitProblem<double> const& problem = *requests_[r].problem;
        for (int s = first_[r]; s < first_[r] + problem.starts.count; ++s)
            tasks.push_back({problem.model, theta_.at(s), std::min(problem.n, compared_samples),
                             problem.x, nullptr, f.at(s), nullptr, nullptr, nullptr});
    }
    device_.run(tasks);
    std::vector<double> const values = f.download();
    for (std::size_t r = 0; r < requests_.size(); ++r) {
        FitFacts& facts = outcomes[r].facts;
        int const m = std::min(requests_[r].problem->n, compared_samples);
        double const* const best = values.data() + f.offset(first_[r] + *facts.won);
        for (std::size_t s = 0; s < facts.starts.size(); ++s) {
            double const* const own = values.data() + f.offset(first_[r] + static_cast<int>(s));
            facts.starts[s].distance = end_distance(own, best, m);
        }
    }
}

/// The rank of J^T J at the best ends.
void LseBatch::add_ranks(std::vector<FitOutcome>& outcomes)
{
    Slices<double> grams;
    std::vector<LseItem<double>> items;
    for (std::size_t r = 0; r < requests_.size(); ++r) {
        auto const p = static_cast<std::size_t>(*outcomes[r].facts.coordinates);
        grams.add(p * p);
        items.push_back(item(r, first_[r] + *outcomes[r].facts.won));
        items.back().settings = {};
        items.back().settings.iterations = 0; // only looks
    }
    grams.allocate(device_);
    for (std::size_t r = 0; r < items.size(); ++r)
        items[r].gram = grams.at(static_cast<int>(r));
    run_rounds(device_, items);
    device_.for_each(items.size(), items.size(), [&](std::size_t r) {
        FitFacts& facts = outcomes[r].facts;
        if (!outcomes[r].finite)
            return;
        auto const p = static_cast<std::size_t>(*facts.coordinates);
        std::vector<double> gram(p * p);
        device_.download(gram.data(), items[r].gram, gram.size() * sizeof(double));
        Rank const found = rank_of(gram, p);
        facts.rank = found.rank;
        facts.dead = found.dead;
        facts.deficit = requests_[r].problem->model.layout.size - found.dead - found.rank;
        facts.smallest = found.smallest;
        if (*facts.stationary || kinked(requests_[r].problem->model))
            return;
        // the bound of the last round may be above what the box leaves
        double const mse = facts.starts[static_cast<std::size_t>(*facts.won)].mse;
        double const left = gain_left(device_, *requests_[r].problem, requests_[r].bounds,
                                      items[r].theta, mse, gram);
        facts.predicted_gain = std::fmin(facts.predicted_gain, left); // a number, if one is
        facts.stationary = facts.predicted_gain <= stationary_gain;
    });
}

} // namespace moerate
