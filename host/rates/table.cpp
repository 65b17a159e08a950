#include "host/rates/rates.h"

#include "host/core/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <sstream>

namespace moerate
{
namespace
{

/// Widest line of notes.
constexpr std::size_t note_width = 112;

/// `text` in lines of at most note_width columns, all but the first indented.
std::string wrapped(std::string const& text)
{
    std::string const indent = "    ";
    std::string lines;
    std::string line;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (!line.empty() && columns_of(line) + 1 + columns_of(word) > note_width) {
            lines += line + "\n";
            line = indent + word;
        } else {
            line += line.empty() ? word : " " + word;
        }
    }
    return lines + line + "\n";
}

/// "-0.512 [-0.560, -0.470]"; brackets around a slope that gets no verdict.
std::string slope_text(Slope const& slope, bool bracketed)
{
    if (std::isnan(slope.slope))
        return "none";
    std::string const number = fmt::format(bracketed ? "({:.3f})" : "{:.3f}", slope.slope);
    if (std::isnan(slope.lo))
        return number + " [none]";
    return fmt::format("{} [{:.3f}, {:.3f}]", number, slope.lo, slope.hi);
}

std::string loss_text(RateRow const& row)
{
    return loss_text(LossKey{row.loss, row.r, row.gauge, "truth", "fit"}); // target: its own column
}

std::string target_text(RateRow const& row)
{
    return row.off_target.empty() ? row.target : row.target + "*";
}

/// "1e+05 .. 1e+07".
std::string range_text(std::vector<double> const& values)
{
    if (values.empty())
        return "-";
    return fmt::format("{:.3g} .. {:.3g}", values.front(), values.back());
}

std::string rate_block(std::vector<RateRow> const& rows)
{
    std::vector<std::vector<std::string>> lines{
        {"label", "loss", "target", "mean", "start", "reported", "theory", "n", "R"}};
    for (RateRow const& row : rows)
        lines.push_back({row.label, loss_text(row), target_text(row),
                         slope_text(row.mean, row.bracketed.has_value()),
                         slope_text(row.start, false),
                         row.reported_slope ? fmt::format("{:g}", *row.reported_slope) : "-",
                         row.theory.empty() ? "-" : row.theory,
                         row.n.empty() ? "-" : fmt::format("{} .. {}", row.n.front(), row.n.back()),
                         fmt::format("{}", row.replicates)});
    return aligned(lines);
}

std::string statistics_block(std::vector<RateRow> const& rows)
{
    std::vector<std::vector<std::string>> lines{
        {"label", "loss", "target", "median", "trimmed mean", "geometric mean"}};
    for (RateRow const& row : rows) {
        bool const bracketed = row.bracketed.has_value();
        lines.push_back({row.label, loss_text(row), target_text(row),
                         slope_text(row.median, bracketed), slope_text(row.trimmed, bracketed),
                         slope_text(row.geometric, bracketed)});
    }
    return aligned(lines);
}

std::string quality_block(std::vector<RateRow> const& rows)
{
    std::vector<std::vector<std::string>> lines{
        {"label", "loss", "regression error", "expert error", "admissible", "failed", "n/sigma^2"}};
    for (RateRow const& row : rows) {
        bool const bracketed = row.bracketed.has_value();
        int const failed = std::accumulate(row.failed.begin(), row.failed.end(), 0);
        lines.push_back({row.label, loss_text(row), slope_text(row.regression, bracketed),
                         slope_text(row.expert, bracketed),
                         row.admissible_share ? fmt::format("{:.0f} %", 100 * *row.admissible_share)
                                              : "undefined",
                         fmt::format("{}", failed), range_text(row.n_over_sigma2)});
    }
    return aligned(lines);
}

/// Notes that several rows share, each with the labels it is about.
class Notes
{
public:
    void add(std::string const& mark, std::string const& text, std::string const& about)
    {
        std::string const key = mark + text;
        if (about_.count(key) == 0)
            order_.push_back({mark, text});
        auto& labels = about_[key];
        if (std::find(labels.begin(), labels.end(), about) == labels.end())
            labels.push_back(about);
    }

    std::string text() const
    {
        std::string text;
        for (auto const& [mark, note] : order_)
            text += wrapped(printable(
                fmt::format("{} {}: {}.", mark, fmt::join(about_.at(mark + note), ", "), note)));
        return text;
    }

private:
    std::vector<std::pair<std::string, std::string>> order_;
    std::map<std::string, std::vector<std::string>> about_;
};

void add_slope_reasons(Notes& notes, RateRow const& row)
{
    for (Slope const* slope : {&row.mean, &row.median, &row.trimmed, &row.geometric, &row.start,
                               &row.regression, &row.expert})
        if (!slope->reason.empty())
            notes.add("none", slope->reason, row.label + " " + loss_text(row));
}

std::string notes_text(std::vector<RateRow> const& rows)
{
    Notes notes;
    for (RateRow const& row : rows)
        if (row.bracketed)
            notes.add("( )", "no verdict on this slope, " + *row.bracketed, row.label);
    for (RateRow const& row : rows)
        if (!row.off_target.empty())
            notes.add("*", row.off_target, row.label);
    for (RateRow const& row : rows)
        add_slope_reasons(notes, row);
    for (RateRow const& row : rows) {
        int const failed = std::accumulate(row.failed.begin(), row.failed.end(), 0);
        if (failed > 0)
            notes.add("!",
                      fmt::format("failed fits are left out: {} of n = {}",
                                  fmt::join(row.failed, ", "), fmt::join(row.n, ", ")),
                      row.label);
        if (row.replicates + failed < row.planned || row.n.empty())
            notes.add("!",
                      fmt::format("unfinished, at least one n has {} of {} replicates that count: "
                                  "`moerate run` goes on",
                                  row.replicates, row.planned),
                      row.label);
        if (row.heavy_tail)
            notes.add("!",
                      "heavy tails, at some n the standard deviation exceeds the mean: go by the "
                      "median, trimmed and geometric mean",
                      row.label + " " + loss_text(row));
    }
    return notes.text();
}

} // namespace

std::string rates_table(std::vector<RateRow> const& rows)
{
    if (rows.empty())
        return "No rates: the study has no fits with a loss.\n";
    std::string text =
        fmt::format("Rates of {}: slope of log(mean loss) on log n, [95 % interval]\n\n",
                    printable(rows.front().study));
    text += rate_block(rows);
    text += "\nThe same slope of other statistics of the loss\n\n" + statistics_block(rows);
    text += "\nErrors in L2, which gates share, and the fits\n\n" + quality_block(rows);
    text += "\n" + notes_text(rows);
    text += wrapped(
        "Intervals resample the replicates of one drawn truth; they say nothing about other "
        "truths.");
    text += wrapped(
        "start: slope of the starting points' own mean loss; a mean slope near it measures the "
        "start, not the estimator.");
    text += wrapped(
        "admissible: share of fits whose training error is at most that of the reference, so "
        "that the theory's upper bounds apply to them.");
    return text;
}

} // namespace moerate
