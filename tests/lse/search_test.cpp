// Fits whose way to a minimum is on few samples: they end where those on all samples do.

#include "host/estimate/lse_batch.h"
#include "host/estimate/lse_search.h"
#include "tests/lse/rounds_case.h"

#include <catch2/catch.hpp>

using namespace moerate;

namespace
{

/// A fit of two atoms to n samples that is searched on `samples` of them first.
RoundsCase searched(int n, int samples, unsigned seed = 3)
{
    RoundsCase c{near_truth(model_of("sigmoid", "gelu", 2, 2), n, seed, 0.01, 0.5)};
    c.settings.search_samples = samples;
    c.settings.trace = true;
    return c;
}

/// The cases' fits, search and rounds on all samples.
std::vector<RoundsFit> both(std::vector<RoundsCase> const& cases)
{
    auto const device = make_cpu_device(1);
    std::vector<OnDevice> memory;
    std::vector<LseItem<double>> items;
    for (RoundsCase const& c : cases) {
        memory.emplace_back(*device, c);
        items.push_back(memory.back().item(c));
    }
    std::vector<LseResult> const before = search(*device, items);
    std::vector<LseResult> results = run_rounds(*device, items);
    std::vector<RoundsFit> out;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        add_search(before.at(i), results.at(i));
        out.push_back({results[i], memory[i].theta.download()});
    }
    return out;
}

int rounds_on_all(LseResult const& result)
{
    return static_cast<int>(std::count_if(result.trace.begin(), result.trace.end(),
                                          [](RoundRecord const& round) { return !round.search; }));
}

} // namespace

TEST_CASE("fits with a search end at minima, most of them at those of fits without")
{
    int same = 0, plain_rounds = 0, rounds = 0;
    for (unsigned seed = 1; seed <= 20; ++seed) {
        INFO(seed);
        RoundsFit const plain = fitted(searched(4000, 0, seed));
        RoundsFit const got = both({searched(4000, 500, seed)})[0];
        CHECK(got.result.predicted_gain < 1e-4);
        CHECK(got.result.start_mse != plain.result.start_mse); // that of the first 500
        CHECK(rounds_on_all(got.result) < got.result.rounds);
        if (std::fabs(got.result.mse / plain.result.mse - 1) > 1e-8)
            continue; // another basin: the starts are far off
        ++same;
        plain_rounds += plain.result.rounds;
        rounds += rounds_on_all(got.result);
    }
    CHECK(same >= 10);
    CHECK(2 * rounds < plain_rounds);
}

TEST_CASE("a trace has the rounds of a search before the others")
{
    LseResult const got = both({searched(4000, 200)})[0].result;
    REQUIRE(got.trace.size() == static_cast<std::size_t>(got.rounds));
    bool was_search = true;
    for (std::size_t i = 0; i < got.trace.size(); ++i) {
        CHECK(got.trace[i].round == static_cast<int>(i) + 1);
        CHECK((was_search || !got.trace[i].search));
        was_search = got.trace[i].search;
    }
    CHECK_FALSE(was_search);
}

TEST_CASE("a search ends with little left on its own samples, and does not ask for more")
{
    RoundsCase const c = searched(4000, 200);
    auto const device = make_cpu_device(1);
    OnDevice const memory(*device, c);
    LseResult const got = search(*device, {memory.item(c)})[0];
    CHECK(got.predicted_gain <= stationary_gain);
    RoundsCase few = c;
    few.problem.x.resize(200 * 2);
    few.problem.y.resize(200);
    few.settings.search_samples = 0;
    RoundsFit const all = fitted(few);
    CHECK(got.start_mse == all.result.start_mse);
    CHECK(got.rounds <= all.result.rounds);
}

TEST_CASE("a search has 4 samples a parameter, and is none where that is all there are")
{
    int const p = coordinate_count(searched(10, 0).problem.model);
    RoundsCase const c = searched(4 * p, 1);
    CHECK(same_bits(both({c})[0].theta, fitted(c).theta));
    CHECK(both({c})[0].result.start_mse == fitted(c).result.start_mse);
    CHECK(rounds_on_all(both({c})[0].result) == fitted(c).result.rounds);
    CHECK(rounds_on_all(both({searched(4 * p + 1, 1)})[0].result) !=
          both({searched(4 * p + 1, 1)})[0].result.rounds);
}

TEST_CASE("searched fits do not depend on what else is in the list")
{
    std::vector<RoundsCase> const cases{searched(4000, 200, 1), searched(900, 0, 2),
                                        searched(3000, 500, 3), searched(300, 400, 4)};
    std::vector<RoundsFit> const together = both(cases);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        INFO(i);
        RoundsFit const alone = both({cases[i]})[0];
        CHECK(same_bits(alone.theta, together[i].theta));
        CHECK(alone.result.rounds == together[i].result.rounds);
        CHECK(alone.result.mse == together[i].result.mse);
    }
}

TEST_CASE("who waits for a searched fit's starts hears of all their rounds")
{
    RoundsCase const c = searched(4000, 200);
    auto const device = make_cpu_device(1);
    OnDevice const memory(*device, c);
    std::vector<int> told(3, -1);
    StartWatch const watch = [&](int start, StartRecord const& record) {
        told.at(static_cast<std::size_t>(start)) = record.rounds;
    };
    FitProblem<double> problem{c.problem.model, StreamKey{},         c.problem.n(), memory.x.data(),
                               memory.y.data(), memory.theta.data(), {3, 1}};
    problem.traced = true;
    problem.watch = &watch;
    std::vector<LseRequest> const requests{{&problem, c.settings, {c.lower, c.upper}}};
    FitFacts const got = LseBatch(*device, requests).run().at(0).facts;
    for (std::size_t s = 0; s < 3; ++s) {
        StartRecord const& start = got.starts.at(s);
        CHECK(start.rounds == told[s]);
        CHECK(start.trace.size() == static_cast<std::size_t>(start.rounds) + 1);
        CHECK(start.trace.at(1).stage == std::string("search"));
        CHECK(start.trace.back().stage == std::string("smooth"));
    }
}

TEST_CASE("a fit that is ended early is the fit up to there, its search's rounds counted")
{
    RoundsCase const c = searched(4000, 200);
    auto const device = make_cpu_device(1);
    struct Ended
    {
        std::vector<double> theta;
        int rounds;
    };
    auto const ended_after = [&](int iterations, bool limited) {
        OnDevice const memory(*device, c);
        FitProblem<double> const problem{c.problem.model, StreamKey{},     c.problem.n(),
                                         memory.x.data(), memory.y.data(), memory.theta.data(),
                                         {1, 0}};
        LseSettings settings = c.settings;
        settings.iterations = iterations;
        settings.limited = limited;
        FitOutcome const got =
            LseBatch(*device, {{&problem, settings, {c.lower, c.upper}}}).run().at(0);
        return Ended{memory.theta.download(), got.facts.starts.at(0).rounds};
    };
    Ended const whole = ended_after(300, false);
    REQUIRE(whole.rounds > 4);
    CHECK(same_bits(ended_after(whole.rounds, true).theta, whole.theta));
    for (int const end : {0, 1, whole.rounds / 2, whole.rounds - 1})
        CHECK(ended_after(end, true).rounds == end);
}
