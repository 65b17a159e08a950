#pragma once

/// @file
/// The columns that tell the rows of a table apart: studies, fits and swept keys.

#include "host/rates/rates.h"

#include <string>
#include <vector>

namespace moerate
{

/// A swept value in a cell of a table.
std::string swept_text(nlohmann::json const& value);

/// A row in a note: its label, after its study where `several` are in one table.
std::string row_name(RateRow const& row, bool several);

/// Columns for rows of one or several studies: the study where there are several, the label of the
/// fit, and one column a swept key.
class NameColumns
{
public:
    explicit NameColumns(std::vector<RateRow> const& rows);

    bool several() const { return several_; }
    /// These columns' heads, and then `more`.
    std::vector<std::string> head(std::vector<std::string> const& more) const;
    /// These columns' cells of a row, and then `more`.
    std::vector<std::string> line(RateRow const& row, std::vector<std::string> const& more) const;

private:
    bool several_ = false;
    std::vector<std::string> keys_; ///< swept, in order of appearance
};

/// The studies of some rows, in order of appearance.
std::vector<std::string> studies_of(std::vector<RateRow> const& rows);

} // namespace moerate
