#include "host/study/identity.h"
#include "tests/study/sample.h"

#include <fstream>
#include <map>
#include <utility>

using namespace moerate;

namespace
{

std::string cell(std::string const& toml, std::size_t curve = 0, int n = 100)
{
    Study const study = sample::parse(toml);
    return cell_id(study, study.curves.at(curve), n);
}

} // namespace

TEST_CASE("the identity of a cell is frozen: stores and random streams depend on it")
{
    Study const study = sample::parse(sample::text);
    CHECK(
        canonical_curve(study, study.curves[1]) ==
        R"({"estimator":{"batch":10,"epochs":10,"kind":"sgd","learning_rate":0.1,)"
        R"("loss_factor":1.0,"precision":"float32","sampling":"permutation"},)"
        R"("model":{"expert":{"activation":"relu","form":"ridge"},"experts":2,)"
        R"("gate":{"normalizer":"sigmoid","score":"linear","temperature":"fixed"},)"
        R"("temperature":1.0},"nested":false,"noise_variance":0.5,"regression_samples":100000,)"
        R"("seed":7,"start":{"blind":0,"exponent":-0.083,"kind":"near","scale":0.005,"starts":1},)"
        R"("truth":{"d":2,"draw":{"expert_variance":0.2,"gate_variance":0.1,"zero":"location",)"
        R"("zero_gate":[2]},"expert":{"activation":"relu","form":"ridge"},"experts":2,)"
        R"("gate":{"normalizer":"softmax","score":"linear","temperature":"fixed"},)"
        R"("temperature":1.0}})");
    CHECK(cell_id(study, study.curves[1], 100) == "da63351cffe6a481");
    StreamKey const key = truth_key(study, study.curves[1]);
    CHECK(key.key0 == 0xdbdd0147u);
    CHECK(key.key1 == 0x5b63fcfcu);
}

TEST_CASE("cells of the experiments keep their ids")
{
    std::ifstream list(MOE_SOURCE_DIR "/tests/study/cell_ids.txt");
    std::map<std::string, std::vector<std::pair<int, std::string>>>
        frozen; // a curve each, in order
    std::string experiment, id;
    for (int n = 0; list >> experiment >> n >> id;)
        frozen[experiment].emplace_back(n, id);
    REQUIRE(frozen.size() > 30);
    for (auto const& [name, cells] : frozen) {
        INFO(name);
        Study const study = read_study(MOE_SOURCE_DIR "/experiments/" + name + ".toml");
        std::vector<std::pair<int, std::string>> now;
        for (Curve const& curve : study.curves)
            now.emplace_back(study.n.front(), cell_id(study, curve, study.n.front()));
        CHECK(now == cells);
    }
}

TEST_CASE("what results depend on changes the cell, anything else does not")
{
    std::string const base = cell(sample::text);
    std::map<std::string, std::string> const same{
        {"id = \"small\"", "id = \"other\"\ntitle = \"t\"\nsource = \"s\""},
        {"replicates = 3", "replicates = 30\nmax_failed = 0.5"},
        {"n = [100, 200]", "n = [50, 100]"},
        {"label = \"soft\"", "label = \"renamed\"\nreported_slope = -1\ntheory = \"sub\""},
        {"loss = [\"softmax.L1\", { name = \"softmax.L2r\", r = 1 }]",
         "loss = \"softmax.L1\"\ngauge = \"none\""},
        {"batch = 10", "batch = 10\nepochs = 10\nlearning_rate = 1e-1"},
        {"[estimator]", "[start]\nscale = 5e-3\n[estimator]"},
        {"gate_variance = 0.1", "gate_variance = 1e-1"},
    };
    for (auto const& [from, to] : same) {
        INFO(to);
        CHECK(cell(sample::with(from, to)) == base);
    }
    std::map<std::string, std::string> const different{
        {"seed = 7", "seed = 8"},
        {"seed = 7\n", "seed = 7\nnested = true\n"},
        {"n = [100, 200]", "n = [100, 200]\nregression_samples = 10"},
        {"replicates = 3\n", "replicates = 3\nregression_samples = \"auto\"\n"},
        {"noise_variance = 0.5", "noise_variance = 0.25"},
        {"d = 2", "d = 3"},
        {"gate_variance = 0.1", "gate_variance = 0.11"},
        {"zero_gate = [2]", "zero_gate = [1]"},
        {"zero = \"location\"", "zero = \"all\""},
        {"activation = \"relu\"", "activation = \"identity\""},
        {"experts = 3", "experts = 4"},
        {"batch = 10", "batch = \"full\""},
        {"batch = 10", "batch = 10\nlearning_rate = 0.2"},
        {"batch = 10\n", "batch = 10\nsampling = \"replacement\"\n"},
        {"[estimator]", "[start]\nscale = 0.1\n[estimator]"},
        {"[estimator]\n", "[start]\nextra = [1]\n[estimator]\n"},
    };
    for (auto const& [from, to] : different) {
        INFO(to);
        CHECK(cell(sample::with(from, to)) != base);
    }
    CHECK(cell(sample::text, 0, 200) != base);
    CHECK(cell(sample::text, 1) != base);
    // the exact-specified fit has no extra atom to place
    CHECK(cell(sample::with("[estimator]", "[start]\nextra = [1]\n[estimator]"), 1) ==
          cell(sample::text, 1));
}

TEST_CASE("fits of one study share data; data of different n, replicate and seed differ")
{
    Study const study = sample::parse(sample::text);
    auto const same = [](StreamKey const& a, StreamKey const& b) {
        return a.key0 == b.key0 && a.key1 == b.key1 && a.replicate == b.replicate && a.n == b.n;
    };
    Curve const &soft = study.curves[0], &sigm = study.curves[1];
    CHECK(same(data_key(study, soft, 100, 2), data_key(study, sigm, 100, 2)));
    CHECK_FALSE(same(data_key(study, soft, 100, 2), data_key(study, soft, 200, 2)));
    CHECK_FALSE(same(data_key(study, soft, 100, 2), data_key(study, soft, 100, 1)));
    CHECK(data_key(study, soft, 100, 2).replicate == 2);
    CHECK(data_key(study, soft, 100, 2).n == 100);
    CHECK(truth_key(study, soft).replicate == 0);
    CHECK(truth_key(study, soft).n == 0);

    Study const nested = sample::parse(sample::with("seed = 7", "seed = 7\nnested = true"));
    CHECK(same(data_key(nested, nested.curves[0], 100, 2),
               data_key(nested, nested.curves[0], 200, 2)));
    Study const reseeded = sample::parse(sample::with("seed = 7", "seed = 8"));
    CHECK_FALSE(same(truth_key(study, soft), truth_key(reseeded, reseeded.curves[0])));
    // a further truth has a stream of its own, and the first that of a study of one
    Study const two = sample::parse(sample::with("seed = 7", "seed = 7\ntruths = 2"));
    REQUIRE(two.curves.size() == 2 * study.curves.size());
    CHECK(same(truth_key(study, soft), truth_key(two, two.curves[0])));
    CHECK(cell_id(two, two.curves[0], 100) == cell_id(study, soft, 100));
    CHECK_FALSE(same(truth_key(two, two.curves[0]), truth_key(two, two.curves[2])));
    CHECK(same(truth_key(two, two.curves[2]), truth_key(two, two.curves[3])));
    // noise and estimator are not of the truth: such curves see the same x
    Study const noisier =
        sample::parse(sample::with("noise_variance = 0.5", "noise_variance = 2.0"));
    CHECK(same(truth_key(study, soft), truth_key(noisier, noisier.curves[0])));
}
