#include "host/core/text.h"
#include "host/rates/notes.h"
#include "host/rates/row_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// "0.01234 +- 0.00056".
std::string level_text(double value, double error)
{
    if (std::isnan(value))
        return "none";
    return std::isnan(error) ? fmt::format("{:.4g}", value)
                             : fmt::format("{:.4g} ± {:.2g}", value, error);
}

std::string value_text(double value)
{
    return std::isnan(value) ? "none" : fmt::format("{:.4g}", value);
}

std::string share_text(std::optional<double> const& share)
{
    return share ? fmt::format("{:.0f} %", 100 * *share) : "-";
}

/// "-0.512 [-0.560, -0.470]".
std::string interval_text(SlopeInterval const& slope)
{
    if (std::isnan(slope.slope))
        return "none";
    return std::isnan(slope.lo)
               ? fmt::format("{:.3f} [none]", slope.slope)
               : fmt::format("{:.3f} [{:.3f}, {:.3f}]", slope.slope, slope.lo, slope.hi);
}

/// The losses of some rows, each once: one unit of measure each.
std::vector<std::string> losses_of(std::vector<RateRow> const& rows)
{
    std::vector<std::string> losses;
    for (RateRow const& row : rows)
        if (std::find(losses.begin(), losses.end(), loss_text(row)) == losses.end())
            losses.push_back(loss_text(row));
    return losses;
}

std::string loss_levels(std::vector<RateRow> const& rows, NameColumns const& names,
                        std::string const& loss)
{
    std::vector<std::vector<std::string>> lines{
        names.head({"target", "n", "R", "mean", "median", "admissible", "failed", "no descent",
                    "near start won"})};
    for (RateRow const& row : rows)
        for (Level const& at : row.levels)
            if (loss_text(row) == loss)
                lines.push_back(names.line(
                    row, {row.target, fmt::format("{}", at.n), fmt::format("{}", at.replicates),
                          level_text(at.mean, at.error), value_text(at.median),
                          share_text(at.admissible), fmt::format("{}", at.failed),
                          fmt::format("{}", at.no_descent), share_text(at.near_start_won)}));
    return fmt::format("\nLevels of {} by n: mean ± its Monte Carlo error\n\n", loss) +
           aligned(lines);
}

std::string regression_levels(std::vector<RateRow> const& rows, NameColumns const& names)
{
    std::vector<std::vector<std::string>> lines{names.head({"n", "regression error"})};
    RateRow const* before = nullptr;
    for (RateRow const& row : rows) {
        bool const same =
            before != nullptr && before->label == row.label && before->study == row.study;
        before = &row;
        for (Level const& at : row.levels)
            if (!same)
                lines.push_back(names.line(row, {fmt::format("{}", at.n),
                                                 level_text(at.regression, at.regression_error)}));
    }
    return "\nLevels of the regression error by n, in the unit of y: mean ± its Monte Carlo "
           "error\n\n" +
           aligned(lines);
}

} // namespace

std::string levels_text(std::vector<RateRow> const& rows)
{
    NameColumns const names(rows);
    std::string text;
    for (std::string const& loss : losses_of(rows))
        text += loss_levels(rows, names, loss);
    return text + regression_levels(rows, names);
}

std::string windows_text(std::vector<RateRow> const& rows)
{
    NameColumns const names(rows);
    std::vector<std::vector<std::string>> slopes{
        names.head({"loss", "target", "from n", "mean", "regression error"})};
    std::vector<std::vector<std::string>> replicates{names.head(
        {"loss", "target", "n", "replicate", "loss there", "slope without it", "change"})};
    for (RateRow const& row : rows) {
        for (Window const& one : row.windows)
            slopes.push_back(
                names.line(row, {loss_text(row), row.target, fmt::format("{}", one.from),
                                 interval_text(one.mean), interval_text(one.regression)}));
        for (Influence const& one : row.influences)
            replicates.push_back(
                names.line(row, {loss_text(row), row.target, fmt::format("{}", one.n),
                                 fmt::format("{}", one.replicate), value_text(one.value),
                                 fmt::format("{:.3f}", one.slope_without),
                                 fmt::format("{:+.4f}", one.change)}));
    }
    std::string const text =
        "\nSlopes over the n from each on: a rate does not depend on where the window begins\n\n" +
        aligned(slopes);
    if (replicates.size() == 1) // over several truths a replicate is of one
        return text;
    return text + "\nThe replicates that move the slope of the mean loss most\n\n" +
           aligned(replicates);
}

} // namespace moerate
