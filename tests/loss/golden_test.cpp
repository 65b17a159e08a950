// Losses of an independent float64 implementation of spec.md. Tolerance on parts 1e-12 + 1e-9 |v|,
// cells equal.

#include "tests/loss/measure_case.h"
#include "tests/places.h"

#include <cmath>
#include <fstream>
#include <set>
#include <string>

using namespace moerate;
using nlohmann::json;

namespace
{

json golden(char const* file)
{
    std::ifstream in(std::string(MOE_SOURCE_DIR "/tests/golden/") + file);
    REQUIRE(in);
    return json::parse(in);
}

void check_part(double got, json const& want)
{
    double const value = want.get<double>();
    CHECK(std::fabs(got - value) <= 1e-12 + 1e-9 * std::fabs(value));
}

void check_case(json const& test)
{
    std::string const name = test["name"];
    INFO(name);
    Measure const fitted = measure_from_json(test["fitted"], name);
    Measure const truth = measure_from_json(test["true"], name);
    Gauge const gauge = test["gauge"] == "align" ? Gauge::align : Gauge::none;
    Measured const got = measure_loss(fitted, truth, test["loss"].get<std::string>(), gauge,
                                      test["r"].get<double>());
    json const& want = test["expected"];
    check_part(got.record.value, want["loss"]);
    check_part(got.record.mass, want["mass"]);
    check_part(got.record.over, want["over"]);
    check_part(got.record.exact, want["exact"]);
    std::vector<std::vector<int>> cells(static_cast<std::size_t>(truth.model.k));
    for (int i = 0; i < fitted.model.k; ++i)
        cells[static_cast<std::size_t>(got.cell[static_cast<std::size_t>(i)])].push_back(i);
    CHECK(cells == want["cells"].get<std::vector<std::vector<int>>>());
}

/// Checks all cases of a file; how many there are is the file's own.
void check_file(char const* file, std::size_t count)
{
    json const tests = golden(file);
    CHECK(tests.size() == count);
    for (json const& test : tests)
        check_case(test);
}

} // namespace

TEST_CASE("golden losses of linear gates")
{
    check_file("golden_slice_loss.json", 45);
}

TEST_CASE("golden losses of all families")
{
    check_file("golden_loss.json", 30);
}

TEST_CASE("golden losses of the gauge")
{
    check_file("golden_gauge_loss.json", 16);
}

TEST_CASE("every loss of the papers has a golden case")
{
    std::set<std::string> seen;
    for (json const& test : golden("golden_loss.json"))
        seen.insert(test["loss"].get<std::string>());
    for_each(Losses{}, [&](auto loss, int) {
        INFO(loss.name);
        bool const ours = loss.source.substr(0, 4) == "ours"; // by hand, in parts_test.cpp
        CHECK(seen.count(std::string(loss.name)) == (ours ? 0 : 1));
    });
    CHECK(Losses::size == 21);
}
