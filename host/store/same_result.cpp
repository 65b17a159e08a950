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

bool same_value(double a, double b)
{
    return same_number(a, b);
}

template <class Value>
bool same_value(Value const& a, Value const& b)
{
    return a == b;
}

/// Whether all values that `each` names are the same. A row has its values at the same places as
/// any other of its type.
template <class Row, class Each>
bool same_numbers(Row const& a, Row const& b, Each&& each)
{
    bool same = true;
    each(a, [&](char const* name, auto const& value) {
        each(b, [&](char const* other, auto const& counterpart) {
            if constexpr (std::is_same_v<decltype(value), decltype(counterpart)>)
                same &= std::string_view(name) != other || same_value(value, counterpart);
        });
    });
    return same;
}

bool same_start(StartRecord const& a, StartRecord const& b)
{
    return same_numbers(a, b,
                        [](StartRecord const& start, auto&& f) { each_start_value(start, f); });
}

bool same_point(Point const& a, Point const& b)
{
    return same_parameters(a.theta, b.theta) &&
           same_numbers(a, b, [](Point const& point, auto&& f) { each_point_number(point, f); });
}

} // namespace

bool same_result(FitRow const& a, FitRow const& b)
{
    bool same = a.status == b.status && a.facts.iterations == b.facts.iterations &&
                a.points.size() == b.points.size();
    same &= same_numbers(a, b, [](FitRow const& fit, auto&& f) { each_number(fit, f); });
    same &= same_numbers(a, b, [](FitRow const& fit, auto&& f) { each_fact(fit, f); });
    same &= std::equal(a.facts.starts.begin(), a.facts.starts.end(), b.facts.starts.begin(),
                       b.facts.starts.end(), same_start);
    for (Point const& point : a.points)
        same &= b.has(point.at) && same_point(point, b.at(point.at));
    return same;
}

bool same_result(LossRow const& a, LossRow const& b)
{
    return a.cell == b.cell && a.record.empty == b.record.empty &&
           same_numbers(a.record, b.record,
                        [](LossRecord const& record, auto&& f) { each_loss_number(record, f); });
}

} // namespace moerate
