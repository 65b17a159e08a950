// Which atoms of a fit are told to go, of measures by hand; and when the inputs' notes are told.

#include "host/data/advice.h"

#include "host/device/device.h"
#include "host/estimate/estimators.h"
#include "host/measure/measure_json.h"
#include "host/measure/reader.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace moerate;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace
{

/// An atom of one input with gate weight e^b, and expert a x + c.
json atom(double b, double a, double c, int group = -1)
{
    json one = {{"gate", {{"w", {0.0}}, {"b", b}}}, {"expert", {{"a", {a}}, {"b", c}}}};
    if (group >= 0)
        one["gate"]["group"] = group;
    return one;
}

std::vector<std::string> notes_of(json const& atoms, int groups = 0)
{
    json measure = {
        {"d", 1},
        {"gate", {{"score", "linear"}, {"normalizer", groups > 0 ? "hierarchical" : "softmax"}}},
        {"expert", {{"form", "ridge"}, {"activation", "identity"}}},
        {"atoms", atoms}};
    for (int group = 0; group < groups; ++group)
        measure["groups"].push_back({{"w", {0.0}}, {"b", 0.0}});
    Measure const fit = measure_from_json(measure, "test");
    std::vector<double> x;
    for (int t = 0; t < 50; ++t)
        x.push_back(std::sin(1.0 * t));
    std::unique_ptr<Device> const device = make_cpu_device(1);
    DeviceArray<double> const inputs(*device, x), y(*device, x);
    return notes_on_atoms(*device, {fit.model, fit.theta, 50, inputs.data(), y.data()}, 1e-3);
}

} // namespace

TEST_CASE("an atom that contributes nothing has no expert in common with others", "[advice]")
{
    // The second one's gate is 0: min(g_1, g_2) is, too, and says nothing of their experts.
    auto const notes = notes_of({atom(0, 1, 0), atom(-2000, -3, 5), atom(0, -1, 2)});
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0],
               Contains("atom 2 contributes nothing (its response") && Contains("try --experts 2"));
    // Two that do contribute are still told apart from those that do not.
    auto const pair = notes_of({atom(0, 1, 0), atom(-2000, -3, 5), atom(0, 1, 0), atom(0, 2, 0)});
    REQUIRE(pair.size() == 2);
    CHECK_THAT(pair[1], Contains("atoms 1 and 3 have one expert") && Contains("try --experts 3"));
}

TEST_CASE("several atoms that contribute nothing are one note, with all of them gone", "[advice]")
{
    auto const notes = notes_of({atom(-2000, 1, 1), atom(0, 1, 0), atom(-2000, 2, 3), atom(0, 3, 1),
                                 atom(0, 0, 0)}); // whose expert is 0
    REQUIRE(notes.size() == 1);
    CHECK_THAT(notes[0], Contains("atoms 1, 3 and 5 contribute nothing (their responses") &&
                             Contains("try --experts 2"));
}

TEST_CASE("experts of groups are told a number for each group", "[advice]")
{
    auto const notes = notes_of({atom(0, 1, 0, 0), atom(0, -1, 1, 0), atom(-2000, 1, 1, 0),
                                 atom(0, 2, 0, 1), atom(0, 2, 0, 1)},
                                2);
    REQUIRE(notes.size() == 2);
    CHECK_THAT(notes[0], Contains("atom 3 contributes nothing") && Contains("try --experts 2,2"));
    CHECK_THAT(notes[1],
               Contains("atoms 4 and 5 have one expert") && Contains("try --experts 3,1"));
}

namespace
{

struct AdviceSource : Source
{
    std::string place(Pointer const&) const override { return "test"; }
    std::string name(Pointer const& at) const override { return at.to_string(); }
};

} // namespace

TEST_CASE("what the inputs have to be told of is told before the first start ends", "[advice]")
{
    DataTable table{1, 8, {}, {}};
    for (int t = 0; t < 8; ++t) {
        table.x.push_back(t);
        table.y.push_back(std::cos(2.0 * t));
    }
    AdviceSource const source;
    json const settings{{"kind", "lse"}};
    Reader reader(source, settings, Pointer());
    std::shared_ptr<Estimator const> const estimator = read_estimator(reader, {8, 8});
    RegressionSpec spec;
    spec.model = measure_from_json({{"d", 1},
                                    {"gate", {{"score", "linear"}, {"normalizer", "softmax"}}},
                                    {"expert", {{"form", "ridge"}, {"activation", "identity"}}},
                                    {"atoms", {atom(0, 0, 0), atom(0, 0, 1), atom(0, 1, 0)}}},
                                   "test")
                     .model;
    spec.estimator = estimator.get();
    spec.starts = {2, 2};
    std::vector<std::string> told;
    std::size_t before = 0;
    spec.note = [&](std::string const& text) { told.push_back(text); };
    spec.watch = [&](int, StartRecord const&) { before = told.size(); };
    std::unique_ptr<Device> const device = make_cpu_device(1);
    Regression const fit = fit_table(*device, table, spec);
    REQUIRE(told.size() == 1);
    CHECK(before == 1);
    CHECK_THAT(told[0], Contains("8 samples for 12 parameters"));
    CHECK(fit.notes[0] == told[0]); // and in the document
}
