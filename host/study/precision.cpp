#include "host/study/precision.h"

#include "host/measure/precision_check.h"
#include "host/study/truth.h"
#include "kernels/spec/lookup.h"

#include <fmt/format.h>

#include <cmath>

namespace moerate
{
namespace
{

/// MSEs are sums of squares in float64, whatever the fit's precision.
constexpr double largest_variance = 1e290;

void check_noise(PrecisionCheck const& check, double variance, Reader const& data)
{
    check.hold_sd(data, "noise_variance", variance, "the noise's sd", std::sqrt(variance));
    if (variance > largest_variance)
        data.fail("noise_variance",
                  fmt::format("= {} is too large (mean square errors of that size "
                              "leave float64, at most {} does not) lower it",
                              variance, largest_variance));
}

/// tau1 and tau2 of a gate: a positive one that became 0 would be another router.
void check_gate(PrecisionCheck const& check, GateSpec const& gate, Reader const& table)
{
    check.hold(table, "tau1", gate.tau1, "tau1", gate.tau1);
    check.hold(table, "tau2", gate.tau2, "tau2", gate.tau2);
}

/// The key of a truth that is not drawn.
char const* given_key(TruthSpec const& truth)
{
    return truth.file.empty() ? "measure" : "file";
}

/// Parameters that `key` of [truth] gives.
void check_given(PrecisionCheck const& check, Reader const& truth, std::string const& key,
                 std::vector<double> const& theta)
{
    for (double const parameter : theta)
        if (std::fabs(parameter) > check.most())
            truth.fail(key, fmt::format("holds {:.3g} ({} goes up to {:.2g}) {}", parameter,
                                        check.name(), check.most(), check.advice()));
}

/// What a path makes of the base at n, as far as the file says it: a drawn base is taken as 0.
void check_path(PrecisionCheck const& check, Reader const& truth, TruthSpec const& spec, int n)
{
    for (std::size_t i = 0; i < spec.path->to.size(); ++i) {
        double const value = on_path(*spec.path, n, i, spec.draw ? 0 : spec.theta[i]);
        if (!(std::fabs(value) <= check.most()))
            truth.fail("path", fmt::format("leads {} at n = {} ({} goes up to {:.2g}) lower scale "
                                           "or exponent",
                                           std::isfinite(value) ? fmt::format("to {:.3g}", value)
                                                                : "beyond all numbers",
                                           n, check.name(), check.most()));
    }
    int const at = temperature_place(spec.model.layout);
    if (at < 0)
        return;
    double const base = spec.draw ? spec.model.temperature : spec.theta[at];
    double const temperature = on_path(*spec.path, n, static_cast<std::size_t>(at), base);
    if (!(temperature > 0))
        truth.fail("path", fmt::format("leads to T = {:.3g} at n = {} (scores are divided by it) "
                                       "lower scale or exponent",
                                       temperature, n));
}

void check_truth(PrecisionCheck const& check, Curve const& curve, CurveTables const& tables)
{
    Reader& truth = tables.truth;
    double const temperature = curve.truth.model.temperature;
    check.hold(truth, "temperature", temperature, "T", temperature);
    check.hold(truth, "temperature", temperature, "1 / T", 1 / temperature);
    if (curve.truth.draw) {
        check_gate(check, curve.truth.model.gate, truth.table("gate"));
        Reader const table = truth.table("draw");
        TruthDraw const& draw = *curve.truth.draw;
        check.hold_sd(table, "gate_variance", draw.gate_variance, "the sd",
                      std::sqrt(draw.gate_variance));
        check.hold_sd(table, "expert_variance", draw.expert_variance, "the sd",
                      std::sqrt(draw.expert_variance));
        return;
    }
    check_given(check, truth, given_key(curve.truth), curve.truth.theta);
}

void check_start(PrecisionCheck const& check, StartSpec const& start, int smallest_n, int largest_n,
                 Reader& table)
{
    if (start.kind != StartKind::near)
        return;
    bool const by_exponent =
        (start.scale == 0 || check.holds_sd(start.scale)) && table.has("exponent");
    for (int const n : {smallest_n, largest_n}) {
        double const sd = start.scale * std::pow(n, start.exponent);
        std::string const what = fmt::format("the noise's sd at n = {}", n);
        if (!by_exponent)
            check.hold_sd(table, "scale", start.scale, what, sd);
        else if (start.scale != 0 || sd != 0)
            check.hold_sd(table, "exponent", start.exponent, what, sd, 0);
    }
}

} // namespace

void check_precision(Curve const& curve, int smallest_n, int largest_n, CurveTables const& tables)
{
    PrecisionCheck const check(curve.estimator->in_float64());
    check_noise(check, curve.noise_variance, tables.data);
    check_truth(check, curve, tables);
    for (int const n : {smallest_n, largest_n}) // n^exponent is monotone
        if (curve.truth.path)
            check_path(check, tables.truth, curve.truth, n);
    check_gate(check, curve.model.gate, tables.fit.table("gate"));
    check_start(check, curve.start, smallest_n, largest_n, tables.start);
}

} // namespace moerate
