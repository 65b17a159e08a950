#include "host/rates/row_names.h"

#include "host/core/json.h"

#include <algorithm>

namespace moerate
{

std::string swept_text(nlohmann::json const& value)
{
    return value.is_string() ? value.get<std::string>() : compact_json(value);
}

std::string row_name(RateRow const& row, bool several)
{
    return several ? row.study + ": " + row.label : row.label;
}

std::vector<std::string> studies_of(std::vector<RateRow> const& rows)
{
    std::vector<std::string> studies;
    for (RateRow const& row : rows)
        if (std::find(studies.begin(), studies.end(), row.study) == studies.end())
            studies.push_back(row.study);
    return studies;
}

NameColumns::NameColumns(std::vector<RateRow> const& rows) : several_(studies_of(rows).size() > 1)
{
    for (RateRow const& row : rows)
        for (SweptValue const& one : row.swept)
            if (std::find(keys_.begin(), keys_.end(), one.key) == keys_.end())
                keys_.push_back(one.key);
}

std::vector<std::string> NameColumns::head(std::vector<std::string> const& more) const
{
    std::vector<std::string> cells;
    if (several_)
        cells.emplace_back("study");
    cells.emplace_back("label");
    cells.insert(cells.end(), keys_.begin(), keys_.end());
    cells.insert(cells.end(), more.begin(), more.end());
    return cells;
}

std::vector<std::string> NameColumns::line(RateRow const& row,
                                           std::vector<std::string> const& more) const
{
    std::vector<std::string> cells;
    if (several_)
        cells.push_back(row.study);
    cells.push_back(row.swept.empty() ? row.label : row.fit);
    for (std::string const& key : keys_) {
        auto const found = std::find_if(row.swept.begin(), row.swept.end(),
                                        [&](SweptValue const& one) { return one.key == key; });
        cells.push_back(found == row.swept.end() ? "-" : swept_text(found->value));
    }
    cells.insert(cells.end(), more.begin(), more.end());
    return cells;
}

} // namespace moerate
