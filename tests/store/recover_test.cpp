// What is kept of a store that was cut off.

#include "host/store/merge.h"
#include "host/store/recover.h"
#include "tests/store/killed.h"
#include "tests/store/shards.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

TEST_CASE("what can be read of a store that was cut off is kept, and the rest named", "[recover]")
{
    TempFolder folder;
    write_shard(folder.path(), Shard{1, 2}, 0, 3, tiny_study({"study.replicates=40"}));
    write_shard(folder.path(), Shard{2, 2}, 4, 39, tiny_study({"study.replicates=40"}));
    CHECK(recover_stores(folder.path()).empty());
    std::string const file = folder.path("store.2of2.sqlite"), whole = content(file);
    for (double const share : {0.97, 0.6, 0.3, 0.1, 0.0}) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(
            0, static_cast<std::size_t>(share * static_cast<double>(whole.size())) + 7);
        CHECK_THAT(refused([&] { Store::open(folder.path()); }), Contains("store.2of2.sqlite"));
        CHECK_THAT(refused([&] { merge_stores({folder.path()}, folder.path("m")); }),
                   Contains("store.2of2.sqlite"));
        auto const done = recover_stores(folder.path());
        REQUIRE(done.size() == 1);
        CHECK(done[0].file == file);
        CHECK(std::filesystem::exists(done[0].kept));
        if (share > 0.5)
            CHECK(done[0].fits > 0);
        CHECK(done[0].fits < 36 * 4);
        CHECK(faults(file).empty());
        Store const left = Store::open(folder.path()); // whole fits, the same as ever
        CHECK(fits_in(left) == 16 + done[0].fits);
        Study const study = tiny_study({"study.replicates=40"});
        for (Curve const& curve : study.curves)
            for (int const n : study.n)
                for (FitRow const& fit : left.fits(cell_row(study, curve, n).id, true)) {
                    FitRow const true_fit =
                        fit_row(study, curve, n, fit.replicate, 0.1 * (fit.replicate + 1));
                    CHECK(fit.at(at_fit).theta == true_fit.at(at_fit).theta);
                    CHECK(fit.at(at_fit).mse == true_fit.at(at_fit).mse);
                    CHECK(fit.at(at_start).theta == true_fit.at(at_start).theta);
                }
    }
}

TEST_CASE("what is kept of a fit is all of it, wherever its file was cut off", "[recover]")
{
    Study const study = tiny_study({"study.replicates=12"});
    TempFolder made;
    write_shard(made.path(), Shard{1, 2}, 0, 11, study);
    std::string const whole = content(made.path("store.1of2.sqlite"));
    constexpr std::size_t page = 4096;
    int kept = 0, parted = 0; // fits; cuts that leave some of them
    for (std::size_t end = page; end < whole.size(); end += page) {
        TempFolder folder;
        std::string const file = folder.path("store.1of2.sqlite");
        std::ofstream(file, std::ios::binary) << whole.substr(0, end);
        REQUIRE(recover_stores(folder.path()).size() == 1);
        INFO(end << " of " << whole.size() << " bytes");
        int left = 0;
        if (std::filesystem::exists(file)) {
            Store const store = Store::open(folder.path());
            for (Curve const& curve : study.curves)
                for (int const n : study.n)
                    for (FitRow const& fit : store.fits(cell_row(study, curve, n).id, true)) {
                        FitRow const own =
                            fit_row(study, curve, n, fit.replicate, 0.1 * (fit.replicate + 1));
                        for (char const* at : {at_start, at_fit}) {
                            CHECK(fit.at(at).theta == own.at(at).theta);
                            CHECK(fit.at(at).losses.size() == own.at(at).losses.size());
                        }
                        ++left;
                    }
        }
        kept += left;
        parted += left > 0 && left < 48 ? 1 : 0;
    }
    CHECK(kept > 0);
    CHECK(parted > 0);
}
