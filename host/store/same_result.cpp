#include "host/store/columns.h"

#include <algorithm>

namespace moerate
{
namespace
{

bool same_parameters(std::vector<double> const& a, std::vector<double> const& b)
{
    return a.empty() || b.empty() ||
           std::equal(a.begin(), a.end(), b.begin(), b.end(), same_number);
}

/// Whether all numbers that `each` names are the same.
template <class Row, class Each>
bool same_numbers(Row const& a, Row const& b, Each&& each)
{
    std::vector<double> numbers;
    each(a, [&](char const*, double value) { numbers.push_back(value); });
    bool same = true;
    auto other = numbers.begin();
    each(b, [&](Column const& column, double value) {
        bool const lacks = column.minor > 0 && (std::isnan(value) || std::isnan(*other));
        same &= lacks || same_number(*other, value);
        ++other;
    });
    return same;
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
