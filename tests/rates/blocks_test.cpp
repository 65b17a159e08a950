// Rates by block of stored fits whose distances are known, in JSON, table and export.

#include "host/rates/blocks.h"
#include "host/store/export.h"
#include "host/study/truth.h"
#include "tests/store/csv_table.h"
#include "tests/store/store_fixture.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;
using namespace moerate_test;
using Catch::Matchers::Contains;

namespace
{

/// Of the tiny study's softmax fit: true atom 0 twice, with half of its mass and one of its
/// expert's numbers off by `over`, true atom 1 once, off by `exact`. Blocks: w, b, a, b.
std::vector<double> split_parameters(Study const& study, double over, double exact)
{
    std::vector<double> const truth = true_parameters(study, study.curves[0], study.n.back());
    Layout const &two = study.curves[0].truth.model.layout, &three = study.curves[0].model.layout;
    std::vector<double> theta(static_cast<std::size_t>(three.size));
    for (int b = 0; b < three.blocks; ++b)
        for (int i = 0; i < 3; ++i)
            for (int f = 0; f < three.block[b].width; ++f) {
                int const width = three.block[b].width;
                double& value = theta[three.block[b].offset + i * width + f];
                value = truth[two.block[b].offset + i % 2 * width + f];
                if (three.block[b].role == Role::bias && i != 1)
                    value -= std::log(2.0);
                if (three.block[b].role == Role::expert_direction && f == 0)
                    value += i == 1 ? exact : over;
            }
    return theta;
}

/// A store whose softmax fits have the distance n^-1/2 (1 + r / 10) in the over cell and its square
/// in the exact one, ten times that where they began.
Store split_store(std::string const& folder, Study const& study, bool parameters = true)
{
    Store store = Store::create(folder, study);
    add_cells(store, study);
    std::vector<FitRow> fits;
    for (Curve const& curve : study.curves)
        for (int const n : study.n)
            for (int r = 0; r < study.replicates; ++r) {
                double const over = (1 + r / 10.0) / std::sqrt(n);
                fits.push_back(fit_row(study, curve, n, r, over));
                bool const softmax = curve.label == "softmax";
                for (Point& point : fits.back().points)
                    if (!parameters)
                        point.theta.clear();
                    else if (softmax)
                        point.theta =
                            split_parameters(study, over, point.at == at_fit ? over * over : 0.05);
            }
    store.add_fits(fits);
    return store;
}

std::vector<RateRow> block_rates(Store const& store, Study const& study)
{
    RatesOptions options;
    options.blocks = true;
    return rates(*make_cpu_device(1), store, study, options);
}

BlockSlopes const& block_of(RateRow const& row, std::string const& name)
{
    for (BlockSlopes const& block : *row.blocks)
        if (block.block == name)
            return block;
    throw std::out_of_range(name);
}

} // namespace

TEST_CASE("slopes by block are those of the distances of the stored parameters")
{
    TempFolder const folder;
    Study const study = tiny_study();
    auto const rows = block_rates(split_store(folder.path(), study), study);
    REQUIRE(rows[0].blocks);
    BlockSlopes const& a = block_of(rows[0], "expert.a");
    CHECK(a.over.mean.value[0] == Approx(0.115).epsilon(1e-12)); // mean of 1 + r / 10 is 1.15
    CHECK(a.over.mean.slope == Approx(-0.5).epsilon(1e-12));
    CHECK(a.over.mean.lo <= a.over.mean.slope);
    CHECK(a.over.median.slope == Approx(-0.5).epsilon(1e-12));
    CHECK(a.exact.mean.slope == Approx(-1).epsilon(1e-12));
    CHECK(a.over.mean.reasons.at(0).code == "start"); // its start is as far
    CHECK(a.exact.mean.reasons.empty());
    CHECK(block_of(rows[0], "expert").over.mean.slope == Approx(a.over.mean.slope));
    CHECK(std::isnan(block_of(rows[0], "gate.w").over.mean.slope)); // a distance of 0
    // The theory's -0.5: over squares in softmax.L1, first powers in softmax.L2r of r = 1.
    CHECK(a.over.claim == "-0.25");
    CHECK(a.exact.claim == "-0.5");
    CHECK(block_of(rows[0], "gate.b").over.claim.empty());
    CHECK(block_of(rows[1], "expert.a").over.claim == "-0.5");
    CHECK(block_of(rows[2], "expert.a").over.claim.empty()); // no claim on sigmoid
    auto const json = rates_to_json(rows)["rows"][0]["blocks"];
    CHECK(json["expert.a"]["over"]["slope"].get<double>() == a.over.mean.slope);
    CHECK(json["expert.a"]["over"]["theory"] == -0.25);
    CHECK(json["mass"]["exact"]["theory"] == -0.5);
    CHECK_THAT(blocks_text(rows), Contains("expert.a") && Contains("-0.25"));
    CHECK_FALSE(rates_to_json(rates(split_store(folder.path() + "/again", study), study))["rows"][0]
                    .contains("blocks"));
}

TEST_CASE("an export has the distances by block that the rates are of")
{
    TempFolder const folder;
    Study const study = tiny_study();
    Store const store = split_store(folder.path(), study);
    auto const table = csv_table(export_csv(store, {false, false, true}));
    double sum = 0;
    for (CsvRow const& line : table)
        if (line.at("loss") == "softmax.L1" && line.at("n") == "100")
            sum += std::stod(line.at("over.expert.a"));
    BlockSlopes const a = block_of(block_rates(store, study)[0], "expert.a");
    CHECK(sum / 4 == Approx(a.over.mean.value[0]).epsilon(1e-14)); // sums in another order
    CHECK(table.front().count("over.expert") == 1);
    CHECK(csv_table(export_csv(store)).front().count("over.expert") == 0);
}

TEST_CASE("fits without parameters have no slopes by block, and the reason")
{
    TempFolder const folder;
    Study const study = tiny_study();
    auto const rows = block_rates(split_store(folder.path(), study, false), study);
    Slope const& slope = block_of(rows[0], "expert.a").over.mean;
    CHECK(std::isnan(slope.slope));
    CHECK_THAT(slope.reason, Contains("in all 8 fits, whose parameters were not stored"));
    CHECK_THAT(blocks_text(rows), Contains("parameters were not stored"));
}

TEST_CASE("what a claim on the loss says of a block")
{
    CHECK(block_claim({"-0.5", true, ""}, 4) == "-0.125");
    CHECK(block_claim({"-0.5", true, ""}, 3.5) == "-0.143");
    CHECK(block_claim({"-0.5", true, ""}, 0).empty());
    CHECK(block_claim({"sub", true, ""}, 1).empty()); // not of each block
    CHECK(block_claim({"", true, ""}, 1).empty());
}
