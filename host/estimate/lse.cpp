#include "host/estimate/lse.h"

#include "host/estimate/lse_batch.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "kernels/lse/step_api.h"

#include <fmt/format.h>

#include <algorithm>

namespace moerate
{

using nlohmann::json;

namespace
{

/// Most coordinates p of a fit. A round costs n p^2 + p^3 / 3 flops, and each start that is on its
/// way has three matrices of p^2 numbers: 0.4 GB here, and a minute of a core. The kernels know no
/// such limit.
constexpr int most_coordinates = 4096;

/// A device whose float64 is slower than a quarter of its float32 makes products in float32.
/// (Boards for numerical work have a half, others 1/32 or 1/64.)
constexpr int strong_ratio = 4;

/// In which numbers products of J^T J are made.
enum class Products
{
    by_device,
    float64,
    float32,
    cublas, ///< float64, on CUDA by cuBLAS
};

/// Rounds of a fit that its cost is told by: what most take.
constexpr int usual_rounds = 30;

class Lse final : public Estimator
{
public:
    explicit Lse(Reader& reader);

    std::string_view name() const override { return "lse"; }
    std::string text() const override;
    bool bounded() const override { return true; }
    std::string out_of_reach(Model const& model, std::vector<double> const& theta) const override
    {
        return box_.outside(model, theta);
    }
    json settings() const override;
    bool in_float64() const override { return true; }
    std::string arithmetic(DeviceInfo const& device) const override;
    std::string_view iteration() const override { return "round"; }
    int usual_starts() const override { return certifying_starts; }
    bool traces() const override { return true; }
    std::vector<SizeLimit> limits(Model const& model) const override;
    FitCost cost(Model const& model, int n) const override;
    std::shared_ptr<Estimator const> limited_to(int iterations) const override;
    std::vector<FitOutcome> fit(Device& device,
                                std::vector<FitRequest<double>> const& requests) const override;

private:
    bool in_float32(DeviceInfo const& device) const;
    bool factored(DeviceInfo const& device) const;

