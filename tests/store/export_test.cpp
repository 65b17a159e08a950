#include "host/store/export.h"
#include "tests/store/csv_table.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

using namespace moerate;
using namespace moerate_test;

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
    auto const rows = csv_table(export_csv(store));
    REQUIRE(rows.size() == 3);
    auto row = rows[0];
    CHECK(row["label"] == "softmax");
    CHECK(row["n"] == "100");
    CHECK(row["replicate"] == "0");
    CHECK(row["status"] == "ok");
    CHECK(row["loss"] == "softmax.L1");
    CHECK(row["exponent"] == "1");
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

TEST_CASE("what the study does not ask for is exported where all is asked for")
{
    TempFolder folder;
    {
        Study const before = tiny_study();
        Store store = Store::create(folder.path(), before);
        add_cells(store, before);
        for (int const replicate : {0, 3})
            store.add_fits({fit_row(before, before.curves[0], 100, replicate, 0.1)});
    }
    Store const store = Store::create(
        folder.path(), tiny_study({"study.replicates=2", "fit.softmax.loss=\"softmax.L1\""}));
    auto const asked = csv_table(export_csv(store));
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].at("in_study") == "1");
    CHECK(asked[0].at("loss") == "softmax.L1");
    CHECK(asked[0].at("replicate") == "0");
    std::vector<std::string> in_study;
    for (auto const& row : csv_table(export_csv(store, {true})))
        in_study.push_back(row.at("in_study"));
    CHECK(in_study == std::vector<std::string>{"1", "0", "0", "0"}); // L1, L2r of either fit
    CHECK(export_json(store)["fits"].size() == 1);
    CHECK(export_json(store, {true})["fits"].size() == 2);
    CHECK(export_json(store, {true})["fits"][1]["in_study"] == false);
}

TEST_CASE("swept keys are columns of their own, and parameters have their names")
{
    TempFolder folder;
    Study const study = parse_study(
        study_text() + "[sweep]\n\"estimator.epochs\" = [1, 2]\n\"fit.softmax.experts\" = [2, 3]\n",
        "tiny.toml");
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    FitRow const fit = fit_row(study, study.curves[3], 100, 0, 0.1); // 2 epochs, 3 experts
    store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1), fit,
                    fit_row(study, study.curves[4], 100, 0, 0.1)});
    auto const rows = csv_table(export_csv(store, {false, true}));
    REQUIRE(rows.size() == 5);
    auto const& swept = rows[2];
    CHECK(swept.at("fit") == "softmax");
    CHECK(swept.at("estimator.epochs") == "2");
    CHECK(swept.at("fit.experts") == "3");
    CHECK(rows[4].at("fit") == "sigmoid");
    CHECK(rows[4].at("fit.experts") == ""); // its own key is not swept
    CHECK(swept.at("noise_variance") == "0.01");
    auto const measure = export_json(store)["fits"][1]["measure"];
    CHECK(std::stod(swept.at("atoms.0.gate.w.0")) == fit.at(at_fit).theta[0]);
    CHECK(std::stod(swept.at("atoms.2.expert.b")) == measure["atoms"][2]["expert"]["b"]);
    CHECK(rows[0].at("atoms.2.expert.b") == ""); // it has two experts
    CHECK(export_json(store)["fits"][1]["swept"] ==
          nlohmann::ordered_json::parse(R"({"estimator.epochs": 2, "fit.experts": 3})"));
}

TEST_CASE("fits of several truths have the number of theirs")
{
    TempFolder folder;
    Study const study = tiny_study({"study.truths=2"});
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    store.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1),
                    fit_row(study, study.curves[2], 100, 0, 0.1)});
    auto const rows = csv_table(export_csv(store));
    REQUIRE(rows.size() == 4); // two losses each
    CHECK(rows[0].at("truth") == "1");
    CHECK(rows[2].at("truth") == "2");
    CHECK(rows[2].at("label") == "softmax [truth 2]");
    CHECK(rows[2].at("fit") == "softmax");
    CHECK(export_json(store)["fits"][1]["truth"] == 2);
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
    auto const json = export_json(store, {true});
    REQUIRE(json["fits"].size() == 1);
    CHECK(json["fits"][0]["label"] == "softmax");
    CHECK(json["fits"][0]["in_study"] == false);
    CHECK(json["fits"][0]["measure"].is_null());
    auto const rows = csv_table(export_csv(store, {true, true}));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("in_study") == "0");
    CHECK(rows[0].at("atoms.0.gate.w.0") == "");
    CHECK(export_json(store)["fits"].empty());
    CHECK(csv_table(export_csv(store)).empty());
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
    for (auto const& row : csv_table(export_csv(store, {true})))
        found.emplace_back(row.at("label"), row.at("loss"));
    CHECK(found == lines);

    found.clear();
    auto const json = export_json(store, {true});
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
