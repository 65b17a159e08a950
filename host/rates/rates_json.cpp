#include "host/rates/rates.h"
#include "host/rates/verdict.h"

#include <cmath>
#include <cstdlib>
#include <utility>

namespace moerate
{
namespace
{

using Json = nlohmann::ordered_json;

/// Numbers that JSON does not have become null.
Json number(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json numbers(std::vector<double> const& values)
{
    Json list = Json::array();
    for (double const value : values)
        list.push_back(number(value));
    return list;
}

template <class T>
Json optional(std::optional<T> const& value)
{
    return value ? Json(*value) : Json(nullptr);
}

Json slope_json(Slope const& slope)
{
    Json json;
    json["value"] = numbers(slope.value);
    if (!slope.sd.empty())
        json["sd"] = numbers(slope.sd);
    if (!slope.p50.empty()) {
        json["p05"] = numbers(slope.p05);
        json["p50"] = numbers(slope.p50);
        json["p95"] = numbers(slope.p95);
    }
    json["slope"] = number(slope.slope);
    json["lo"] = number(slope.lo);
    json["hi"] = number(slope.hi);
    if (!slope.reason.empty())
        json["reason"] = slope.reason;
    json["reasons"] = reasons_json(slope.reasons);
    return json;
}

/// A number where the text is one, "sub" and the like as they are.
Json claim_json(std::string const& claim)
{
    char* end = nullptr;
    double const value = std::strtod(claim.c_str(), &end);
    return *end == 0 ? number(value) : Json(claim);
}

/// The claim alone where nothing is to be said of it, null where there is none.
Json theory_json(Theory const& theory)
{
    if (theory.claim.empty())
        return nullptr;
    if (theory.stands && theory.why.empty())
        return claim_json(theory.claim);
    return {{"claim", claim_json(theory.claim)}, {"stands", theory.stands}, {"why", theory.why}};
}

/// The slope of the mean loss within each truth.
Json truths_json(Truths const& truths)
{
    Json json{{"count", truths.each.size()}, {"spread", number(truths.spread)}};
    json["slopes"] = Json::array();
    for (Slope const& slope : truths.each)
        json["slopes"].push_back(
            {{"slope", number(slope.slope)}, {"lo", number(slope.lo)}, {"hi", number(slope.hi)}});
    return json;
}

Json levels_json(std::vector<CurveLevel> const& levels)
{
    Json list = Json::array();
    for (CurveLevel const& at : levels)
        list.push_back({{"n", at.n},
                        {"replicates", at.replicates},
                        {"mean", number(at.mean)},
                        {"error", number(at.error)},
                        {"median", number(at.median)},
                        {"regression", number(at.regression)},
                        {"regression_error", number(at.regression_error)},
                        {"admissible_share", optional(at.admissible)},
                        {"failed", at.failed},
                        {"no_descent", at.no_descent},
                        {"near_start_won", optional(at.near_start_won)}});
    return list;
}

Json interval_json(SlopeInterval const& slope)
{
    return {{"slope", number(slope.slope)}, {"lo", number(slope.lo)}, {"hi", number(slope.hi)}};
}

/// Adds the windows and the influential replicates where they were asked for.
void add_windows(Json& json, RateRow const& row)
{
    if (row.windows.empty())
        return;
    json["windows"] = Json::array();
    for (Window const& one : row.windows)
        json["windows"].push_back({{"from", one.from},
                                   {"mean", interval_json(one.mean)},
                                   {"regression", interval_json(one.regression)}});
    json["influence"] = Json::array();
    for (Influence const& one : row.influences)
        json["influence"].push_back({{"n", one.n},
                                     {"replicate", one.replicate},
                                     {"value", number(one.value)},
                                     {"slope_without", number(one.slope_without)},
                                     {"change", number(one.change)}});
}

Json block_json(RateRow const& row, BlockSlope const& slope)
{
    Json json = slope_json(slope.mean);
    json["median"] = slope_json(slope.median);
    json["theory"] = theory_json({slope.claim, row.theory.stands, row.theory.why});
    return json;
}

/// Adds the slopes by block where they were asked for: null where the loss has none.
void add_blocks(Json& json, RateRow const& row)
{
    if (!row.blocks)
        return;
    json["blocks"] = nullptr;
    for (BlockSlopes const& one : *row.blocks)
        json["blocks"][one.block] = {{"over", block_json(row, one.over)},
                                     {"exact", block_json(row, one.exact)}};
}

Json row_json(RateRow const& row)
{
    Json json;
    json["study"] = row.study;
    json["label"] = row.label;
    json["fit"] = row.fit;
    json["swept"] = Json::object();
    for (SweptValue const& one : row.swept)
        json["swept"][one.key] = one.value;
    json["loss"] = row.loss;
    json["r"] = row.r;
    json["gauge"] = row.gauge;
    json["target"] = row.target;
    json["estimator"] = row.estimator;
    json["n"] = row.n;
    json["replicates"] = row.replicates;
    json["failed"] = row.failed;
    json["admissible_share"] = optional(row.admissible_share);
    json["certified_share"] = optional(row.certified_share);
    json["box_share"] = numbers(row.box_share);
    json["n_over_sigma2"] = numbers(row.n_over_sigma2);
    json["bracketed"] = optional(row.bracketed);
    json["reasons"] = Json::array();
    for (auto const& [of, reasons] : {std::pair("fits", &row.reasons), {"mean", &row.mean.reasons}})
        for (Json one : reasons_json(*reasons)) {
            one["of"] = of;
            json["reasons"].push_back(std::move(one));
        }
    json["mean"] = slope_json(row.mean);
    json["median"] = slope_json(row.median);
    json["trimmed"] = slope_json(row.trimmed);
    json["geometric"] = slope_json(row.geometric);
    json["start"] = slope_json(row.start);
    json["regression"] = slope_json(row.regression);
    json["expert"] = {{"over", slope_json(row.expert.over)},
                      {"exact", slope_json(row.expert.exact)},
                      {"missed", slope_json(row.expert.missed)}};
    json["response"] = {{"cell", slope_json(row.response.cell)},
                        {"gate", slope_json(row.response.gate)}};
    json["oracle"] = row.oracle ? slope_json(*row.oracle) : Json(nullptr);
    json["no_descent"] = row.no_descent;
    json["near_start_won"] = optional(row.near_start_won);
    json["truths"] = row.truths ? truths_json(*row.truths) : Json(nullptr);
    json["reported_slope"] = optional(row.reported_slope);
    json["theory"] = theory_json(row.theory);
    json["error_bars"] = row.error_bars;
    json["levels"] = levels_json(row.levels);
    json["stationary_share"] = optional(row.stationary_share);
    json["best_share"] = optional(row.best_share);
    json["excess"] = numbers(row.excess);
    json["parameters"] = row.parameters;
    json["rank"] = row.rank ? Json{row.rank->first, row.rank->second} : Json(nullptr);
    add_windows(json, row);
    add_blocks(json, row);
    return json;
}

} // namespace

nlohmann::ordered_json rates_to_json(std::vector<RateRow> const& rows)
{
    Json json;
    json["rows"] = Json::array();
    for (RateRow const& row : rows)
        json["rows"].push_back(row_json(row));
    return json;
}

} // namespace moerate
