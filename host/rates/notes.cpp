#include "host/rates/notes.h"

#include "host/core/text.h"
#include "host/rates/text.h"
#include "host/rates/verdict.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace moerate
{
namespace
{

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

/// Reasons against other slopes than the mean loss's, where the fits have none against all of them;
/// in words that rows share, their numbers are in `rates --json`.
void add_other_reasons(Notes& notes, RateRow const& row)
{
    if (!row.reasons.empty())
        return;
    std::map<std::string, char const*> const words{
        {rule::start.code, "it cannot be told from that of the starting points"},
        {rule::grows.code, "it grows with n"},
        {rule::not_one_line.code, "not one line over n"}};
    auto const add = [&](Slope const& slope, std::string const& column) {
        for (Reason const& one : slope.reasons)
            if (auto const word = words.find(one.code); word != words.end())
                notes.add("( )", std::string("no verdict on this slope, ") + word->second,
                          row.label + " " + column);
    };
    for (auto const& [slope, column] : {std::pair(&row.median, "median"),
                                        {&row.trimmed, "trimmed mean"},
                                        {&row.geometric, "geometric mean"}})
        add(*slope, loss_text(row) + " " + column);
    for (auto const& [slope, column] : {std::pair(&row.regression, "regression error"),
                                        {&row.expert.over, "expert over"},
                                        {&row.expert.exact, "expert exact"},
                                        {&row.expert.missed, "expert missed"},
                                        {&row.response.cell, "response cell"},
                                        {&row.response.gate, "response gate"}})
        add(*slope, column);
    if (row.oracle)
        add(*row.oracle, loss_text(row) + " oracle");
}

/// What became of the fits.
void add_counts(Notes& notes, RateRow const& row)
{
    if (total(row.failed) > 0)
        notes.add("!",
                  fmt::format("failed fits are left out: {} of n = {}", fmt::join(row.failed, ", "),
                              fmt::join(row.n, ", ")),
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
        if (auto const why = texts_of(row.reasons))
            notes.add("( )", "no verdict on its slopes, " + *why, row.label);
    for (RateRow const& row : rows)
        if (auto const why = texts_of(row.mean.reasons))
            notes.add("( )", "no verdict on this slope, " + *why, row.label + " " + loss_text(row));
    for (RateRow const& row : rows)
        add_other_reasons(notes, row);
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
