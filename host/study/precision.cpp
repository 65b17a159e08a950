#include "host/study/precision.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>

namespace moerate
{
namespace
{

/// Numbers that a type holds with all digits.
struct Held
{
    char const* name;
    double least, most;
    char const* advice;
};

template <class Real>
Held held_by(char const* name, char const* advice)
{
    return {name, std::numeric_limits<Real>::min(), std::numeric_limits<Real>::max(), advice};
}

/// Checks one curve's numbers; each message names the key that they come from.
class PrecisionCheck
{
public:
    explicit PrecisionCheck(bool twice)
        : held_(twice ? held_by<double>("float64", "bring it nearer to 1")
                      : held_by<float>("float32", "bring it nearer to 1 or use precision = "
                                                  "\"float64\""))
    {}

    /// `what`, computed of `key`, must be 0 or from the least number held to largest / room.
    void hold(Reader const& table, std::string const& key, double value, std::string const& what,
              double number, double room = 1) const
    {
        double const most = held_.most / room;
        if (number == 0 && value == 0)
            return;
        if (std::fabs(number) >= held_.least && std::fabs(number) <= most)
            return;
        table.fail(key,
                   fmt::format("= {} leaves {} ({} = {:.2g} must be between {:.2g} and {:.2g}) "
                               "{}",
                               value, held_.name, what, number, held_.least, most, held_.advice));
    }

    /// The standard deviation of normal numbers: the largest drawn are some 9 times as large, and
    /// sums of them must be held too.
    void hold_sd(Reader const& table, std::string const& key, double value, std::string const& what,
                 double sd) const
    {
        constexpr double room = 1024;
        hold(table, key, value, what, sd, room);
    }

    double most() const { return held_.most; }
    char const* name() const { return held_.name; }
    char const* advice() const { return held_.advice; }

private:
    Held held_;
};

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
    for (double const parameter : curve.truth.theta)
        if (std::fabs(parameter) > check.most())
            truth.fail(given_key(curve.truth),
                       fmt::format("holds {:.3g} ({} goes up to {:.2g}) {}", parameter,
                                   check.name(), check.most(), check.advice()));
}

void check_start(PrecisionCheck const& check, StartSpec const& start, int smallest_n, int largest_n,
                 Reader const& table)
{
    if (start.kind != StartKind::near)
        return;
    for (int const n : {smallest_n, largest_n})
        check.hold_sd(table, "scale", start.scale, fmt::format("the noise's sd at n = {}", n),
                      start.scale * std::pow(n, start.exponent));
}

void check_steps(PrecisionCheck const& check, EstimatorSpec const& estimator, int largest_n,
                 Reader const& table)
{
    SgdSettings const& sgd = estimator.settings;
    int const batch = estimator.full_batch ? largest_n : sgd.batch;
    check.hold(table, "learning_rate", sgd.learning_rate, "the rate", sgd.learning_rate);
    // A minibatch has from one sample, at the end of an epoch, to `batch`.
    check.hold(table, "loss_factor", sgd.loss_factor, "2 loss_factor", 2 * sgd.loss_factor);
    check.hold(table, "loss_factor", sgd.loss_factor, "2 loss_factor / batch",
               2 * sgd.loss_factor / batch);
    for (int const samples : {1, batch})
        check.hold(table, "learning_rate", sgd.learning_rate, "learning_rate 2 loss_factor / batch",
                   sgd.learning_rate * (2 * sgd.loss_factor / samples));
}

} // namespace

void check_precision(Curve const& curve, int smallest_n, int largest_n, CurveTables const& tables)
{
    PrecisionCheck const check(curve.estimator.double_precision);
    check_noise(check, curve.noise_variance, tables.data);
    check_truth(check, curve, tables);
    check_gate(check, curve.model.gate, tables.fit.table("gate"));
    check_start(check, curve.start, smallest_n, largest_n, tables.start);
    check_steps(check, curve.estimator, largest_n, tables.estimator);
}

} // namespace moerate
