#include "host/probe/flat.h"

#include "kernels/family/losses.h"
#include "kernels/model/shape.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace moerate;

namespace
{

Measure measure_of(std::string const& activation, std::string const& atoms)
{
    return measure_from_json(
        nlohmann::json::parse(R"({"d": 1, "gate": {"score": "linear", "normalizer": "softmax"},
            "expert": {"form": "ridge", "activation": ")" +
                              activation + R"("}, "atoms": )" + atoms + "}"),
        "measure");
}

/// One line: softmax over one atom, so that f = a x + b.
Measure line()
{
    return measure_of("identity",
                      R"([{"gate": {"w": [0], "b": 0}, "expert": {"a": [1], "b": 0.5}}])");
}

constexpr char two_atoms[] = R"([{"gate": {"w": [1], "b": 0}, "expert": {"a": [2], "b": 0.3}},
                                 {"gate": {"w": [-1], "b": 0}, "expert": {"a": [-1], "b": 0.2}}])";

} // namespace

TEST_CASE("the nearest line at a loss is the one that moves what changes f least")
{
    // softmax.L1 of one exact atom is |(da, db)| here, and ||f - f*||^2 = da^2 E x^2 + db^2: the
    // least is epsilon sqrt(E x^2), by the slope alone.
    auto const device = make_cpu_device(1);
    Measure const truth = line();
    NoiseFree const sample(*device, truth, {1, 0, 0, 0}, 500);
    LossLevel const level(*device, truth.model, truth,
                          {find<Losses>("softmax.L1"), 1, Gauge::align});
    Box::Bounds const box = Box().bounds(truth.model);
    NearestSearch search(sample, level, box, {});
    auto const found = search.at(0.2);
    REQUIRE(found);
    CHECK(level.value(found->theta) == Approx(0.2).epsilon(1e-9)); // onto() keeps 1e-10
    double mean = 0, square = 0;
    for (double const x : sample.x.download()) {
        mean += x / 500;
        square += x * x / 500;
    }
    double const half = (square + 1) / 2; // least eigenvalue of [square mean; mean 1]
    double const least = half - std::sqrt(half * half - (square - mean * mean));
    CHECK(found->distance == Approx(0.2 * std::sqrt(least)).epsilon(1e-4));
}

TEST_CASE("the way onto a level ends at the box, and at a jump")
{
    auto const device = make_cpu_device(1);
    Measure const truth = line();
    LossLevel const level(*device, truth.model, truth,
                          {find<Losses>("softmax.L1"), 1, Gauge::align});
    Box::Bounds const box = Box().bounds(truth.model);
    std::vector<double> moved = truth.theta;
    moved.back() += 0.1;
    auto const there = level.onto(0.3, truth.theta, moved, box);
    REQUIRE(there);
    CHECK(there->back() == Approx(0.8).epsilon(1e-9));
    CHECK_FALSE(level.onto(20, truth.theta, moved, box)); // |b| <= 10
}

TEST_CASE("a flat direction has no more blocks and atoms than it needs, and words")
{
    auto const device = make_cpu_device(1);
    Measure const truth = measure_of("relu", two_atoms);
    Model const over =
        measure_of("relu", R"([{"gate": {"w": [0], "b": 0}, "expert": {"a": [0], "b": 0}},
                                  {"gate": {"w": [0], "b": 0}, "expert": {"a": [0], "b": 0}},
                                  {"gate": {"w": [0], "b": 0}, "expert": {"a": [0], "b": 0}}])")
            .model;
    NoiseFree const sample(*device, truth, {1, 0, 0, 0}, 300, true);
    CHECK(sample.n > 300); // with the experts' kinks, at -0.15 and 0.2
    LossLevel const level(*device, over, truth, {find<Losses>("softmax.L1"), 1, Gauge::align});
    Box::Bounds const box = Box().bounds(over);
    NearestSearch search(sample, level, box, {12, 200, exact_distance, 1, 0.75});
    std::vector<Flat> const flats = flat_directions(search, 0.1, 1);
    REQUIRE(flats.size() == 1);
    CHECK(flats[0].words.kind == "shares");
    CHECK(flats[0].words.lines.size() == 2);
    CHECK(flats[0].blocks == std::vector<std::string>{"a", "b_e"});
    CHECK(flats[0].loss == Approx(0.1).epsilon(1e-9));
    CHECK(flats[0].difference < 1e-10);
}

TEST_CASE("a direction is found between kinks and jumps, too")
{
    // The length of a w changes no cosine without tau and so no order of scores; steps that leave
    // its line carry samples across kinks and from one pair of experts to another. With no other
    // starts than those along which f stands still.
    auto const device = make_cpu_device(1);
    GateSpec gate;
    gate.score = find<Scores>("cosine");
    gate.normalizer = find<Normalizers>("topk");
    gate.top = 2;
    gate.tau1 = gate.tau2 = 0;
    ExpertSpec expert;
    expert.form = find<Experts>("ridge");
    expert.activation = find<Activations>("relu");
    Measure const truth = generic_truth(make_model(gate, expert, 2, 3), 1);
    NoiseFree const sample(*device, truth, {1, 0, 0, 0}, 300, true);
    LossLevel const level(*device, truth.model, truth,
                          {find<Losses>("softmax.L1"), 1, Gauge::align});
    Box::Bounds const box = Box().bounds(truth.model);
    NearestSettings settings;
    settings.starts = 0;
    NearestSearch search(sample, level, box, settings);
    std::vector<Flat> const flats = flat_directions(search, 0.1, 1);
    REQUIRE(flats.size() == 1);
    CHECK(flats[0].words.kind == "scale");
    CHECK(flats[0].blocks == std::vector<std::string>{"w"});
}

TEST_CASE("a twin's atoms are named beside those of the truth")
{
    auto const device = make_cpu_device(1);
    Measure const truth = measure_of("identity", two_atoms);
    // Both gates shifted by 0.7, the atoms exchanged, the first one split in two of other
    // responses.
    Measure const twin = measure_of(
        "identity", R"([{"gate": {"w": [-0.3], "b": 0.1}, "expert": {"a": [-1], "b": 0.2}},
                        {"gate": {"w": [1.7], "b": -0.5931471805599453}, "expert": {"a": [4], "b": 0.6}},
                        {"gate": {"w": [1.7], "b": -0.5931471805599453}, "expert": {"a": [0], "b": 0}}])");
    NoiseFree const sample(*device, truth, {1, 0, 0, 0}, 100);
    CHECK(largest_difference(sample, twin) < 1e-14);
    MoveWords const words = words_of_twin(sample, twin);
    REQUIRE(words.lines.size() == 3);
    CHECK(words.lines[0] == "atom 1: gate location and response of true atom 2");
    CHECK(words.lines[1] == "atom 2: gate location of true atom 1, 2 times its response");
    CHECK(words.lines[2] == "atom 3: no response (h = 0), whatever its gate");
    CHECK(words.kind == "null atom");
}
