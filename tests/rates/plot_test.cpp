#include "host/rates/rates.h"
#include "tests/places.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <sys/wait.h>

using namespace moerate;
using namespace moerate_test;

namespace
{

Slope power_law(std::vector<int> const& n, double level, double exponent, bool deviation)
{
    Slope slope{{}, {}, exponent, exponent - 0.03, exponent + 0.03, {}};
    for (int const size : n) {
        slope.value.push_back(level * std::pow(size, exponent));
        if (deviation)
            slope.sd.push_back(0.6 * slope.value.back()); // lower bars go below zero
    }
    return slope;
}

RateRow made_up(std::string const& label, std::string const& loss, double exponent)
{
    RateRow row;
    row.study = "made up";
    row.label = row.fit = label;
    row.loss = loss;
    row.gauge = "align";
    row.target = "truth";
    row.estimator = "sgd";
    row.n = {1000, 3162, 10000, 31623, 100000};
    row.replicates = 20;
    row.failed.assign(5, 0);
    row.mean = power_law(row.n, 2, exponent, true);
    row.median = row.trimmed = row.geometric = power_law(row.n, 2, exponent, false);
    row.start = row.regression = power_law(row.n, 1, -0.083, true);
    row.expert = {row.start, row.start, row.start};
    return row;
}

/// Exit status of tools/plot.py on `text`; writes to folder/figure.png and .pdf.
int plot(TempFolder const& folder, std::string const& text)
{
    std::ofstream(folder.path("rates.json")) << text;
    std::string const command = std::string(MOE_SOURCE_DIR) + "/tools/plot.py '" +
                                folder.path("rates.json") + "' --width double -o '" +
                                folder.path("figure.png") + "' -o '" + folder.path("figure.pdf") +
                                "' 2> '" + folder.path("log") + "'";
    int const status = std::system(command.c_str());
    std::string log;
    std::getline(std::ifstream(folder.path("log")), log, '\0');
    UNSCOPED_INFO(log);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// What tools/plot.py said.
std::string said(TempFolder const& folder)
{
    std::string text;
    std::getline(std::ifstream(folder.path("log")), text, '\0');
    return text;
}

std::string first_bytes(std::string const& file)
{
    std::string bytes(4, ' ');
    std::ifstream(file, std::ios::binary).read(bytes.data(), 4);
    return bytes;
}

} // namespace

TEST_CASE("the figure is written as PNG and PDF", "[figure]")
{
    std::vector<RateRow> rows{made_up("softmax", "softmax.L1", -0.1),
                              made_up("sigmoid", "sigmoid.D3", -0.5)};
    rows[0].bracketed = "n is small";
    rows[0].theory.claim = "-0.5";
    rows[1].mean.value[2] = 0; // nothing to show on a logarithmic axis
    rows[1].mean.slope = none; // so there is no slope either
    rows[1].start.slope = none;
    SECTION("one panel") {}
    SECTION("several panels")
    {
        for (char const* label : {"a", "b", "c"})
            rows.push_back(made_up(label, "softmax.L2r", -0.25));
    }
    TempFolder folder;
    REQUIRE(plot(folder, rates_to_json(rows).dump()) == 0);
    CHECK(first_bytes(folder.path("figure.png")) == "\x89PNG");
    CHECK(first_bytes(folder.path("figure.pdf")) == "%PDF");
}

TEST_CASE("a curve without a point is named as left out", "[figure]")
{
    std::vector<RateRow> rows{made_up("softmax", "softmax.L1", -0.1),
                              made_up("all failed", "softmax.L1", none)};
    rows[1].mean.value.assign(5, none);
    TempFolder folder;
    REQUIRE(plot(folder, rates_to_json(rows).dump()) == 0);
    CHECK_THAT(said(folder), Catch::Contains("\"all failed\" is not in the figure"));
}

TEST_CASE("the figure's input is checked", "[figure]")
{
    TempFolder folder;
    for (char const* text : {"", "no JSON", "[]", "{}", "{\"rows\": []}"}) {
        INFO(text);
        CHECK(plot(folder, text) == 2);
    }
    CHECK_FALSE(std::filesystem::exists(folder.path("figure.png")));
}

TEST_CASE("any label is drawn, and what no font has is said", "[figure]")
{
    TempFolder folder;
    std::vector<RateRow> rows;
    for (std::string const& label :
         {std::string("cost $_$ x"), std::string("_hidden"), std::string("a\nb\0c", 5),
          std::string("\\frac{"), std::string("\u202e")})
        rows.push_back(made_up(label, "softmax.L1", -0.5));
    REQUIRE(plot(folder, rates_to_json(rows).dump()) == 0);
    CHECK(said(folder).empty());
    CHECK(first_bytes(folder.path("figure.pdf")) == "%PDF");
    rows[0].label = "\U000f0000"; // private use: no font has it
    REQUIRE(plot(folder, rates_to_json(rows).dump()) == 0);
    CHECK(said(folder).find("plot.py: no font here has ") == 0);
}

TEST_CASE("rows that are none are refused without a traceback", "[figure]")
{
    TempFolder folder;
    nlohmann::json const good =
        nlohmann::json::parse(rates_to_json({made_up("softmax", "softmax.L1", -0.1)}).dump());
    std::vector<std::string> bad = {"{\"rows\": [1]}", std::string(100000, '['),
                                    "{\"rows\": [{\"label\": 1}]}"};
    for (char const* pointer : {"/label", "/mean", "/mean/value", "/mean/slope", "/n", "/start"}) {
        nlohmann::json changed = good;
        changed["rows"][0][nlohmann::json::json_pointer(pointer)] = {{"no", "number"}};
        bad.push_back(changed.dump());
    }
    for (std::string const& text : bad) {
        INFO(text.substr(0, 100));
        CHECK(plot(folder, text) == 2);
        CHECK(said(folder).find("plot.py: ") == 0);
        CHECK(said(folder).find("Traceback") == std::string::npos);
    }
}