    LseSettings rounds_;
    Box box_;
    Products products_;
};

Lse::Lse(Reader& reader) : box_(reader)
{
    rounds_.gain_tolerance = reader.number("gain_tolerance", at_least(0), rounds_.gain_tolerance);
    rounds_.gradient_tolerance =
        reader.number_meant("gradient_tolerance", at_least(0), from_below(0, 1),
                            "it is a cosine, and no larger one ends a fit before it begins",
                            rounds_.gradient_tolerance);
    rounds_.decrease_tolerance =
        reader.number("decrease_tolerance", at_least(0), rounds_.decrease_tolerance);
    rounds_.iterations = reader.integer("iterations", at_least(1), rounds_.iterations);
    rounds_.search_samples = reader.integer("search_samples", at_least(0), rounds_.search_samples);
    if (reader.word("precision", "precision", {"float32", "float64"}, "float64") == 0)
        reader.fail("precision", "= \"float32\" (least squares is not built for it yet: its normal "
                                 "equations need float64) use \"float64\", and gram = "
                                 "\"float32\" for their products alone");
    products_ = static_cast<Products>(
        reader.word("gram", "number type", {"auto", "float64", "float32", "cublas"}, "auto"));
}

bool Lse::in_float32(DeviceInfo const& device) const
{
    return products_ == Products::float32 ||
           (products_ == Products::by_device && device.float64_ratio > strong_ratio);
}

/// The CPU's own products are as fast as a library's; only a GPU is asked for another order of
/// sums.
bool Lse::factored(DeviceInfo const& device) const
{
    return products_ == Products::cublas && device.kind == "cuda";
}

std::string Lse::arithmetic(DeviceInfo const& device) const
{
    if (factored(device))
        return "cuBLAS products";
    bool const decides = products_ == Products::by_device && in_float32(device);
    return decides ? "float32 products" : "";
}

std::string Lse::text() const
{
    std::string const search =
        rounds_.search_samples > 0
            ? fmt::format(" on the first {} samples, then on all", rounds_.search_samples)
            : "";
    return fmt::format("least squares in the box {}; at most {} iterations{}, ends where n MSE / "
                       "sigma^2 can fall by {} or less, a share of {}; float64{}",
                       box_.text(), rounds_.iterations, search, rounds_.gain_tolerance,
                       rounds_.decrease_tolerance,
                       products_ == Products::float32  ? ", products of J^T J in float32"
                       : products_ == Products::cublas ? ", products of J^T J by cuBLAS on CUDA"
                                                       : "");
}

json Lse::settings() const
{
    json settings = box_.settings();
    settings.update({{"gain_tolerance", rounds_.gain_tolerance},
                     {"gradient_tolerance", rounds_.gradient_tolerance},
                     {"decrease_tolerance", rounds_.decrease_tolerance},
                     {"iterations", rounds_.iterations},
                     {"precision", "float64"}});
    // else cells are those of versions without these keys
    if (products_ == Products::float32)
        settings["gram"] = "float32";
    if (rounds_.search_samples > 0)
        settings["search_samples"] = rounds_.search_samples;
    return settings;
}

std::vector<SizeLimit> Lse::limits(Model const& model) const
{
    char const* const advice = "lower d, use fewer experts, or fit by sgd";
    FeatureMap const features = shape_of(model, 1).features;
    std::int64_t const most = std::max(features.gate.size, features.expert.size) + 1;
    return {{"parameters of least squares", "its normal equations take", coordinate_count(model),
             most_coordinates, advice},
            {"pairs of features of least squares", "an index of its tables takes", most * most,
             most_indexed, advice}};
}

FitCost Lse::cost(Model const& model, int n) const
{
    // No address of these is looked at; those that are not null say what is to be worked out.
    static double any = 0;
    LinearizeTask<double> const linearize{model, &any, n, &any, &any, &any, &any, &any};
    GramTask<double> const gram{model, n, &any, &any, &any, 0, 1};
    FoldTask const fold{model, &any, &any, &any};
    StepTask step{};
    step.model = model;
    step.gram = &any;
    double const rounds = std::min(rounds_.iterations, usual_rounds);
    return {rounds * n, rounds * (work(linearize) + work(gram) + work(fold) + work(step))};
}

std::shared_ptr<Estimator const> Lse::limited_to(int iterations) const
{
    auto limited = std::make_shared<Lse>(*this);
    limited->rounds_.iterations = iterations;
    limited->rounds_.limited = true;
    return limited;
}

std::vector<FitOutcome> Lse::fit(Device& device,
                                 std::vector<FitRequest<double>> const& requests) const
{
    std::vector<LseRequest> wanted;
    wanted.reserve(requests.size());
    for (auto const& [by, problem] : requests) {
        auto const& own = static_cast<Lse const&>(*by);
        LseSettings rounds = own.rounds_;
        rounds.float32 = own.in_float32(device.info());
        rounds.factored = own.factored(device.info());
        wanted.push_back({&problem, rounds, own.box_.bounds(problem.model)});
    }
    return LseBatch(device, wanted).run();
}

} // namespace

EstimatorKind lse_kind()
{
    return {
        "lse",
        "argmin over a box of (1/n) sum (y - f(x))^2, by Levenberg-Marquardt",
        "Levenberg 1944, Marquardt 1963",
        {{"box", "number > 0, or a table of such by blocks", "10", "1",
          "largest size of a parameter; a table gives it for the blocks it names (w, b, a, A, "
          "...; { gate = { b = 1 } }: of the gate alone, here its masses), others keep 10",
          "{ w = 5, a = 20 }"},
         {"box_temperature", "number >= 1", "10", "1", "B of 1/B <= T <= B for a learned T", "4"},
         {"box_lambda", "number > 0", "(box)", "1", "largest size of lambda", "100"},
         {"gain_tolerance", "number >= 0", "1e-4", "1",
          "a fit ends where n MSE / sigma^2 can fall by no more than this and the MSE, relative, "
          "by no more than decrease_tolerance",
          "1e-6"},
         {"gradient_tolerance", "number >= 0 and < 1", "1e-12", "1",
          "or where no column of J has a larger cosine with the residuals", "1e-9"},
         {"decrease_tolerance", "number >= 0", "1e-9", "1",
          "see gain_tolerance; a fit also ends where three rounds in a row gained a thousandth "
          "of it",
          "1e-10"},
         {"iterations", "whole number >= 1", "300", "rounds", "or after so many", "600"},
         {"search_samples", "whole number >= 0", "0", "samples",
          "a fit to more samples first goes to a minimum on the first so many of them (4 a "
          "parameter "
          "at least), with a limit of `iterations` rounds of its own; 0: all rounds are on all "
          "samples. Part of the cells' identity",
          "2000"},
         {"precision", "\"float64\"", "\"float64\"", "1",
          "in which numbers data are made and fits are done", "\"float64\""},
         {"gram", "\"auto\", \"float64\", \"float32\" or \"cublas\"", "\"auto\"", "1",
          "in which numbers J^T J is multiplied while a fit is on its way; sums, steps and the "
          "test "
          "of its end are float64. auto: float32 on a GPU that is more than 4 times faster in it, "
          "which the record of the run then says; float32 is part of the cells' identity. cublas: "
          "float64, on a GPU by cuBLAS, which the record says too; a CPU takes its own products",
          "\"float32\""}},
        [](Reader& reader, SampleSizes) { return std::make_shared<Lse>(reader); }};
}

} // namespace moerate
