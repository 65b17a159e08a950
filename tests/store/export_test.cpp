#include "host/store/export.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <map>
#include <sstream>

using namespace moerate;
using namespace moerate_test;

namespace
{

/// Fields of a line without quotes.
std::vector<std::string> fields(std::string const& line)
{
    std::vector<std::string> all{""};
    for (char const c : line)
        if (c == ',')
            all.emplace_back();
        else
            all.back() += c;
    return all;
}

/// The lines of a CSV text as maps of column to field.
std::vector<std::map<std::string, std::string>> table(std::string const& text)
{
    std::istringstream lines(text);
    std::string line;
    std::getline(lines, line);
    auto const head = fields(line);
    std::vector<std::map<std::string, std::string>> rows;
    while (std::getline(lines, line)) {
        auto const row = fields(line);
        REQUIRE(row.size() == head.size());
        rows.emplace_back();
        for (std::size_t c = 0; c < head.size(); ++c)
            rows.back()[head[c]] = row[c];
    }
    return rows;
}

} // namespace

TEST_CASE("CSV fields are quoted as RFC 4180 has it")
{
    CHECK(csv_field("plain text") == "plain text");
    CHECK(csv_field("") == "");
    CHECK(csv_field("a,b") == "\"a,b\"");
    CHECK(csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
    CHECK(csv_field("two\nlines") == "\"two\nlines\"");
}

TEST_CASE("CSV has one line a fit and loss")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    FitRow bare = fit_row(study, study.curves[1], 1000, 2, 0.5);
    bare.at(at_start).losses.clear();
    bare.at(at_fit).losses.clear();
    bare.status = FitStatus::not_finite;
    bare.at(at_fit).mse = none;
    store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1), bare});
    auto const rows = table(export_csv(store));
    REQUIRE(rows.size() == 3);
    auto row = rows[0];
    CHECK(row["label"] == "softmax");
    CHECK(row["n"] == "100");
    CHECK(row["replicate"] == "0");
    CHECK(row["status"] == "ok");
    CHECK(row["loss"] == "softmax.L1");
    CHECK(row["r"] == "1");
    CHECK(row["value"] == "0.1");
    CHECK(row["start_value"] == "0.2");
    CHECK(row["mass"] == "0.025");
    CHECK(row["admissible"] == "0");
    CHECK(row["expert_over"] == "0.05");
    CHECK(row["expert_exact"] == "");
    CHECK(row["empty"] == "0");
    CHECK(rows[1].at("loss") == "softmax.L2r");
    row = rows[2];
    CHECK(row["status"] == "not_finite");
    CHECK(row["mse"] == "");
    CHECK(row["admissible"] == "");
    CHECK(row["loss"] == "");
    CHECK(row["empty"] == "");
}

TEST_CASE("JSON has the measures of start and fit")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    FitRow fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    FitRow bare = fit_row(study, study.curves[0], 100, 1, 0.1);
    for (Point& point : bare.points)
        point.theta.clear();
    store.add_fits({fit, bare});
    auto const json = nlohmann::json::parse(export_json(store).dump());
    CHECK(json["study"] == "tiny");
    CHECK(json["title"] == "A tiny study");
    REQUIRE(json["fits"].size() == 2);
    auto const& first = json["fits"][0];
    CHECK(first["measure"]["d"] == 2);
    CHECK(first["measure"]["gate"]["normalizer"] == "softmax");
    REQUIRE(first["measure"]["atoms"].size() == 3);
    CHECK(first["measure"]["atoms"][0]["gate"]["w"][0] == fit.at(at_fit).theta[0]);
    CHECK(first["start"]["atoms"][2]["expert"]["b"] == fit.at(at_start).theta.back());
    CHECK(first["expert_exact"].is_null());
    CHECK(first["admissible"] == false);
    REQUIRE(first["losses"].size() == 4);
    CHECK(first["losses"][0]["at"] == "start");
    CHECK(first["losses"][1]["value"] == 0.1);
    CHECK(first["losses"][1]["cells"] == nlohmann::json::parse("[[0],[1,2]]"));
    CHECK(json["fits"][1]["measure"].is_null());
}

TEST_CASE("fits of a label that the study dropped are exported without a measure")
{
    TempFolder folder;
    Study const study = tiny_study();
    {
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1)});
    }
    Store const store = Store::create(folder.path(), tiny_study({"study.n=[1000]"}));
    auto const json = export_json(store);
    REQUIRE(json["fits"].size() == 1);
    CHECK(json["fits"][0]["label"] == "softmax");
    CHECK(json["fits"][0]["measure"].is_null());
    CHECK(table(export_csv(store)).size() == 2);
}

namespace
{

/// Settings with which "sigmoid" asks for a loss of the fits of "softmax".
std::vector<std::string> const shared_cell = {
    "fit.sigmoid.gate={score=\"linear\", normalizer=\"softmax\"}",
    "fit.sigmoid.loss=\"softmax.L1\""};

/// A store of the study with these settings, with one fit of its first curve; then the study again,
/// with further ones.
Store shared_store(TempFolder const& folder, std::vector<std::string> later = {})
{
    {
        Study const study = tiny_study(shared_cell);
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1)});
    }
    later.insert(later.begin(), shared_cell.begin(), shared_cell.end());
    return Store::create(folder.path(), tiny_study(later));
}

} // namespace

TEST_CASE("curves that share a cell are exported each under its own label with its losses")
{
    using Lines = std::vector<std::pair<std::string, std::string>>;
    TempFolder folder;
    std::vector<std::string> later;
    Lines lines = {
        {"softmax", "softmax.L1"}, {"softmax", "softmax.L2r"}, {"sigmoid", "softmax.L1"}};
    SECTION("as they were run") {}
    SECTION("a loss that no curve asks for any more stays with the first")
    {
        later = {"fit.softmax.loss=\"softmax.L1\""};
    }
    Store const store = shared_store(folder, later);
    Lines found;
    for (auto const& row : table(export_csv(store)))
        found.emplace_back(row.at("label"), row.at("loss"));
    CHECK(found == lines);

    found.clear();
    auto const json = export_json(store);
    for (auto const& fit : json["fits"])
        for (auto const& loss : fit["losses"])
            if (loss["at"] == "fit")
                found.emplace_back(fit["label"], loss["loss"]);
    CHECK(found == lines);
    REQUIRE(json["fits"].size() == 2);
    CHECK(json["fits"][0]["measure"] == json["fits"][1]["measure"]);
    CHECK(json["fits"][0]["cell"] == json["fits"][1]["cell"]);
}

TEST_CASE("the fits of a loss are counted by what is stored of it")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    FitRow bare = fit_row(study, study.curves[0], 100, 1, 0.1);
    for (Point& point : bare.points)
        point.losses.resize(1);
    store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1), bare});
    auto const stored = [&](int loss) {
        return store.replicates(bare.cell, loss_key(study.curves[0].losses[loss], "fit"));
    };
    CHECK(stored(0) == std::vector<int>{0, 1});
    CHECK(stored(1) == std::vector<int>{0});
    CHECK(loss_text(loss_key(study.curves[0].losses[1], "fit")) == "softmax.L2r r=1");
}
