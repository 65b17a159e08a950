#include "host/store/rows.h"

#include "host/core/error.h"
#include "host/store/columns.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace moerate
{
namespace
{

/// Columns of a fit in the order in which RowWriter::add binds them.
std::string fit_columns(bool with_parameters)
{
    std::string columns = "cell, r, status, admissible, empty, iterations, seconds";
    FitRow const fit{};
    each_number(fit, [&](char const* name, double) { (columns += ", ") += name; });
    return columns + (with_parameters ? ", start_params, params" : ", NULL, NULL");
}

/// The same and what read_fit takes besides.
std::string read_columns(bool with_parameters)
{
    return fit_columns(with_parameters) + ", params IS NOT NULL";
}

FitRow read_fit(sqlite::Statement const& row, std::string const& file)
{
    int at = 0;
    FitRow fit;
    fit.cell = row.text(at++);
    fit.replicate = static_cast<int>(row.integer(at++));
    fit.status = status_of(row.text(at++), file);
    if (!row.null(at))
        fit.admissible = row.integer(at) != 0;
    ++at;
    fit.empty = row.null(at) ? -1 : static_cast<int>(row.integer(at));
    ++at;
    fit.facts.iterations = static_cast<int>(row.integer(at++));
    fit.facts.seconds = row.number(at++);
    each_number(fit, [&](char const*, double& value) { value = row.number(at++); });
    fit.start_theta = row.numbers(at++);
    fit.theta = row.numbers(at++);
    fit.parameters_kept = row.integer(at++) != 0;
    return fit;
}

/// Columns of a loss in the order of read_loss and RowWriter::add, after (cell, r).
std::string loss_columns()
{
    std::string columns = "name, exponent, gauge, target, at, empty, cells";
    LossRecord const record{};
    each_loss_number(record, [&](char const* name, double) { (columns += ", ") += name; });
    return columns;
}

LossRow read_loss(sqlite::Statement const& row, int at)
{
    LossRow loss;
    loss.key.name = row.text(at++);
    loss.key.r = row.number(at++);
    loss.key.gauge = row.text(at++);
    loss.key.target = row.text(at++);
    loss.key.at = row.text(at++);
    loss.record.empty = static_cast<int>(row.integer(at++));
    auto const cells = nlohmann::json::parse(row.text(at++), nullptr, false);
    if (cells.is_array())
        loss.cell = cells.get<std::vector<int>>();
    each_loss_number(loss.record, [&](char const*, double& value) { value = row.number(at++); });
    return loss;
}

/// "INSERT INTO table (columns) VALUES (?, ...)".
std::string insert_into(char const* table, std::string const& columns)
{
    std::string marks = "?";
    for (char const c : columns)
        if (c == ',')
            marks += ", ?";
    return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, marks);
}

bool same_parameters(std::vector<double> const& a, std::vector<double> const& b)
{
    return a.empty() || b.empty() ||
           std::equal(a.begin(), a.end(), b.begin(), b.end(), same_number);
}

} // namespace

bool same_result(FitRow const& a, FitRow const& b)
{
    bool same = a.status == b.status && a.facts.iterations == b.facts.iterations &&
                same_parameters(a.start_theta, b.start_theta) && same_parameters(a.theta, b.theta);
    std::vector<double> numbers;
    each_number(a, [&](char const*, double value) { numbers.push_back(value); });
    auto other = numbers.begin();
    each_number(b, [&](char const*, double value) { same &= same_number(*other++, value); });
    return same;
}

bool same_result(LossRow const& a, LossRow const& b)
{
    bool same = a.cell == b.cell && a.record.empty == b.record.empty;
    std::vector<double> numbers;
    each_loss_number(a.record, [&](char const*, double value) { numbers.push_back(value); });
    auto other = numbers.begin();
    each_loss_number(b.record,
                     [&](char const*, double value) { same &= same_number(*other++, value); });
    return same;
}

