#include "host/rates/notes.h"

#include "host/core/text.h"
#include "host/rates/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace moerate
{
namespace
{

/// Share of fits without descent, at some n, that a note tells of.
constexpr double many_without_descent = 0.05;

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

void add_reason(Notes& notes, Slope const& slope, std::string const& about)
{
    bool const lost = std::isnan(slope.slope) || std::isnan(slope.lo);
    if (!slope.reason.empty())
        notes.add(lost ? "none" : "!", slope.reason, about);
}

void add_slope_reasons(Notes& notes, RateRow const& row)
{
    for (Slope const* slope : {&row.mean, &row.median, &row.trimmed, &row.geometric, &row.start})
        add_reason(notes, *slope, row.label + " " + loss_text(row));
    if (row.oracle)
        add_reason(notes, *row.oracle, row.label + " " + loss_text(row) + " oracle");
    add_reason(notes, row.regression, row.label + " regression error");
    add_reason(notes, row.expert.over, row.label + " expert over");
    add_reason(notes, row.expert.exact, row.label + " expert exact");
    add_reason(notes, row.expert.missed, row.label + " expert missed");
    add_reason(notes, row.response.cell, row.label + " response cell");
    add_reason(notes, row.response.gate, row.label + " response gate");
}

int total(std::vector<int> const& counts)
{
    return std::accumulate(counts.begin(), counts.end(), 0);
}

/// Whether the share of fits without descent is large at some n.
bool descends_badly(RateRow const& row)
{
    for (std::size_t i = 0; i < row.n.size(); ++i)
        if (above(row.no_descent[i], row.fits[i], many_without_descent))
            return true;
    return false;
}

/// What became of the fits.
void add_counts(Notes& notes, RateRow const& row)
{
    if (total(row.failed) > 0)
        notes.add("!",
                  fmt::format("failed fits are left out: {} of n = {}", fmt::join(row.failed, ", "),
                              fmt::join(row.n, ", ")),
                  row.label);
    if (descends_badly(row))
        notes.add("!",
                  fmt::format("no descent, the training error ended above the start's in {}: such "
                              "fits measure the steps, not the estimator",
                              counts_text(row.no_descent, row.fits, row.n)),
                  row.label);
    if (!row.not_stationary.empty())
        notes.add("!",
                  fmt::format("not stationary, n MSE / sigma^2 could fall by more than 0.01: such "
                              "fits ended {}",
                              row.not_stationary),
                  row.label);
    if (total(row.fits) < row.planned)
        notes.add("!",
                  fmt::format("unfinished, {} of {} fits are stored: `moerate run` goes on",
                              total(row.fits), row.planned),
                  row.label);
}

} // namespace

std::string loss_text(RateRow const& row)
{
    return loss_text(LossKey{row.loss, row.r, row.gauge, "truth", "fit"}); // target: its own column
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
        if (!row.theory.stands)
            notes.add(
                "\u2717",
                fmt::format("the theory's {} does not stand, {}", row.theory.claim, row.theory.why),
                row.label + " " + loss_text(row));
        else if (!row.theory.why.empty())
            notes.add("theory", fmt::format("{}, {}", row.theory.claim, row.theory.why),
                      row.label + " " + loss_text(row));
    for (RateRow const& row : rows)
        add_slope_reasons(notes, row);
    for (RateRow const& row : rows) {
        add_counts(notes, row);
        if (row.heavy_tail)
            notes.add("!",
                      "heavy tails, at some n the standard deviation exceeds the mean: go by the "
                      "median, trimmed and geometric mean",
                      row.label + " " + loss_text(row));
    }
    for (RateRow const& row : rows)
        if (!row.not_shown.empty())
            notes.add("!", row.not_shown, row.study);
    return notes.text();
}

} // namespace moerate
