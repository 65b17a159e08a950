#include "host/core/error.h"
#include "host/core/json.h"

#include <catch2/catch.hpp>

using namespace moerate;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace
{

std::string refusal(std::string const& text)
{
    try {
        parse_json(text, "x.json");
    } catch (UsageError const& error) {
        return error.what();
    }
    return "not refused";
}

std::string nested(int levels)
{
    return std::string(levels, '[') + std::string(levels, ']');
}

} // namespace

TEST_CASE("a key that its object already has is refused with both places")
{
    CHECK_THAT(refusal("{\"a\": 1,\n  \"b\": 2, \"a\": 3}"),
               StartsWith("x.json:2:11: the key \"a\" stands twice in one object (the first at "
                          "1:2;"));
    CHECK_THAT(refusal(R"([{"c": {"b": 0, "x": [1, {}], "b" : 0}}])"),
               StartsWith("x.json:1:31: the key \"b\""));
    CHECK_THAT(refusal(R"({"b": 0, "\u0062": 0})"), StartsWith("x.json:1:10: the key \"b\""));
    CHECK_THAT(refusal(R"({"": 0, "": 0})"), Contains("the key \"\""));
}

TEST_CASE("equal keys of different objects and equal texts are no repetition")
{
    nlohmann::json const read =
        parse_json(R"([{"a": {"a": "a"}}, {"a": "\"a\":"}, ["a", "a"]])", "x.json");
    CHECK(read[1]["a"] == "\"a\":");
    CHECK(read[2].size() == 2);
}

TEST_CASE("nesting has a limit, whatever it is made of")
{
    CHECK(parse_json(nested(deepest_nesting), "x.json").is_array());
    CHECK_THAT(refusal(nested(deepest_nesting + 1)), StartsWith("x.json:1:65: "));
    CHECK_THAT(refusal(nested(100000)), Contains("64 deep"));
    std::string objects;
    for (int i = 0; i < 100000; ++i)
        objects += "{\"a\":";
    CHECK_THAT(refusal(objects), Contains("64 deep")); // and no end either
    CHECK(parse_json("[" + std::string(1000, ' ') + "\"[[[\"]", "x.json")[0] == "[[[");
}

TEST_CASE("what is no JSON is refused")
{
    CHECK_THAT(refusal(" \n"), Contains("x.json is empty"));
    CHECK_THAT(refusal("[{]"), Contains("x.json is not JSON (") && Contains("line 1"));
    CHECK_THAT(refusal("[1e999]"), Contains("x.json is not JSON ("));
    CHECK_THAT(refusal("[\"caf\xe9\"]"), Contains("x.json is not JSON ("));
    CHECK_THAT(refusal("]]}}\"\\"), Contains("x.json is not JSON ("));
}

TEST_CASE("JSON text is valid for any bytes and numbers")
{
    std::string const text = json_text({{"folder", "caf\xe9"}, {"value", std::nan("")}});
    CHECK(text == "{\n \"folder\": \"caf\uFFFD\",\n \"value\": null\n}");
    CHECK(nlohmann::json::parse(text)["folder"] == "caf\uFFFD");
}

TEST_CASE("a number that would become 0 is refused where it stands")
{
    CHECK_THAT(refusal("{\"a\": 1,\n \"b\": [2, -1e-400]}"),
               StartsWith("x.json:2:11: the value is too small (it would become 0"));
    CHECK_THAT(refusal("1e-400"), StartsWith("x.json:1:1: "));
    CHECK_THAT(refusal("[0." + std::string(400, '0') + "1]"), StartsWith("x.json:1:2: "));
    CHECK_THAT(refusal("[0.0e-400, 4e-324, 1e-324]"), StartsWith("x.json:1:20: "));
    for (char const* text : {"0", "-0.0", "0e5", "0.000e-400", "\"1e-400\"", "{\"1e-400\": 5e-324}",
                             "[5e-324, 1e-308, 10, 1E+2]"})
        CHECK(refusal(text) == "not refused");
}