RowWriter::RowWriter(sqlite::Database& database)
    : file_(database.file()),
      find_fit_(database,
                fmt::format("SELECT {} FROM fit WHERE cell = ? AND r = ?", read_columns(true))),
      insert_fit_(database, insert_into("fit", "run, " + fit_columns(true))),
      find_loss_(database, fmt::format("SELECT {} FROM loss WHERE cell = ? AND r = ? AND name = ? "
                                       "AND exponent = ? AND gauge = ? AND target = ? AND at = ?",
                                       loss_columns())),
      insert_loss_(database, insert_into("loss", "cell, r, " + loss_columns()))
{}

void RowWriter::add(FitRow const& fit, std::optional<std::int64_t> run)
{
    if (find_fit_.with(fit.cell, fit.replicate).step()) {
        FitRow const stored = read_fit(find_fit_, file_);
        if (!same_result(stored, fit))
            throw StoreError(fmt::format(
                "{} already holds replicate {} of cell {} with another result (training MSE {} "
                "there, "
                "{} now) continue with the build, device and SIMD level that made it, or name "
                "another folder",
                file_, fit.replicate, fit.cell, stored.mse, fit.mse));
    } else {
        insert_fit_.with(run, fit.cell, fit.replicate, status_name(fit.status), fit.admissible,
                         fit.empty < 0 ? std::nullopt : std::optional<int>(fit.empty),
                         fit.facts.iterations, fit.facts.seconds);
        int at = 8;
        each_number(fit, [&](char const*, double value) { insert_fit_.bind(++at, value); });
        insert_fit_.bind(++at, fit.start_theta);
        insert_fit_.bind(++at, fit.theta);
        insert_fit_.run();
    }
    for (LossRow const& loss : fit.losses)
        add(fit.cell, fit.replicate, loss);
}

void RowWriter::add(std::string const& cell, int replicate, LossRow const& loss)
{
    LossKey const& key = loss.key;
    if (find_loss_.with(cell, replicate, key.name, key.r, key.gauge, key.target, key.at).step()) {
        LossRow const stored = read_loss(find_loss_, 0);
        if (!same_result(stored, loss))
            throw StoreError(fmt::format(
                "{} already holds {} of replicate {} of cell {} with another value ({} there, {} "
                "now) "
                "continue with the build that made it, or name another folder",
                file_, key.name, replicate, cell, stored.record.value, loss.record.value));
        return;
    }
    insert_loss_.with(cell, replicate, key.name, key.r, key.gauge, key.target, key.at,
                      loss.record.empty, nlohmann::json(loss.cell).dump());
    int at = 9;
    each_loss_number(loss.record,
                     [&](char const*, double value) { insert_loss_.bind(++at, value); });
    insert_loss_.run();
}

std::vector<FitRow> read_fits(sqlite::Database& database, std::string const& cell,
                              bool with_parameters, Replicates replicates)
{
    sqlite::Snapshot const snapshot(database);
    std::vector<FitRow> fits;
    sqlite::Statement fit(database, fmt::format("SELECT {} FROM fit WHERE cell = ? AND r "
                                                "BETWEEN ? AND ? ORDER BY r",
                                                read_columns(with_parameters)));
    fit.with(cell, replicates.first, replicates.last);
    while (fit.step())
        fits.push_back(read_fit(fit, database.file()));
    sqlite::Statement loss(database, fmt::format("SELECT r, {} FROM loss WHERE cell = ? AND r "
                                                 "BETWEEN ? AND ? ORDER BY r, rowid",
                                                 loss_columns()));
    loss.with(cell, replicates.first, replicates.last);
    auto at = fits.begin();
    while (loss.step()) {
        at = std::find_if(at, fits.end(),
                          [&](FitRow const& f) { return f.replicate == loss.integer(0); });
        if (at == fits.end()) // impossible in one snapshot of a sound store: loss refers to fit
            throw StoreError(fmt::format("{} is damaged (a loss without its fit) move it away",
                                         database.file()));
        at->losses.push_back(read_loss(loss, 1));
    }
    return fits;
}

} // namespace moerate
