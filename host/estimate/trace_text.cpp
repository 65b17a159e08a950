#include "host/estimate/trace_text.h"

#include "host/core/json.h"

namespace moerate
{

using nlohmann::ordered_json;

namespace
{

ordered_json round_line(ordered_json line, TraceRound const& round)
{
    line.update({{"round", round.round},
                 {"stage", round.stage},
                 {"mse", round.mse},
                 {"accepted", round.accepted},
                 {"predicted_gain", round.predicted_gain},
                 {"actual_gain", round.actual_gain},
                 {"damping", round.damping},
                 {"radius", round.radius},
                 {"step", round.step},
                 {"at_bound", round.at_bound < 0 ? ordered_json() : ordered_json(round.at_bound)}});
    return line;
}

ordered_json end_line(ordered_json line, StartRecord const& start, bool won)
{
    line.update({{"ended", start.ended},
                 {"rounds", start.rounds},
                 {"mse", start.mse},
                 {"above", start.above},
                 {"distance", start.distance},
                 {"won", won}});
    return line;
}

} // namespace

std::string trace_lines(ordered_json const& head, FitFacts const& facts)
{
    std::string text;
    for (std::size_t s = 0; s < facts.starts.size(); ++s) {
        StartRecord const& start = facts.starts[s];
        if (start.trace.empty())
            continue;
        ordered_json line = head;
        line["start"] = s;
        line["kind"] = start.kind;
        for (TraceRound const& round : start.trace)
            text += json_line(round_line(line, round));
        text += json_line(end_line(line, start, facts.won == static_cast<int>(s)));
    }
    return text;
}

} // namespace moerate
