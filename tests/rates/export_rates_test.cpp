#include "host/rates/rates.h"
#include "host/rates/resample.h"
#include "host/store/export.h"
#include "host/study/identity.h"
#include "tests/rates/cpu.h"
#include "tests/rates/naive.h"
#include "tests/store/csv_table.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace moerate;
using namespace moerate_test;

namespace
{

double number_in(std::string const& field)
{
    return field.empty() ? none : std::stod(field);
}

/// What stands in an export of one row of the rates: its lines, by n.
using LinesAt = std::map<int, std::vector<CsvRow>>;

LinesAt lines_of(std::vector<CsvRow> const& table, RateRow const& row)
{
    LinesAt lines;
    for (CsvRow const& line : table)
        if (line.at("study") == row.study && line.at("label") == row.label &&
            line.at("loss") == row.loss && number_in(line.at("exponent")) == row.r &&
            line.at("gauge") == row.gauge && line.at("target") == row.target)
            lines[std::stoi(line.at("n"))].push_back(line);
    return lines;
}

bool counts(CsvRow const& line)
{
    return line.at("status") == "ok" || line.at("status") == "no_descent";
}

/// A column of the fits that did not fail.
Samples samples_of(LinesAt const& lines, std::string const& column)
{
    Samples samples;
    for (auto const& [n, rows] : lines) {
        std::vector<double> values;
        for (CsvRow const& line : rows) {
            auto const place = static_cast<std::size_t>(std::stoi(line.at("replicate")));
            values.resize(std::max(values.size(), place + 1), none);
            values[place] = counts(line) ? number_in(line.at(column)) : none;
        }
        samples.n.push_back(n);
        samples.values.push_back(values);
    }
    return samples;
}

/// Slope by its definition: least squares of log(statistic) on log n.
double plain_slope(Samples const& samples, Statistic statistic)
{
    std::vector<double> x, y;
    for (std::size_t i = 0; i < samples.n.size(); ++i) {
        x.push_back(std::log(samples.n[i]));
        y.push_back(std::log(naive::statistic_of(statistic, naive::present(samples.values[i]))));
    }
    double above = 0, below = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        above += (x[i] - naive::mean(x)) * (y[i] - naive::mean(y));
        below += (x[i] - naive::mean(x)) * (x[i] - naive::mean(x));
    }
    return above / below;
}

/// Slope and interval of a row against those of a column of the export.
void check_slope(Slope const& slope, Samples const& samples, Resampling const& resampling,
                 Statistic statistic)
{
    // A sum over four replicates in another order: some units in the last place.
    CHECK(slope.slope == Approx(plain_slope(samples, statistic)).epsilon(1e-12));
    Slope const again = slopes(*make_cpu_device(1), samples, resampling, {statistic}, "loss")[0];
    CHECK(slope.value == again.value);
    CHECK(slope.lo == again.lo);
    CHECK(slope.hi == again.hi);
}

/// A store whose fits differ, with failed ones and ones above the truth's training error.
void fill_unevenly(Store& store, Study const& study)
{
    add_cells(store, study);
    std::vector<FitRow> fits;
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            for (int r = 0; r < study.replicates + 1; ++r) { // one more than is asked for
                fits.push_back(
                    fit_row(study, curve, n, r, std::pow(n, -0.3) * (1 + r * r / 7.0 + n % 3)));
                FitRow& fit = fits.back();
                if (r == 1)
                    fit.admissible = true;
                if (r == 2 && n == 100)
                    fit.status = FitStatus::no_descent;
                if (r == 3 && n == 1000)
                    fit.status = FitStatus::diverged;
            }
    store.add_fits(fits);
}

} // namespace

TEST_CASE("what the rates say can be computed from an export taken whole")
{
    TempFolder folder;
    Study const made = parse_study(
        study_text() + "[sweep]\n\"data.noise_variance\" = [0.01, 0.04]\n", "tiny.toml");
    {
        Store store = Store::create(folder.path(), made);
        fill_unevenly(store, made);
    }
    Store const store = Store::open(folder.path());
    std::vector<RateRow> const rows = rates(store);
    REQUIRE(rows.size() == 6);
    std::vector<CsvRow> const table = csv_table(export_csv(store));
    Study const study = parse_study(store.study_text(), "exported.toml");
    for (RateRow const& row : rows) {
        INFO(row.label << " " << row.loss);
        auto const curve = std::find_if(study.curves.begin(), study.curves.end(),
                                        [&](Curve const& one) { return one.label == row.label; });
        Resampling const resampling{truth_key(study, *curve), study.nested};
        LinesAt const lines = lines_of(table, row);
        auto const check = [&](Slope const& slope, char const* column, Statistic statistic) {
            INFO(column);
            check_slope(slope, samples_of(lines, column), resampling, statistic);
        };
        check(row.mean, "value", Statistic::mean);
        check(row.median, "value", Statistic::median);
        check(row.trimmed, "value", Statistic::trimmed);
        check(row.geometric, "value", Statistic::geometric);
        check(row.start, "start_value", Statistic::mean);
        check(row.regression, "regression", Statistic::mean);
        check(row.expert.over, "expert_over", Statistic::mean);
        check(row.expert.missed, "expert_missed", Statistic::mean);
        check(row.response.cell, "response_cell", Statistic::mean);
        check(row.response.gate, "response_gate", Statistic::mean);
        int known = 0, held = 0;
        std::size_t i = 0;
        for (auto const& [n, all] : lines) {
            REQUIRE(row.n[i] == n);
            auto const with = [&, &of_n = all](char const* status) {
                return std::count_if(of_n.begin(), of_n.end(), [&](CsvRow const& line) {
                    return line.at("status") == status;
                });
            };
            CHECK(row.fits[i] == static_cast<int>(all.size()));
            CHECK(row.failed[i] == with("diverged"));
            CHECK(row.no_descent[i] == with("no_descent"));
            CHECK(row.n_over_sigma2[i] == n / std::stod(all[0].at("noise_variance")));
            for (CsvRow const& line : all)
                if (counts(line) && !line.at("admissible").empty()) {
                    ++known;
                    held += line.at("admissible") == "1" ? 1 : 0;
                }
            ++i;
        }
        CHECK(row.admissible_share.has_value() == (known > 0));
        CHECK(row.admissible_share.value_or(0) == (known > 0 ? 1.0 * held / known : 0));
    }
}
