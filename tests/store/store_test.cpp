#include "host/core/error.h"
#include "host/store/columns.h"
#include "host/store/store.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <sys/wait.h>
#include <unistd.h>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

TEST_CASE("a fit comes back as it was stored")
{
    TempFolder folder;
    Study const study = tiny_study();
    Curve const& curve = study.curves[0];
    FitRow fit = fit_row(study, curve, 100, 3, 0.1);
    fit.status = FitStatus::no_descent;
    fit.at(at_fit).mse = std::numeric_limits<double>::infinity();
    fit.empty = -1;
    fit.at(at_fit).theta[0] = -0.0;
    {
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        store.add_fits({fit});
    }
    Store const store = Store::open(folder.path());
    CHECK(store.study_text() == study.resolved);
    auto const fits = store.fits(fit.cell, true);
    REQUIRE(fits.size() == 1);
    CHECK(same_result(fits[0], fit));
    CHECK(fits[0].replicate == 3);
    CHECK(fits[0].status == FitStatus::no_descent);
    CHECK(fits[0].facts.seconds == 0.125);
    CHECK(std::isnan(fits[0].at(at_fit).risk.expert_exact));
    CHECK(std::signbit(fits[0].at(at_fit).theta[0]));
    for (char const* at : {at_start, at_fit}) {
        Point const &stored = fits[0].at(at), &want = fit.at(at);
        CHECK(stored.theta == want.theta);
        REQUIRE(stored.losses.size() == want.losses.size());
        for (std::size_t i = 0; i < want.losses.size(); ++i)
            CHECK(same_result(stored.losses[i], want.losses[i]));
        CHECK(std::isnan(stored.losses[0].record.exact_gate));
        CHECK(store.fits(fit.cell, false)[0].at(at).theta.empty());
    }
    CHECK(store.replicates(fit.cell) == std::vector<int>{3});
    CHECK(store.loss_keys(fit.cell).size() == 4);
    CHECK(store.loss_keys(fit.cell).at(loss_key(curve.losses[1], "fit")) == std::vector<int>{3});
    CHECK(store.loss_keys("no such cell").empty());
    CHECK(store.fits(fit.cell, false, {3, 3}).size() == 1);
    CHECK(store.fits(fit.cell, false, {0, 2}).empty());
    CHECK(store.fits(fit.cell, false, {4}).empty());
    CHECK(store.cells().size() == 4);
    CHECK(store.cells()[0].label == "softmax");
}

TEST_CASE("a point that this version does not know is kept with its losses")
{
    TempFolder folder;
    Study const study = tiny_study();
    FitRow fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    Point other = fit.at(at_fit);
    other.at = "other";
    other.mse = 0.25;
    for (LossRow& loss : other.losses)
        loss.key.at = other.at;
    fit.points.push_back(other);
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    store.add_fits({fit});
    FitRow const stored = Store::open(folder.path()).fits(fit.cell, true)[0];
    CHECK(same_result(stored, fit));
    REQUIRE(stored.points.size() == 3);
    CHECK(stored.points[0].at == "start");
    CHECK(stored.points[1].at == "fit");
    CHECK(stored.at("other").mse == 0.25);
    CHECK(stored.at("other").theta == fit.at(at_fit).theta);
    CHECK(stored.at("other").losses.size() == 2);
    CHECK(store.loss_keys(fit.cell).size() == 6);
    fit.points.pop_back();
    CHECK_THROWS_AS(store.add_fits({fit}), StoreError); // another result
    CHECK_THROWS_AS(stored.at("none"), std::out_of_range);
}

TEST_CASE("a store without a point of a fit is damaged")
{
    TempFolder folder;
    Study const study = tiny_study();
    FitRow fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    {
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        fit.points.resize(1);
        store.add_fits({fit});
    }
    CHECK_THROWS_WITH(Store::open(folder.path()).fits(fit.cell, false),
                      Contains("is damaged (a fit without its point \"fit\")"));
}

