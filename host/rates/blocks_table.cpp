#include "host/core/text.h"
#include "host/rates/notes.h"
#include "host/rates/row_names.h"
#include "host/rates/slope_text.h"
#include "host/rates/text.h"

#include <fmt/format.h>

#include <utility>

namespace moerate
{
namespace
{

/// The claim of a block, struck where that of its loss does not stand.
std::string claim_text(RateRow const& row, std::string const& claim)
{
    return theory_text({claim, row.theory.stands, {}});
}

std::vector<std::string> block_cells(RateRow const& row, BlockSlopes const& block)
{
    std::vector<std::string> cells{loss_text(row), target_text(row), block.block};
    for (BlockSlope const* of : {&block.over, &block.exact})
        for (std::string const& cell :
             {slope_text(of->mean, row), slope_text(of->median, row), claim_text(row, of->claim)})
            cells.push_back(cell);
    return cells;
}

/// Why a row's blocks have no slope, or lack fits: all of a kind alike, or nearly.
std::string why_text(RateRow const& row, NameColumns const& names)
{
    std::string const name = row_name(row, names.several()) + " " + loss_target_text(row);
    if (row.blocks->empty())
        return wrapped(printable(
            fmt::format("none {}: the loss is against a set of measures, no true atom is that of "
                        "a fitted one.",
                        name)));
    std::string text;
    for (auto const& [cells, word] :
         {std::pair(&BlockSlopes::over, "over"), {&BlockSlopes::exact, "exact"}})
        for (BlockSlopes const& block : *row.blocks)
            if (std::string const& why = (block.*cells).mean.reason; !why.empty()) {
                text += wrapped(
                    printable(fmt::format("none {} {} {}: {}.", name, block.block, word, why)));
                break;
            }
    return text;
}

} // namespace

std::string blocks_text(std::vector<RateRow> const& rows)
{
    NameColumns const names(rows);
    std::vector<std::vector<std::string>> lines{
        names.head({"loss", "target", "block", "over", "over, median", "over, theory", "exact",
                    "exact, median", "exact, theory"})};
    std::string notes;
    for (RateRow const& row : rows) {
        if (!row.blocks)
            continue;
        for (BlockSlopes const& block : *row.blocks)
            lines.push_back(names.line(row, block_cells(row, block)));
        notes += why_text(row, names);
    }
    return "\nSlopes by block of parameters: of the largest mean distance within a cell\n\n" +
           aligned(lines) + "\n" + notes +
           wrapped("over, exact: cells of several atoms, of one, each over the replicates that "
                   "have one; median: the slope of its median; theory: the loss's divided by the "
                   "block's power in it, of the largest cell that the extra atoms can make.");
}

} // namespace moerate
