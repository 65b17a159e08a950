#include "host/data/advice.h"
#include "host/data/dependent_inputs.h"
#include "host/estimate/estimators.h"
#include "host/measure/reader.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

using namespace moerate;
using Catch::Matchers::Contains;

namespace
{

/// Names places in messages.
struct InputSource : Source
{
    std::string place(Pointer const&) const override { return "test"; }
    std::string name(Pointer const& at) const override { return at.to_string(); }
};

/// n rows of d independent columns, with further ones made of them.
template <class More>
DataTable table_of(int n, int d, int more, More&& make)
{
    DataTable table;
    table.n = n;
    table.d = d + more;
    std::mt19937 random(3);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (int t = 0; t < n; ++t) {
        std::vector<double> row;
        for (int a = 0; a < d; ++a)
            row.push_back(uniform(random));
        make(row);
        table.x.insert(table.x.end(), row.begin(), row.end());
        table.y.push_back(row[0]);
    }
    return table;
}

/// "3 of 1 2; 4" counted from 1.
std::string found(DataTable const& table)
{
    std::string text;
    for (DependentInput const& input : dependent_inputs(table)) {
        text += (text.empty() ? "" : "; ") + std::to_string(input.column + 1);
        for (int const other : input.others)
            text += " " + std::to_string(other + 1);
    }
    return text;
}

} // namespace

TEST_CASE("inputs that follow from others are found, whatever their size")
{
    CHECK(found(table_of(50, 3, 0, [](auto&) {})).empty());
    for (double const size : {1e-9, 1.0, 1e9}) {
        CAPTURE(size);
        CHECK(found(table_of(50, 2, 1, [&](auto& x) { x.push_back(size * x[0] + 5 * size); })) ==
              "3 1");
        CHECK(found(table_of(50, 3, 1, [&](auto& x) { x.push_back(size * (x[0] - x[2])); })) ==
              "4 1 3");
    }
    CHECK(found(table_of(50, 2, 2, [](auto& x) {
              x.push_back(7);
              x.push_back(x[0] + x[1]);
          })) == "3; 4 1 2");
    // As a file has it, with some digits; and far from 0.
    CHECK(found(table_of(50, 2, 1, [](auto& x) { x.push_back(std::round(2e7 * x[1]) / 1e7); })) ==
          "3 2");
    CHECK(found(table_of(50, 1, 1, [](auto& x) { x.push_back(1e6 + x[0]); })) == "2 1");
    // Alike is not the same.
    CHECK(
        found(table_of(50, 2, 1, [](auto& x) { x.push_back(x[0] + 1e-4 * x[1] * x[1]); })).empty());
    CHECK(found(table_of(50, 1, 1, [](auto& x) { x.push_back(1e200 * x[0]); })).empty());
    // Fewer samples than columns: some must.
    CHECK(found(table_of(3, 4, 0, [](auto&) {})) == "3 1 2; 4 1 2");
}

TEST_CASE("such inputs are named with advice")
{
    DataTable const table = table_of(50, 2, 2, [](auto& x) {
        x.push_back(x[0] - 2 * x[1]);
        x.push_back(7);
    });
    std::vector<std::string> const notes = notes_on_inputs(table, table.x, 5);
    REQUIRE(notes.size() == 2);
    CHECK_THAT(notes[0], Contains("x3 is a linear combination of x1, x2 at all samples") &&
                             Contains("leave one of them out"));
    CHECK_THAT(notes[1], Contains("x4 is 7 in all samples"));
    // On the box they mean nothing.
    InputSource const source;
    nlohmann::json const settings{{"kind", "lse"}};
    Reader reader(source, settings, Pointer());
    std::shared_ptr<Estimator const> const estimator = read_estimator(reader, {1, 100});
    RegressionSpec spec;
    spec.estimator = estimator.get();
    Regression fit;
    CHECK_THAT(notes_on_end(fit, spec, table).at(0), // an estimator that knows no minima
               Contains("whether it is a minimum is not known") && Contains("AIC and BIC hold at"));
    fit.outcome.facts.at_bound = 1;
    REQUIRE(notes_on_end(fit, spec, table).size() == 1);
    CHECK_THAT(notes_on_end(fit, spec, table)[0],
               Contains("a parameter is on the box") &&
                   Contains("the coefficients of x3, x4 are not told by the data") &&
                   Contains("leave those inputs out, or try a larger --box"));
    CHECK_THAT(notes_on_end(fit, spec, table_of(50, 2, 0, [](auto&) {}))[0],
               !Contains("not told by the data") && Contains(") try a larger --box"));
}
