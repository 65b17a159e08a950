#include "host/store/sqlite.h"
#include "tests/cli/place.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using nlohmann::json;

TEST_CASE("JSON is valid whatever bytes a path has", "[cli]")
{
    Place const place;
    std::string const folder = place.path("caf\xe9\n");
    process::Result const run =
        place.call({"run", place.study(), "-o", folder, "--device", "cpu", "-q", "--json"});
    REQUIRE(run.code == 0);
    json const report = json::parse(run.out); // throws unless it is UTF-8
    CHECK(report["fits"] == 24);
    CHECK(report["folder"].get<std::string>().find("caf\uFFFD\n") != std::string::npos);
    json const status = json::parse(place.call({"status", folder, "--json"}).out);
    std::string const argv = status["last_run"]["argv"];
    CHECK(argv.find("caf\\xe9\\x0a' --device cpu") != std::string::npos); // not one byte is lost

    // A store that holds such bytes already.
    {
        moerate::sqlite::Database store(folder + "/store.sqlite",
                                        moerate::sqlite::Database::Mode::write);
        store.execute("UPDATE run SET argv = CAST(x'636166e9' AS TEXT)");
    }
    process::Result const old = place.call({"status", folder, "--json"});
    CHECK(old.code == 0);
    CHECK(json::parse(old.out)["last_run"]["argv"] == "caf\uFFFD");
}

TEST_CASE("deep nesting and repeated keys are refused wherever JSON and TOML are read", "[cli]")
{
    Place const place;
    auto const refused = [&](std::vector<std::string> const& words, char const* reason) {
        process::Result const result = place.call(words);
        CAPTURE(words.front(), result.err, result.signal);
        CHECK(result.code == 2);
        CHECK(result.err.find("moerate: error: ") == 0);
        CHECK(result.err.find(reason) != std::string::npos);
    };
    std::string const deep = std::string(100000, '[') + std::string(100000, ']');
    std::string const cases = place.path("cases.json"), study = place.path("deep.toml");
    for (char const* command : {"eval", "loss"}) {
        process::write_file(cases, "[{\"name\": " + deep + "}]");
        refused({command, cases}, "cases.json:1:");
        process::write_file(cases, "[{\"name\": \"a\",\n  \"name\": \"b\"}]");
        refused({command, cases}, "cases.json:2:3: the key \"name\" stands twice");
    }
    std::string const given = "[truth]\nfile = \"cases.json\"\n";
    std::string with_file = small::text;
    std::size_t const truth = with_file.find("[truth]"), end = with_file.find("[estimator]");
    with_file.replace(truth, end - truth, given);
    process::write_file(study, with_file);
    refused({"check", study}, "cases.json:2:3: the key \"name\" stands twice");
    process::write_file(cases, deep);
    refused({"check", study}, "cases.json:1:65: ");

    std::string dotted;
    for (int i = 0; i < 5000; ++i)
        dotted += ".a";
    for (std::string const& text :
         {"x = " + deep, "x" + dotted + " = 1", "[x" + dotted + "]\ny = 1", "[[x" + dotted + "]]",
          "x = { y" + dotted + " = 1 }", "x" + std::string(2000000, '.') + " = 1"})
    {
        process::write_file(study, text + "\n" + small::text);
        refused({"check", study}, "deep.toml:1");
    }
    refused({"check", place.study(), "--set", "study.x=" + deep.substr(99900, 200)}, "--set");
    refused({"check", place.study(), "--set", "study" + dotted + "=1"}, "64 keys");
}

TEST_CASE("curves that share fits are listed by plan and status, each under its label", "[cli]")
{
    Place const place;
    std::vector<std::string> const shared = {
        "--set", "fit.sigmoid.gate={score=\"linear\", normalizer=\"softmax\"}", "--set",
        "fit.sigmoid.loss=[\"softmax.L1\", {name=\"softmax.L2r\", r=1}]"};
    auto const call = [&](std::vector<std::string> words) {
        words.insert(words.end(), shared.begin(), shared.end());
        process::Result const result = place.call(words);
        REQUIRE(result.code == 0);
        return result.out;
    };
    json const plan = json::parse(call({"plan", place.study(), "--json", "--device", "cpu"}));
    CHECK(plan["fits"] == 12);
    REQUIRE(plan["cells"].size() == 3 * 3);
    double updates = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        json const& line = plan["cells"][i];
        CHECK(line["label"] == (i < 3 ? "softmax" : "sigmoid"));
        CHECK(line["loss"] == (i < 6 ? "softmax.L1" : "softmax.L2r"));
        CHECK(line["shared"] == (i >= 3));
        CHECK(line["cell"] == plan["cells"][i % 3]["cell"]);
        updates += line["sample_updates"].get<double>();
    }
    CHECK(updates == plan["sample_updates"]);
    CHECK(process::count(call({"plan", place.study(), "--device", "cpu"}), "same fits") == 6);

    call({"run", place.study(), "-o", place.results(), "-q", "--device", "cpu"});
    json const status = json::parse(place.call({"status", place.results(), "--json"}).out);
    REQUIRE(status["cells"].size() == 9);
    for (std::size_t i = 0; i < 9; ++i) {
        CHECK(status["cells"][i]["label"] == (i < 3 ? "softmax" : "sigmoid"));
        CHECK(status["cells"][i]["loss"] == (i < 6 ? "softmax.L1" : "softmax.L2r"));
        CHECK(status["cells"][i]["done"] == 4);
    }
    std::string const text = place.call({"status", place.results()}).out;
    CHECK(text.find("12 of 12 fits") != std::string::npos);
    CHECK(process::count(text, "sigmoid") == 6);
}

TEST_CASE("help of a command is what its --help prints", "[cli]")
{
    Place const place;
    for (char const* command : {"run", "rates", "help"}) {
        process::Result const help = place.call({"help", command});
        CHECK(help.out == place.call({command, "--help"}).out);
        CHECK(help.out.find("Usage: moerate " + std::string(command)) != std::string::npos);
    }
    CHECK(place.call({"help"}).out == place.call({"--help"}).out);
}
