#pragma once

/// @file
/// Whole runs on given devices, and the comparison of what they leave.

#include "host/rates/rates.h"
#include "host/run/runner.h"
#include "tests/run/fake_device.h"
#include "tests/run/small_study.h"

#include <catch2/catch.hpp>

#include <deque>
#include <map>

namespace small
{

/// A run on fake devices, one for each of `troubles`; their records go to `asked`.
inline moerate::RunReport run(moerate::Study const& study, std::string const& folder,
                              std::vector<Trouble> const& troubles, std::deque<Asked>& asked,
                              moerate::RunOptions const& options = {})
{
    moerate::Devices devices;
    for (Trouble const& trouble : troubles)
        devices.push_back(std::make_unique<FakeDevice>(static_cast<int>(devices.size()), trouble,
                                                       asked.emplace_back()));
    return run_study(study, folder, devices, options);
}

/// A run on the CPU.
inline moerate::RunReport run(moerate::Study const& study, std::string const& folder,
                              moerate::RunOptions const& options = {}, int threads = 2)
{
    moerate::Devices devices;
    devices.push_back(moerate::make_cpu_device(threads));
    return run_study(study, folder, devices, options);
}

inline std::string rates_text(std::string const& folder)
{
    return rates_to_json(rates(moerate::Store::open(folder))).dump();
}

/// All fits of `b` are those of `a`, to the last bit.
inline void check_part(std::string const& a, std::string const& b)
{
    std::map<std::pair<std::string, int>, moerate::FitRow> fits;
    for (moerate::FitRow const& row : all_fits(moerate::Store::open(a)))
        fits.emplace(std::make_pair(row.cell, row.replicate), row);
    for (moerate::FitRow const& row : all_fits(moerate::Store::open(b)))
        CHECK(same(fits.at({row.cell, row.replicate}), row));
}

inline std::size_t stored(std::string const& folder)
{
    return all_fits(moerate::Store::open(folder)).size();
}

/// `rates_of_a` are rates_text(a), for tests that compare many with one: their draws are most of
/// it.
inline void check_same_stores(std::string const& a, std::string const& rates_of_a,
                              std::string const& b)
{
    REQUIRE(stored(a) == stored(b));
    check_part(a, b);
    CHECK(rates_of_a == rates_text(b));
}

inline void check_same_stores(std::string const& a, std::string const& b)
{
    check_same_stores(a, rates_text(a), b);
}

} // namespace small
