#include "host/core/text.h"
#include "host/rates/notes.h"
#include "host/rates/row_names.h"
#include "host/rates/slope_text.h"
#include "host/rates/text.h"
#include "host/rates/truths.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// The table without the column of this head where no line has anything in it.
std::vector<std::vector<std::string>> without_empty(std::vector<std::vector<std::string>> lines,
                                                    std::string const& head)
{
    auto const column = std::find(lines[0].begin(), lines[0].end(), head) - lines[0].begin();
    if (std::all_of(lines.begin() + 1, lines.end(),
                    [&](auto const& line) { return line[column] == "-"; }))
        for (auto& line : lines)
            line.erase(line.begin() + column);
    return lines;
}

std::string percent(std::optional<double> const& share, char const* otherwise)
{
    return share ? fmt::format("{:.0f} %", 100 * *share) : otherwise;
}

/// "14 .. 15 of 20", the parameters last.
std::string rank_text(RateRow const& row)
{
    if (!row.rank)
        return "-";
    auto const [least, most] = *row.rank;
    return least == most ? fmt::format("{} of {}", least, row.parameters)
                         : fmt::format("{} .. {} of {}", least, most, row.parameters);
}

/// "0 %" or the largest over n, "-" where fits have no box.
std::string box_text(RateRow const& row)
{
    if (!row.rank || row.box_share.empty())
        return "-";
    return percent(*std::max_element(row.box_share.begin(), row.box_share.end()), "-");
}

/// "1e+05 .. 1e+07".
std::string range_text(std::vector<double> const& values)
{
    if (values.empty())
        return "-";
    if (values.front() == values.back())
        return fmt::format("{:.3g}", values.front());
    return fmt::format("{:.3g} .. {:.3g}", values.front(), values.back());
}

std::string rate_block(std::vector<RateRow> const& rows, NameColumns const& names)
{
    std::vector<std::vector<std::string>> lines{
        names.head({"loss", "target", "mean", "start", "oracle", "reported", "theory", "n", "R"})};
    for (RateRow const& row : rows)
        lines.push_back(names.line(
            row, {loss_text(row), target_text(row), slope_text(row.mean, row.bracketed.has_value()),
                  slope_text(row.start, false), row.oracle ? slope_text(*row.oracle, row) : "-",
                  row.reported_slope ? fmt::format("{:g}", *row.reported_slope) : "-",
                  theory_text(row.theory),
                  row.n.empty() ? "-" : fmt::format("{} .. {}", row.n.front(), row.n.back()),
                  fmt::format("{}", row.replicates)}));
    return aligned(without_empty(std::move(lines), "oracle"));
}

std::string statistics_block(std::vector<RateRow> const& rows, NameColumns const& names)
{
    std::vector<std::vector<std::string>> lines{
        names.head({"loss", "target", "median", "trimmed mean", "geometric mean"})};
    for (RateRow const& row : rows)
        lines.push_back(
            names.line(row, {loss_text(row), target_text(row), slope_text(row.median, row),
                             slope_text(row.trimmed, row), slope_text(row.geometric, row)}));
    return aligned(lines);
}

/// The first row of each label: what its rows share.
std::vector<RateRow const*> by_label(std::vector<RateRow> const& rows)
{
    std::vector<RateRow const*> first;
    for (RateRow const& row : rows)
        if (first.empty() || first.back()->label != row.label || first.back()->study != row.study)
            first.push_back(&row);
    return first;
}

std::string errors_block(std::vector<RateRow> const& rows, NameColumns const& names)
{
    std::vector<std::vector<std::string>> lines{
        names.head({"regression error", "expert over", "expert exact", "expert missed"})};
    for (RateRow const* row : by_label(rows))
        lines.push_back(names.line(
            *row, {slope_text(row->regression, *row), slope_text(row->expert.over, *row),
                   slope_text(row->expert.exact, *row), slope_text(row->expert.missed, *row)}));
    return aligned(lines);
}

std::string responses_block(std::vector<RateRow> const& rows, NameColumns const& names)
{
    std::vector<std::vector<std::string>> lines{names.head({"response cell", "response gate"})};
    for (RateRow const* row : by_label(rows))
        lines.push_back(names.line(
            *row, {slope_text(row->response.cell, *row), slope_text(row->response.gate, *row)}));
    return aligned(lines);
}

/// "0" where all are, else the counts by n.
std::string counts_of(std::vector<int> const& counts)
{
    bool const any = std::any_of(counts.begin(), counts.end(), [](int c) { return c != 0; });
    return any ? fmt::format("{}", fmt::join(counts, ", ")) : "0";
}

std::string fits_block(std::vector<RateRow> const& rows, NameColumns const& names)
{
    std::vector<std::vector<std::string>> lines{
        names.head({"admissible", "certified", "near start won", "rank", "on the box", "failed",
                    "no descent", "n/sigma^2"})};
    for (RateRow const* row : by_label(rows))
        lines.push_back(
            names.line(*row, {percent(row->admissible_share, "undefined"),
                              percent(row->certified_share, "-"), percent(row->near_start_won, "-"),
                              rank_text(*row), box_text(*row), counts_of(row->failed),
                              counts_of(row->no_descent), range_text(row->n_over_sigma2)}));
    for (char const* head : {"certified", "near start won", "rank", "on the box"})
        lines = without_empty(std::move(lines), head);
    return aligned(lines);
}

} // namespace

std::string rates_table(std::vector<RateRow> const& rows)
{
    if (rows.empty())
        return "No rates: the study has no fits with a loss.\n";
    NameColumns const names(rows);
    std::string text =
        fmt::format("Rates of {}: slope of log(mean loss) on log n, [95 % interval]\n\n",
                    printable(fmt::format("{}", fmt::join(studies_of(rows), ", "))));
    text += rate_block(rows, names) + truths_block(rows, names);
    text += "\nThe same slope of other statistics of the loss\n\n" + statistics_block(rows, names);
    text +=
        "\nThe same slope of mean errors in L2, which gates share\n\n" + errors_block(rows, names);
    text += "\nThe same slope of what a true atom's cell lacks in L2, which sharing does not "
            "change\n\n" +
            responses_block(rows, names);
    text += "\nThe fits; counts by n\n\n" + fits_block(rows, names);
    text += "\n" + notes_text(rows);
    auto const several = [](RateRow const& row) { return row.truths.has_value(); };
    if (!std::all_of(rows.begin(), rows.end(), several))
        text += wrapped(
            "Intervals resample the replicates of one drawn truth; they say nothing about other "
            "truths.");
    if (std::any_of(rows.begin(), rows.end(), several))
        text += wrapped(
            "Slopes over several truths are means of those within each; their intervals are "
            "Student's, of what truths and their replicates vary (docs/reading-the-table.md).");
    text += wrapped(
        "start: slope of the starting points' own mean loss; a mean slope near it measures the "
        "start, not the estimator.");
    text += wrapped(
        "expert over, exact: largest error of a fitted expert in cells of several atoms, of one; "
        "missed: of a true expert to the nearest fitted one; each over the replicates that have "
        "it.");
    text += wrapped(
        "response cell, gate: largest distance of a true atom's g*h, of its gate weight g, to the "
        "sum over its fitted atoms: identified also where these trade their shares.");
    text += wrapped(
        "admissible: share of fits whose training error is at most that of the reference, so "
        "that the theory's upper bounds apply to them.");
    return text;
}

} // namespace moerate
