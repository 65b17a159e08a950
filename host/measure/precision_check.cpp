#include "host/measure/precision_check.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace moerate
{

PrecisionCheck::PrecisionCheck(bool in_float64)
    : name_(in_float64 ? "float64" : "float32"),
      least_(in_float64 ? std::numeric_limits<double>::min()
                        : double{std::numeric_limits<float>::min()}),
      most_(in_float64 ? std::numeric_limits<double>::max()
                       : double{std::numeric_limits<float>::max()}),
      in_float64_(in_float64)
{}

namespace
{
constexpr double sd_room = 1024;
}

std::string PrecisionCheck::advice(double middle) const
{
    return fmt::format("bring it nearer to {}{}", middle,
                       in_float64_ ? "" : " or use precision = \"float64\"");
}

bool PrecisionCheck::holds_sd(double sd) const
{
    return sd >= least_ && sd <= most_ / sd_room;
}

void PrecisionCheck::hold(Reader const& table, std::string const& key, double value,
                          std::string const& what, double number, double room, double middle) const
{
    double const most = most_ / room;
    if (number == 0 && value == 0)
        return;
    if (std::fabs(number) >= least_ && std::fabs(number) <= most)
        return;
    table.fail(key, fmt::format("= {} leaves {} ({} = {:.2g} must be between {:.2g} and {:.2g}) {}",
                                value, name_, what, number, least_, most, advice(middle)));
}

void PrecisionCheck::hold_sd(Reader const& table, std::string const& key, double value,
                             std::string const& what, double sd, double middle) const
{
    hold(table, key, value, what, sd, sd_room, middle);
}

} // namespace moerate
