#include "host/estimate/lse_record.h"

#include "host/estimate/lse_starts.h"

namespace moerate
{
namespace
{

/// The rounds of a start, the start itself first. A decrease is told in units of sigma_hat^2 where
/// the step began; without residuals there is no such unit.
std::vector<TraceRound> trace_of(LseResult const& end)
{
    auto const none = FitFacts::unknown;
    std::vector<TraceRound> trace{
        {0, "start", end.start_mse, finite_end(end), none, none, none, none, none, -1}};
    for (RoundRecord const& round : end.trace) {
        auto const gain = [&](double decrease) {
            return round.sigma2 > 0 ? decrease / round.sigma2 : FitFacts::unknown;
        };
        char const* const stage = round.search ? "search" : round.polished ? "kinks" : "smooth";
        trace.push_back({round.round, stage, round.mse, round.accepted, gain(round.predicted),
                         gain(round.actual), round.damping, round.radius, round.step_norm,
                         round.at_bound});
    }
    return trace;
}

} // namespace

char const* word_of(LseEnd end)
{
    switch (end) {
    case LseEnd::gain:
        return "gain";
    case LseEnd::gradient:
        return "gradient";
    case LseEnd::decrease:
        return "decrease";
    case LseEnd::slow:
        return "slow";
    case LseEnd::stuck:
        return "stuck";
    case LseEnd::kink:
        return "kink-stationary";
    case LseEnd::not_finite:
        return "not_finite";
    }
    return "unknown";
}

bool finite_end(LseResult const& end)
{
    return end.end != LseEnd::not_finite;
}

StartRecord record_of(FitProblem<double> const& problem, int start, LseResult const& end)
{
    StartRecord record;
    record.kind = blind(problem.starts, start) ? "blind" : "near";
    record.mse = finite_end(end) ? end.mse : FitFacts::unknown;
    record.ended = word_of(end.end);
    record.rounds = end.rounds;
    if (problem.traced)
        record.trace = trace_of(end);
    return record;
}

} // namespace moerate
