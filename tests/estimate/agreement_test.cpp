// Least squares from the starts of tests/reference/least_squares.json, whose minima SciPy's
// least_squares has found beforehand (tests/reference/least_squares.py says how).

#include "host/device/device.h"
#include "host/estimate/lse_rounds.h"
#include "host/measure/measure_json.h"
#include "kernels/lse/coordinates.h"
#include "tests/places.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

using namespace moerate;
using nlohmann::json;

namespace
{

/// A problem on the device.
struct Problem
{
    json const& wanted; ///< the file's
    Measure start;
    std::vector<double> low, high; ///< the box by coordinate
    DeviceArray<double> x, y, theta, lower, upper;

    Problem(Device& device, json const& from)
        : wanted(from), start(measure_from_json(from["start"], from["name"])), low(box(0)),
          high(box(1)), x(device, numbers(from["x"])), y(device, numbers(from["y"])),
          theta(device, start.theta), lower(device, low), upper(device, high)
    {}

    LseItem<double> item() const
    {
        LseItem<double> item{};
        item.model = start.model;
        item.n = static_cast<int>(y.size());
        item.x = x.data();
        item.y = y.data();
        item.theta = theta.data();
        item.lower = lower.data();
        item.upper = upper.data();
        return item;
    }

private:
    /// The lower bounds (side 0) or the upper ones; a temperature has its own.
    std::vector<double> box(std::size_t side) const
    {
        Model const& model = start.model;
        double const bound = wanted["box"];
        std::vector<double> bounds(static_cast<std::size_t>(coordinate_count(model)),
                                   side == 0 ? -bound : bound);
        for (std::size_t z = 0; z < bounds.size(); ++z)
            if (coordinate_place(model, static_cast<int>(z)).theta ==
                temperature_place(model.layout))
                bounds[z] = wanted["temperatures"][side];
        return bounds;
    }

    /// All numbers of a list, or of a list of lists.
    static std::vector<double> numbers(json const& list)
    {
        std::vector<double> all;
        for (json const& row : list)
            if (row.is_array())
                all.insert(all.end(), row.begin(), row.end());
            else
                all.push_back(row);
        return all;
    }
};

json reference_problems()
{
    std::ifstream in(MOE_SOURCE_DIR "/tests/reference/least_squares.json");
    REQUIRE(in);
    return json::parse(in);
}

/// Whether a fit lies in its box; coordinates of a form are means of two entries.
bool in_box(Problem const& problem)
{
    std::vector<double> const theta = problem.theta.download();
    std::vector<double> z(problem.low.size());
    gather_coordinates(SerialLanes{}, problem.start.model, theta.data(), z.data());
    for (std::size_t i = 0; i < z.size(); ++i)
        if (!(z[i] >= problem.low[i] && z[i] <= problem.high[i]))
            return false;
    return true;
}

} // namespace

// A start between two basins may end in either: the paths of two methods differ.
TEST_CASE("least squares ends where SciPy does, or lower, or in another basin from one start")
{
    auto const device = make_cpu_device(1);
    json const all = reference_problems();
    REQUIRE(all.size() == 31);
    std::vector<Problem> problems;
    std::vector<LseItem<double>> items;
    problems.reserve(all.size());
    for (json const& one : all) {
        problems.emplace_back(*device, one);
        items.push_back(problems.back().item());
    }
    std::vector<LseResult> const results = run_rounds(*device, items);
    REQUIRE(results.size() == all.size());
    int elsewhere = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        LseResult const& got = results[i];
        double const its = all[i]["mse"];
        // Where f has kinks, J^T J tells nothing of what lies beyond the next one.
        double const tolerance = all[i]["smooth"].get<bool>() ? 1e-8 : 1e-3;
        INFO(all[i]["name"] << ": " << got.mse << " after " << got.rounds << " rounds, SciPy "
                            << its << " after " << all[i]["nfev"] << ", apart "
                            << (got.mse - its) / its << ", end " << static_cast<int>(got.end));
        CHECK(got.start_mse == Approx(all[i]["start_mse"].get<double>()).epsilon(1e-12));
        CHECK(in_box(problems[i]));
        if (got.mse <= its * (1 + tolerance))
            continue;
        ++elsewhere;
        CHECK(got.end == LseEnd::gain); // a minimum, too
        Measure const minimum = measure_from_json(all[i]["minimum"], "minimum");
        device->upload(problems[i].theta.data(), minimum.theta.data(),
                       minimum.theta.size() * sizeof(double));
        LseResult const there = run_rounds(*device, std::vector{problems[i].item()}).front();
        CHECK(there.mse <= its * (1 + tolerance));
    }
    CHECK(elsewhere <= 1);
}
