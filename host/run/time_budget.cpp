#include "host/run/time_budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>
#include <vector>

namespace moerate
{
namespace
{

constexpr double minute = 60, hour = 3600, day = 86400;

/// The number that up to six digits at `at` are, which then stands behind them.
std::optional<int> digits_at(std::string const& text, std::size_t& at)
{
    std::size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9')
        ++end;
    if (end == at || end - at > 6)
        return std::nullopt;
    int const number = std::stoi(text.substr(at, end - at));
    at = end;
    return number;
}

/// "1d2h3m4s", units falling.
std::optional<double> with_units(std::string const& text)
{
    double seconds = 0, last = 10 * day;
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto const number = digits_at(text, at);
        if (!number || at == text.size())
            return std::nullopt;
        double const unit = text[at] == 'd'   ? day
                            : text[at] == 'h' ? hour
                            : text[at] == 'm' ? minute
                            : text[at] == 's' ? 1
                                              : last;
        if (unit >= last)
            return std::nullopt;
        seconds += *number * unit;
        last = unit;
    }
    return text.empty() ? std::nullopt : std::optional<double>(seconds);
}

/// "D-HH[:MM[:SS]]", "HH:MM:SS", "MM:SS".
std::optional<double> with_colons(std::string const& text)
{
    std::size_t at = 0;
    auto number = digits_at(text, at);
    if (!number || at == text.size())
        return std::nullopt;
    double seconds = 0;
    bool const days = text[at] == '-';
    if (days) {
        seconds = *number * day;
        if (!(number = digits_at(text, ++at)))
            return std::nullopt;
    }
    std::vector<int> parts{*number};
    while (at < text.size() && text[at] == ':') {
        number = digits_at(text, ++at);
        if (!number || *number > 59)
            return std::nullopt;
        parts.push_back(*number);
    }
    if (at != text.size() || parts.size() > 3)
        return std::nullopt;
    double unit = days || parts.size() == 3 ? hour : minute;
    for (int const part : parts) {
        seconds += part * unit;
        unit /= 60;
    }
    return seconds;
}

/// What a command prints, its first line; empty where it fails.
std::string first_line(std::string const& command)
{
    std::string line;
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr)
        return line;
    for (int c; (c = std::fgetc(pipe)) != EOF && c != '\n';)
        line += static_cast<char>(c);
    return ::pclose(pipe) == 0 ? line : std::string{};
}

} // namespace

std::optional<double> duration_of(std::string const& text)
{
    auto const seconds = with_units(text);
    return seconds ? seconds : with_colons(text);
}

std::string slurm_duration(double seconds)
{
    auto const whole = static_cast<long long>(std::ceil(seconds));
    return fmt::format("{}-{:02}:{:02}:{:02}", whole / 86400, whole / 3600 % 24, whole / 60 % 60,
                       whole % 60);
}

std::optional<double> job_time_left(Environment const& variable)
{
    std::string const job = variable("SLURM_JOB_ID"), end = variable("SLURM_JOB_END_TIME");
    if (job.empty() || job.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    if (!end.empty() && end.find_first_not_of("0123456789") == std::string::npos)
        return std::max(0.0, std::stod(end) - static_cast<double>(std::time(nullptr)));
    return duration_of(first_line("timeout 20 squeue -h -j " + job + " -o %L 2>/dev/null"));
}

double budget_of_job(double time_left)
{
    return std::max(time_left - minute, time_left / 2);
}

TimeBudget::TimeBudget(std::optional<double> seconds, double block)
    : seconds_(seconds), block_(block), begin_(std::chrono::steady_clock::now())
{}

bool TimeBudget::over()
{
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - begin_;
    double const last = passed.count() - std::exchange(asked_, passed.count());
    return seconds_ && passed.count() + std::max(block_, as_long * last) > *seconds_;
}

} // namespace moerate
