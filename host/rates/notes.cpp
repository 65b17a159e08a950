#include "host/rates/notes.h"

#include "host/core/text.h"
#include "host/rates/row_names.h"
#include "host/rates/text.h"
#include "host/rates/verdict.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"

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

void add_slope_reasons(Notes& notes, RateRow const& row, std::string const& name)
{
    for (Slope const* slope : {&row.mean, &row.median, &row.trimmed, &row.geometric, &row.start})
        add_reason(notes, *slope, name + " " + loss_target_text(row));
    if (row.oracle)
        add_reason(notes, *row.oracle, name + " " + loss_target_text(row) + " oracle");
    add_reason(notes, row.regression, name + " regression error");
    add_reason(notes, row.expert.over, name + " expert over");
    add_reason(notes, row.expert.exact, name + " expert exact");
    add_reason(notes, row.expert.missed, name + " expert missed");
    add_reason(notes, row.response.cell, name + " response cell");
    add_reason(notes, row.response.gate, name + " response gate");
}

std::string gate_words(Model const& model)
{
    return fmt::format("{} {}", name_of<Scores>(model.gate.score),
                       name_of<Normalizers>(model.gate.normalizer));
}

int total(std::vector<int> const& counts)
{
    return std::accumulate(counts.begin(), counts.end(), 0);
}

/// Reasons against other slopes than the mean loss's, where the fits have none against all of them;
/// in words that rows share, their numbers are in `rates --json`.
void add_other_reasons(Notes& notes, RateRow const& row, std::string const& name)
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
                          name + " " + column);
    };
    for (auto const& [slope, column] : {std::pair(&row.median, "median"),
                                        {&row.trimmed, "trimmed mean"},
                                        {&row.geometric, "geometric mean"}})
        if (row.mean.reasons.empty()) // else they are in brackets with the mean
            add(*slope, loss_target_text(row) + " " + column);
    for (auto const& [slope, column] : {std::pair(&row.regression, "regression error"),
                                        {&row.expert.over, "expert over"},
                                        {&row.expert.exact, "expert exact"},
                                        {&row.expert.missed, "expert missed"},
                                        {&row.response.cell, "response cell"},
                                        {&row.response.gate, "response gate"}})
        add(*slope, column);
    if (row.oracle)
        add(*row.oracle, loss_target_text(row) + " oracle");
}

/// What became of the fits.
void add_counts(Notes& notes, RateRow const& row, std::string const& name)
{
    if (total(row.failed) > 0)
        notes.add("!",
                  fmt::format("failed fits are left out: {} of n = {}", fmt::join(row.failed, ", "),
                              fmt::join(row.n, ", ")),
                  name);
    if (!row.not_stationary.empty())
        notes.add("!",
                  fmt::format("not stationary, n MSE / sigma^2 could fall by more than 0.01: such "
                              "fits ended {}",
                              row.not_stationary),
                  name);
    if (total(row.fits) < row.planned)
        notes.add("!",
                  fmt::format("unfinished, {} of {} fits are stored: `moerate run` goes on",
                              total(row.fits), row.planned),
                  name);
}

} // namespace

std::string loss_text(RateRow const& row)
{
    return loss_text(LossKey{row.loss, row.r, row.gauge, "truth", "fit"}); // target: its own column
}

std::string loss_target_text(RateRow const& row)
{
    return loss_target_text(LossKey{row.loss, row.r, row.gauge, row.target, "fit"});
}

std::string loss_target_text(LossKey const& key)
{
    LossKey shown = key;
    shown.target = "truth";
    return loss_text(shown) + (key.target == "truth" ? "" : " to " + key.target);
}

std::string off_target_text(Model const& fitted, Model const& truth, bool function)
{
    char const* const held = function ? "has the function of the truth" : "does not hold the truth";
    char const* const other =
        function ? ", but by other parameters than those that the loss compares with" : "";
    return fmt::format("the fit ({} gate) {} ({} gate){}; the target of the theory is the truth's "
                       "projection onto the fitted family",
                       gate_words(fitted), held, gate_words(truth), other);
}

std::string notes_text(std::vector<RateRow> const& rows)
{
    Notes notes;
    bool const several = studies_of(rows).size() > 1;
    auto const name = [&](RateRow const& row) { return row_name(row, several); };
    for (RateRow const& row : rows)
        if (auto const why = texts_of(row.reasons))
            notes.add("( )", "no verdict on its slopes, " + *why, name(row));
    for (RateRow const& row : rows)
        if (auto const why = texts_of(row.mean.reasons))
            notes.add("( )", "no verdict on this slope, " + *why,
                      name(row) + " " + loss_target_text(row));
    for (RateRow const& row : rows)
        add_other_reasons(notes, row, name(row));
    for (RateRow const& row : rows)
        if (!row.off_target.empty())
            notes.add("*", row.off_target, name(row));
    for (RateRow const& row : rows)
        if (!row.theory.stands)
            notes.add(
                "\u2717",
                fmt::format("the theory's {} does not stand, {}", row.theory.claim, row.theory.why),
                name(row) + " " + loss_target_text(row));
        else if (!row.theory.why.empty())
            notes.add("theory", fmt::format("{}, {}", row.theory.claim, row.theory.why),
                      name(row) + " " + loss_target_text(row));
    for (RateRow const& row : rows)
        add_slope_reasons(notes, row, name(row));
    for (RateRow const& row : rows) {
        add_counts(notes, row, name(row));
        if (row.heavy_tail)
            notes.add("!",
                      "heavy tails, at some n the standard deviation exceeds the mean: go by the "
                      "median, trimmed and geometric mean",
                      name(row) + " " + loss_target_text(row));
    }
    for (RateRow const& row : rows)
        if (!row.not_shown.empty())
            notes.add("!", row.not_shown, row.study);
    return notes.text();
}

} // namespace moerate
