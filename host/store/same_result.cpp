#include "host/store/columns.h"

#include <algorithm>
#include <string_view>
#include <type_traits>

namespace moerate
{
namespace
{

bool same_parameters(std::vector<double> const& a, std::vector<double> const& b)
{
    return a.empty() || b.empty() ||
           std::equal(a.begin(), a.end(), b.begin(), b.end(), same_number);
}

bool none(double value)
{
    return std::isnan(value);
}

bool none(std::string const& value)
{
    return value.empty();
}

template <class Whole>
bool none(std::optional<Whole> const& value)
{
    return !value;
}

/// Equal, or both none; a column that fills may be none on one side.
template <class Value>
bool same_value(Column const& column, Value const& a, Value const& b)
{
    if (none(a) || none(b))
        return column.fills || none(a) == none(b);
    return a == b;
}

/// Whether all values that `each` names are the same.
template <class Row, class Each>
bool same_values(Row const& a, Row const& b, Each&& each)
{
    bool same = true;
    each(a, [&](Column const& column, auto const& value) {
        each(b, [&](Column const& other, auto const& counterpart) {
            if constexpr (std::is_same_v<decltype(value), decltype(counterpart)>)
                same &= std::string_view(column.name) != other.name ||
                        same_value(column, value, counterpart);
        });
    });
    return same;
}

bool same_start(StartRecord const& a, StartRecord const& b)
{
    return same_values(a, b,
                       [](StartRecord const& start, auto&& f) { each_start_value(start, f); });
}

bool same_point(Point const& a, Point const& b)
{
    return same_parameters(a.theta, b.theta) &&
           same_values(a, b, [](Point const& point, auto&& f) { each_point_number(point, f); });
}

} // namespace

bool same_result(FitRow const& a, FitRow const& b)
{
    bool same = a.status == b.status && a.facts.iterations == b.facts.iterations &&
                a.points.size() == b.points.size();
    same &= same_values(a, b, [](FitRow const& fit, auto&& f) { each_number(fit, f); });
    same &= same_values(a, b, [](FitRow const& fit, auto&& f) { each_fact(fit, f); });
    std::vector<StartRecord> const &starts = a.facts.starts, &others = b.facts.starts;
    same &= starts.empty() || others.empty() || // files of an older minor have none
            std::equal(starts.begin(), starts.end(), others.begin(), others.end(), same_start);
    for (Point const& point : a.points)
        same &= b.has(point.at) && same_point(point, b.at(point.at));
    return same;
}

bool same_result(LossRow const& a, LossRow const& b)
{
    return a.cell == b.cell && a.record.empty == b.record.empty &&
           same_values(a.record, b.record,
                       [](LossRecord const& record, auto&& f) { each_loss_number(record, f); });
}

} // namespace moerate
