#include "host/rates/interval.h"

#include "kernels/rates/multiset.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace moerate
{
namespace
{

constexpr double pi = 3.14159265358979323846;

double mean_of(std::vector<double> const& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Unbiased excess kurtosis; 0 where that is not positive, not known (R < 4), or nothing varies.
double positive_kurtosis(std::vector<double> const& values)
{
    auto const size = static_cast<double>(values.size());
    double const mean = mean_of(values);
    double second = 0, fourth = 0;
    for (double const value : values) {
        double const square = (value - mean) * (value - mean);
        second += square / size;
        fourth += square * square / size;
    }
    double const excess = fourth / (second * second) - 3;
    double const unbiased = ((size + 1) * excess + 6) * (size - 1) / ((size - 2) * (size - 3));
    return size >= 4 && unbiased > 0 ? unbiased : 0;
}

/// Makes the values that the trimmed mean drops those that it keeps last, and returns that mean.
double winsorize(std::vector<double>& values)
{
    auto const drop = static_cast<std::size_t>(trimmed(static_cast<int>(values.size())));
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    double const least = sorted[drop];
    double const most = sorted[sorted.size() - 1 - drop];
    for (double& value : values)
        value = std::min(std::max(value, least), most);
    auto const edge = static_cast<std::ptrdiff_t>(drop);
    return mean_of({sorted.begin() + edge, sorted.end() - edge});
}

} // namespace

VarianceEstimate variance_estimate(Statistic statistic, std::vector<double> const& influence)
{
    auto const size = static_cast<double>(influence.size());
    if (statistic == Statistic::median && size > 2) {
        double const infinite = std::numeric_limits<double>::infinity();
        return {(size + 1) / (size + 2 * std::sqrt(size / pi)), infinite};
    }
    double const relative = 2 / (size - 1) + positive_kurtosis(influence) / size;
    bool const drops = statistic == Statistic::trimmed && trimmed(static_cast<int>(size)) > 0;
    return {drops ? 1 : size / (size - 1), 2 / relative};
}

std::vector<double> influences(Statistic statistic, std::vector<double> values)
{
    if (statistic == Statistic::median || values.empty())
        return std::vector<double>(values.size(), 0.0);
    double unit = 1; // what the deviations from the mean are divided by
    if (statistic == Statistic::mean) {
        unit = mean_of(values);
    } else if (statistic == Statistic::geometric) {
        for (double& value : values)
            value = std::log(value);
    } else {
        auto const size = static_cast<int>(values.size());
        unit = winsorize(values) * (size - 2 * trimmed(size)) / size;
    }
    double const mean = mean_of(values);
    for (double& value : values)
        value = (value - mean) / unit;
    return values;
}

Spread spread(std::vector<SumPart> const& parts)
{
    double drawn = 0, variance = 0, uncertainty = 0;
    for (SumPart const& part : parts) {
        double const own = part.variance * part.estimate.factor;
        drawn += part.variance;
        variance += own;
        uncertainty += own * own / part.estimate.freedom;
    }
    if (!(drawn > 0))
        return {};
    return {std::sqrt(variance / drawn), variance * variance / uncertainty};
}

double widening(std::vector<SumPart> const& parts)
{
    if (std::none_of(parts.begin(), parts.end(),
                     [](SumPart const& part) { return part.variance > 0; }))
        return 1;
    Spread const of = spread(parts);
    return of.scale * student_quantile(of.freedom) / normal_97_5;
}

double normal_deviate(double t, double freedom)
{
    if (!(freedom < 1e7))
        return std::fabs(t);
    return (8 * freedom + 1) / (8 * freedom + 3) * std::sqrt(freedom * std::log1p(t * t / freedom));
}

double student_quantile(double freedom)
{
    if (!(freedom < 1e7))
        return normal_97_5;
    // Newton's steps on the integral of (1 + x^2 / freedom)^(-(freedom + 1) / 2) from 0, which is
    // concave: from below they never pass the quantile.
    auto const density = [&](double x) {
        return std::exp(-0.5 * (freedom + 1) * std::log1p(x * x / freedom));
    };
    double const whole = 0.5 * std::sqrt(pi * freedom) *
                         std::exp(std::lgamma(0.5 * freedom) - std::lgamma(0.5 * (freedom + 1)));
    double quantile = normal_97_5;
    for (int step = 0; step < 12; ++step) {
        constexpr int intervals = 200; // of Simpson's rule
        double const width = quantile / intervals;
        double integral = density(0) + density(quantile);
        for (int i = 1; i < intervals; ++i)
            integral += (i % 2 == 1 ? 4 : 2) * density(i * width);
        quantile += (0.95 * whole - integral * width / 3) / density(quantile);
    }
    return quantile;
}

double student_tail(double t, double freedom)
{
    if (!(freedom < 200)) // Wallace's deviate is exact enough from here on
        return std::erfc(normal_deviate(t, freedom) / std::sqrt(2.0));
    // With T = sqrt(freedom) / tan u the density of u in (0, pi/2) is proportional to
    // sin(u)^(freedom - 1), and with u = v^2 it is smooth enough at 0 for Simpson's rule.
    double const end = std::sqrt(std::atan2(std::sqrt(freedom), std::fabs(t)));
    auto const density = [&](double v) { return 2 * v * std::pow(std::sin(v * v), freedom - 1); };
    constexpr int intervals = 400;
    double const width = end / intervals;
    double integral = density(end); // it is 0 at 0
    for (int i = 1; i < intervals; ++i)
        integral += (i % 2 == 1 ? 4 : 2) * density(i * width);
    double const whole = 0.5 * std::sqrt(pi) *
                         std::exp(std::lgamma(0.5 * freedom) - std::lgamma(0.5 * (freedom + 1)));
    return std::fmin(1.0, integral * width / 3 / whole);
}

} // namespace moerate
