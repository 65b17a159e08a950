// The call that fits, on data of no study, and the list of estimators.

#include "host/core/error.h"
#include "host/core/words.h"
#include "host/device/device.h"
#include "kernels/family/activations.h"
#include "kernels/model/layout.h"
#include "tests/places.h"
#include "tests/support/step_estimator.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

using namespace moerate;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using nlohmann::json;

namespace
{

bool const added = add_step_estimator();

struct Keys : Source
{
    std::string place(Pointer const&) const override { return "here"; }
    std::string name(Pointer const& at) const override { return at.empty() ? "" : at.back(); }
};

std::shared_ptr<Estimator const> read(json const& keys, int smallest_n = 4)
{
    Keys const source;
    Reader reader(source, keys, Pointer() / "estimator");
    return read_estimator(reader, {smallest_n, 100});
}

std::string error_of(json const& keys)
{
    try {
        read(keys, 1000);
    } catch (UsageError const& error) {
        return error.what();
    }
    return "";
}

/// f(x) = a x + b: one atom has all the weight.
Model line()
{
    ExpertSpec expert;
    expert.activation = find<Activations>("identity");
    return make_model(GateSpec{}, expert, 1, 1);
}

/// Where a and b stand in theta: the gate's w and b come first.
constexpr std::size_t slope = 2, intercept = 3;

/// Four samples, in the memory of a device.
template <class Real>
struct Samples
{
    explicit Samples(Device& device) : x(device, {-1, 1, 2, 4}), y(device, {1, 2, -1, 2}) {}
    FitProblem<Real> problem(Real* theta) const
    {
        return {line(), StreamKey{}, 4, x.data(), y.data(), theta};
    }
    DeviceArray<Real> x, y;
};

// At theta = 0, with (2/n) sum y x = (2/4)(-1 + 2 - 2 + 8) and (2/n) sum y = (2/4)(1 + 2 - 1 + 2):
constexpr double slope_step = 3.5, intercept_step = 2;

} // namespace

TEMPLATE_TEST_CASE("data of no study are fitted by a call", "", float, double)
{
    auto const device = make_cpu_device(2);
    Samples<TestType> const samples(*device);
    auto const sgd =
        read({{"kind", "sgd"}, {"epochs", 1}, {"batch", "full"}, {"learning_rate", 0.25}});
    auto const twice =
        read({{"kind", "sgd"}, {"epochs", 2}, {"batch", "full"}, {"learning_rate", 0.25}});
    auto const step = read({{"kind", "step"}, {"length", 0.5}});
    // Estimators may be mixed; outcomes come in the order of the requests.
    std::vector<Estimator const*> const by{sgd.get(), step.get(), twice.get(), sgd.get()};
    Slices<TestType> theta;
    for (std::size_t i = 0; i < by.size(); ++i)
        theta.add(4);
    theta.upload(*device, std::vector<TestType>(theta.size()));
    std::vector<FitRequest<TestType>> requests;
    for (std::size_t i = 0; i < by.size(); ++i)
        requests.push_back({by[i], samples.problem(theta.at(static_cast<int>(i)))});
    std::vector<FitOutcome> const outcomes = fit(*device, requests);
    std::vector<TestType> const fitted = theta.download();
    auto const at = [&](int fit, std::size_t p) { return fitted[theta.offset(fit) + p]; };

    REQUIRE(outcomes.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(outcomes[i].finite);
        CHECK(outcomes[i].facts.iterations == (i == 2 ? 2 : 1));
    }
    for (int const i : {0, 3}) {
        CHECK(at(i, slope) == 0.25 * slope_step);
        CHECK(at(i, intercept) == 0.25 * intercept_step);
    }
    CHECK(at(1, slope) == 0.5 * slope_step);
    CHECK(at(1, intercept) == 0.5 * intercept_step);
    // Second step from a = 7/8, b = 1/2: residuals y - f are 11/8, 5/8, -26/8, -2 and so the
    // gradient's halves (2/n) sum r x = -61/8, (2/n) sum r = -13/8.
    CHECK(at(2, slope) == Approx(7. / 8 - 0.25 * 61 / 8));
    CHECK(at(2, intercept) == Approx(1. / 2 - 0.25 * 13 / 8));
}

TEST_CASE("a fit that leaves the finite numbers says so")
{
    auto const device = make_cpu_device(1);
    Samples<float> const samples(*device);
    auto const sgd =
        read({{"kind", "sgd"}, {"epochs", 40}, {"batch", "full"}, {"learning_rate", 1e6}});
    DeviceArray<float> const theta(*device, std::vector<float>(4));
    auto const outcome = fit<float>(*device, {{sgd.get(), samples.problem(theta.data())}});
    CHECK_FALSE(outcome.at(0).finite);
    CHECK(outcome.at(0).facts.iterations < 40);
}

TEST_CASE("an estimator is asked only in a precision that it works in")
{
    struct Half final : Estimator
    {
        std::string_view name() const override { return "half"; }
        std::string text() const override { return ""; }
        json settings() const override { return {}; }
        bool in_float64() const override { return true; }
        FitCost cost(Model const&, int) const override { return {}; }
        std::shared_ptr<Estimator const> limited_to(int) const override { return nullptr; }
    };
    auto const device = make_cpu_device(1);
    Half const half;
    CHECK_THROWS_AS(half.fit(*device, std::vector<FitRequest<float>>{}), std::logic_error);
    CHECK_THROWS_AS(half.fit(*device, std::vector<FitRequest<double>>{}), std::logic_error);
    CHECK(fit<float>(*device, {}).empty());
}

