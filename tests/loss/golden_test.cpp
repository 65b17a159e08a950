// Losses of an independent float64 implementation of spec.md. Tolerance on parts 1e-12 + 1e-9 |v|,
// cells equal.

#include "kernels/family/activations.h"
#include "tests/loss/measure_case.h"

#include <cmath>
#include <fstream>
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

/// Whether all families of the measure and the loss are in the lists. A loss does not read the
/// expert's activation: one that is not listed is replaced by a listed one.
bool listed(json const& test)
{
    auto const known = [](json const& m) {
        json const& gate = m["gate"];
        return find<Scores>(gate["score"].get<std::string>()) >= 0 &&
               find<Normalizers>(gate["normalizer"].get<std::string>()) >= 0 &&
               find<Experts>(m["expert"]["form"].get<std::string>()) >= 0;
    };
    return find<Losses>(test["loss"].get<std::string>()) >= 0 && known(test["fitted"]) &&
           known(test["true"]);
}

Measure read(json measure, std::string const& where)
{
    if (find<Activations>(measure["expert"]["activation"].get<std::string>()) < 0)
        measure["expert"] = {{"form", measure["expert"]["form"]}, {"activation", "relu"}};
    return measure_from_json(measure, where);
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
    Measure const fitted = read(test["fitted"], name);
    Measure const truth = read(test["true"], name);
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

/// Checks the cases whose families are listed and returns how many they are.
int check_file(char const* file)
{
    int checked = 0;
    for (json const& test : golden(file)) {
        if (!listed(test))
            continue;
        check_case(test);
        ++checked;
    }
    return checked;
}

} // namespace

// The counts are those of the first families; they may only grow as families are added.
TEST_CASE("golden losses of the first families")
{
    CHECK(check_file("golden_slice_loss.json") == 45);
}

TEST_CASE("golden losses of all families")
{
    CHECK(check_file("golden_loss.json") >= 5);
}

TEST_CASE("golden losses of the gauge")
{
    CHECK(check_file("golden_gauge_loss.json") >= 4);
}
