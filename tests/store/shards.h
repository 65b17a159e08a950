#pragma once

/// @file
/// Shards of made-up fits.

#include "host/core/error.h"
#include "tests/store/store_fixture.h"

#include <functional>
#include <optional>
#include <string>

namespace moerate_test
{

/// Writes replicates first..last of both curves at all n into the store of a shard.
inline void write_shard(std::string const& folder, std::optional<moerate::Shard> const& shard,
                        int first, int last, moerate::Study const& study = tiny_study(),
                        double value = 0.1, std::string const& started = "2024-01-01T00:00:00Z")
{
    moerate::Store store = moerate::Store::create(folder, study, shard);
    moerate::RunRow run;
    run.started = started;
    run.shard = shard ? moerate::shard_text(*shard) : "";
    store.begin_run(run);
    add_cells(store, study);
    for (int r = first; r <= last; ++r)
        for (moerate::Curve const& curve : study.curves)
            for (int const n : study.n)
                store.add_fits({fit_row(study, curve, n, r, value * (r + 1))});
    store.finish_run("done");
}

inline int fits_in(moerate::Store const& store)
{
    int fits = 0;
    for (moerate::CellRow const& cell : store.cells())
        fits += store.count(cell.id).fits;
    return fits;
}

/// What a refusal says.
inline std::string refused(std::function<void()> const& work)
{
    try {
        work();
    } catch (moerate::StoreError const& error) {
        return error.what();
    }
    return "nothing was refused";
}

} // namespace moerate_test