TEST_CASE("failed fits are counted, a note is no failure")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    std::vector<FitRow> fits;
    for (auto const status :
         {FitStatus::ok, FitStatus::not_finite, FitStatus::diverged, FitStatus::no_descent})
    {
        fits.push_back(fit_row(study, study.curves[1], 100, static_cast<int>(fits.size()), 0.1));
        fits.back().status = status;
    }
    store.add_fits(fits);
    FitCount const all = store.count(fits[0].cell);
    CHECK(all.fits == 4);
    CHECK(all.failed == 2);
    CHECK(all.no_descent == 1);
    FitCount const first = store.count(fits[0].cell, 2); // what a study of two replicates asks for
    CHECK(first.fits == 2);
    CHECK(first.failed == 1);
    CHECK(first.no_descent == 0);
    CHECK(store.count("no such cell").fits == 0);
}

TEST_CASE("the same replicate again is ignored, with another result it is refused")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    FitRow const fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    store.add_fits({fit});

    FitRow again = fit;
    again.facts.seconds = 9; // time is no result
    for (Point& point : again.points)
        point.theta.clear();
    CHECK_NOTHROW(store.add_fits({again}));
    CHECK(store.count(fit.cell).fits == 1);

    FitRow other = fit;
    other.at(at_start).theta[1] += 1e-15;
    CHECK_THROWS_AS(store.add_fits({other}), StoreError);
    other = fit;
    other.at(at_fit).risk.expert_exact = 0; // was not a number
    CHECK_THROWS_AS(store.add_fits({other}), StoreError);
    LossRow loss = fit.at(at_start).losses[0];
    loss.record.mass += 1e-15;
    CHECK_THROWS_AS(store.add_losses(fit.cell, 0, {loss}), StoreError);
    CHECK(same_result(store.fits(fit.cell, true)[0], fit));
}

TEST_CASE("a block is stored whole or not at all")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    FitRow const good = fit_row(study, study.curves[0], 100, 0, 0.1);
    FitRow lost = fit_row(study, study.curves[0], 100, 1, 0.1);
    lost.cell = "0123456789abcdef"; // not registered
    CHECK_THROWS_AS(store.add_fits({good, lost}), StoreError);
    CHECK(store.count(good.cell).fits == 0);

    CHECK_THROWS_WITH(store.transaction([&] {
        store.add_fits({good});
        store.add_losses(good.cell, 0, {});
        throw std::runtime_error("stop");
    }),
                      "stop");
    CHECK(store.count(good.cell).fits == 0);
    CHECK_NOTHROW(store.transaction([&] { store.add_fits({good}); }));
    CHECK(store.count(good.cell).fits == 1);
}

TEST_CASE("further losses go beside stored fits")
{
    TempFolder folder;
    Study const study = tiny_study();
    Store store = Store::create(folder.path(), study);
    add_cells(store, study);
    FitRow const fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    store.add_fits({fit});
    LossSpec raw = study.curves[0].losses[0];
    raw.choice.gauge = Gauge::none;
    store.add_losses(fit.cell, 0, {loss_row(raw, "fit", 0.4)});
    CHECK(store.loss_keys(fit.cell).size() == 5);
    CHECK(store.fits(fit.cell, false)[0].at(at_fit).losses.back().record.value == 0.4);
    CHECK_THROWS_AS(store.add_losses(fit.cell, 5, {loss_row(raw, "fit", 0.4)}), StoreError);
}

TEST_CASE("invocations are listed with their outcome")
{
    TempFolder folder;
    Study const study = tiny_study();
    {
        Store store = Store::create(folder.path(), study);
        RunRow run;
        run.argv = "moerate run a.toml";
        run.threads = 2;
        run.dirty = true;
        store.begin_run(run);
        store.finish_run("done");
        run.argv = "again";
        store.begin_run(run); // killed: no outcome
    }
    auto const runs = Store::open(folder.path()).runs();
    REQUIRE(runs.size() == 2);
    CHECK(runs[0].argv == "moerate run a.toml");
    CHECK(runs[0].threads == 2);
    CHECK(runs[0].dirty);
    CHECK(runs[0].started.size() == 20);
    CHECK(runs[0].outcome == "done");
    CHECK_FALSE(runs[0].finished.empty());
    CHECK(runs[1].outcome.empty());
}