namespace
{

/// Whether `word`, in small or capital letters, stands in `text` by itself or before an underscore.
bool has_word(std::string text, std::string const& word)
{
    auto const part = [&](std::size_t at) {
        return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0);
    };
    for (char& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        bool const begins = at == 0 || !(part(at - 1) || text[at - 1] == '_');
        if (begins && !part(at + word.size()))
            return true;
    }
    return false;
}

} // namespace

TEST_CASE("only an estimator's own file knows it")
{
    CHECK(has_word("by Sgd_settings", "sgd"));
    CHECK_FALSE(has_word("my_sgd, sgd2, false", "sgd"));
    namespace fs = std::filesystem;
    fs::path const host = MOE_SOURCE_DIR "/host";
    int files = 0;
    for (EstimatorKind const& kind : estimators()) {
        if (!fs::exists(host / "estimate" / (kind.name + ".cpp")))
            continue; // the tests' own
        for (char const* folder : {"study", "store", "run", "rates"})
            for (auto const& entry : fs::directory_iterator(host / folder)) {
                if (entry.path().stem() == "target_search")
                    continue; // a projection is a least-squares fit, whatever fits the curve
                std::ifstream file(entry.path());
                std::string text{std::istreambuf_iterator<char>(file), {}};
                for (std::size_t at; (at = text.find("\"kernels/")) != std::string::npos;)
                    text.erase(at, text.find('\n', at) - at); // folders of kernels
                INFO(entry.path().string() << " and " << kind.name);
                CHECK_FALSE(has_word(text, kind.name));
                ++files;
            }
    }
    CHECK(files > 50);
}

TEST_CASE("each estimator reads the keys that it declares, and refuses the others'")
{
    for (EstimatorKind const& kind : estimators()) {
        std::vector<std::string> allowed{"kind"};
        for (Key const& key : kind.keys)
            allowed.push_back(key.name);
        std::sort(allowed.begin(), allowed.end());
        CHECK_THAT(error_of({{"kind", kind.name}, {"zzzzzzzz", 1}}),
                   Contains("unknown key \"zzzzzzzz\"") && EndsWith("allowed: " + joined(allowed)));
        CHECK(read({{"kind", kind.name}}, 1000)->name() == kind.name);
    }
    CHECK_THAT(error_of({{"kind", "step"}, {"epochs", 3}}),
               Contains("epochs has no use here (kind = \"sgd\" uses it, this one does not)"));
    CHECK_THAT(error_of({{"kind", "sgd"}, {"batch", 2}, {"length", 3}}),
               Contains("kind = \"step\" uses it"));
    CHECK_THAT(error_of({{"kind", "sgd"}, {"batch", 2}, {"box", 3}}),
               Contains("kind = \"lse\" uses it"));
    CHECK_THAT(error_of({{"kind", "sgdd"}}), Contains("nearest: \"sgd\""));
}

TEST_CASE("epochs end where the random numbers of sampling with replacement do")
{
    json keys{{"kind", "sgd"}, {"sampling", "replacement"}, {"epochs", 8388609}};
    CHECK_THAT(error_of(keys), Contains("epochs = 8388609 (sampling with replacement"));
    keys["sampling"] = "permutation";
    CHECK(error_of(keys).empty());
    keys["sampling"] = "replacement";
    keys["epochs"] = 8388608;
    CHECK(error_of(keys).empty());
}

TEST_CASE("settings are those of the file, by its keys, and costs follow them")
{
    json keys{{"epochs", 7},        {"learning_rate", 0.5},
              {"batch", 3},         {"sampling", "replacement"},
              {"loss_factor", 0.5}, {"precision", "float64"}};
    json const expected = keys;
    keys["kind"] = "sgd";
    auto const sgd = read(keys);
    CHECK(sgd->settings() == expected);
    CHECK(sgd->in_float64());
    CHECK(sgd->cost(line(), 100).sample_updates == 700);
    CHECK(sgd->cost(line(), 100).flops == 700 * flops_per_update(line()));
    CHECK(sgd->limited_to(2)->cost(line(), 100).sample_updates == 200);
    CHECK(sgd->limited_to(2)->settings()["learning_rate"] == 0.5);
}

TEST_CASE("what J^T J is multiplied in is the device's choice, or part of the settings")
{
    auto const lse = [](char const* gram) { return read({{"kind", "lse"}, {"gram", gram}}); };
    DeviceInfo strong, weak;
    strong.float64_ratio = 2; // an H100's
    weak.float64_ratio = 64;  // an L4's
    json const plain = read({{"kind", "lse"}})->settings();
    CHECK(plain.count("gram") == 0); // cells of before
    CHECK(lse("auto")->settings() == plain);
    CHECK(lse("float64")->settings() == plain);
    CHECK(lse("float32")->settings()["gram"] == "float32");
    CHECK(lse("auto")->arithmetic(strong).empty());
    CHECK(lse("auto")->arithmetic(weak) == "float32 products");
    CHECK(lse("float64")->arithmetic(weak).empty());
    CHECK(lse("float32")->arithmetic(weak).empty()); // the settings say it
    DeviceInfo board = weak;
    board.kind = "cuda";
    CHECK(lse("cublas")->settings() == plain);
    CHECK(lse("cublas")->arithmetic(board) == "cuBLAS products");
    CHECK(lse("cublas")->arithmetic(weak).empty()); // no GPU
    CHECK_THAT(lse("cublas")->text(), Contains("cuBLAS"));
    CHECK_THAT(error_of({{"kind", "lse"}, {"gram", "float16"}}), Contains("float16"));
    CHECK_THAT(error_of({{"kind", "sgd"}, {"gram", "float32"}}),
               Contains("kind = \"lse\" uses it"));
}
