#include "host/rates/quantities.h"

namespace moerate
{

std::array<ErrorKind, 6> const& error_kinds()
{
    static std::array<ErrorKind, 6> const kinds{{
        {"regression", "regression error", "regression error", &RiskRecord::regression, false,
         false},
        {"expert.over", "expert over", "expert error over", &RiskRecord::expert_over, true, false},
        {"expert.exact", "expert exact", "expert error exact", &RiskRecord::expert_exact, true,
         false},
        {"expert.missed", "expert missed", "expert error missed", &RiskRecord::expert_missed, false,
         false},
        {"response.cell", "response cell", "response of the cells", &RiskRecord::response_cell,
         false, true},
        {"response.gate", "response gate", "gate weight of the cells", &RiskRecord::response_gate,
         false, true},
    }};
    return kinds;
}

Number number_of(ErrorKind const& kind, RiskRecord const& record)
{
    return kind.later ? response_number(record, kind.number)
                      : error_number(record.*kind.number, kind.partial);
}

Numbers error_numbers(ErrorKind const& kind, std::vector<FitsAt> const& all, char const* at)
{
    return numbers_of(all, kind.what,
                      [&](FitRow const& fit) { return number_of(kind, fit.at(at).risk); });
}

} // namespace moerate