TEST_CASE("one writer at a time; readers are welcome")
{
    TempFolder folder;
    Study const study = tiny_study();
    {
        Store writer = Store::create(folder.path(), study);
        add_cells(writer, study);
        CHECK_THROWS_WITH(Store::create(folder.path(), study), Contains("in use"));
        writer.add_fits({fit_row(study, study.curves[0], 100, 0, 0.1)});
        Store const reader = Store::open(folder.path());
        CHECK(reader.count(writer.cells()[0].id).fits == 1);
        writer.add_fits({fit_row(study, study.curves[0], 100, 1, 0.1)});
        CHECK(reader.count(writer.cells()[0].id).fits == 2);
    }
    CHECK_NOTHROW(Store::create(folder.path(), study));
}

TEST_CASE("a writer that dies in a transaction leaves the state before it")
{
    TempFolder folder;
    Study const study = tiny_study();
    FitRow const fit = fit_row(study, study.curves[0], 100, 0, 0.1);
    pid_t const child = fork();
    if (child == 0) {
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        store.add_fits({fit});
        store.transaction([&] {
            store.add_fits({fit_row(study, study.curves[0], 100, 1, 0.1)});
            _exit(0); // as a kill: no rollback, no unlock
        });
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(Store::open(folder.path()).replicates(fit.cell) == std::vector<int>{0});
    Store store = Store::create(folder.path(), study); // the lock went with the process
    CHECK(store.replicates(fit.cell) == std::vector<int>{0});
}

TEST_CASE("plain SQLite reads the tables")
{
    TempFolder folder;
    Study const study = tiny_study();
    {
        Store store = Store::create(folder.path(), study);
        add_cells(store, study);
        store.add_fits({fit_row(study, study.curves[0], 1000, 0, -0.001),
                        fit_row(study, study.curves[1], 1000, 0, 0.1)});
    }
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(folder.path("store.sqlite").c_str(), &database) == SQLITE_OK);
    std::string rows;
    auto const collect = [](void* text, int columns, char** values, char**) {
        for (int c = 0; c < columns; ++c)
            *static_cast<std::string*>(text) += std::string(values[c] ? values[c] : "NULL") + " ";
        return 0;
    };
    auto const query = [&](char const* sql) {
        rows.clear();
        REQUIRE(sqlite3_exec(database, sql, collect, &rows, nullptr) == SQLITE_OK);
        return rows;
    };
    CHECK(
        query(
            "SELECT label, n, status, admissible, empty, iterations FROM fit JOIN cell ON cell.id "
            "= fit.cell ORDER BY label DESC") == "softmax 1000 ok 1 0 2 sigmoid 1000 ok NULL 0 2 ");
    CHECK(
        query(
            "SELECT name, exponent, gauge, at, value, cells FROM loss WHERE name = 'sigmoid.D3'") ==
        "sigmoid.D3 1.0 align start 0.2 [0,1,1] sigmoid.D3 1.0 align fit 0.1 [0,1,1] ");
    CHECK(query("SELECT length(params) FROM point") ==
          "144 144 144 144 "); // 18 numbers: 3 (d + 1 + d + 1)
    CHECK(query("SELECT count(*) FROM sqlite_schema WHERE type = 'table'") == "8 ");
    CHECK(query("PRAGMA user_version") == "2 ");
    CHECK(query("PRAGMA journal_mode") == "delete ");
    CHECK(query("SELECT format_version, id FROM study") == "2.4 tiny ");
    sqlite3_close(database);
}
