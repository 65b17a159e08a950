#include "host/rates/samples.h"

#include "host/rates/resample.h"
#include "host/rates/text.h"
#include "host/study/identity.h"
#include "host/study/truth.h"
#include "kernels/family/losses.h"
#include "kernels/spec/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

/// What a reason says of fits that lack a number.
struct Words
{
    Lack lack;
    char const* lacking;
    char const* then;
};
constexpr Words words[] = {
    {Lack::not_finite, "is not finite in", "left out"},
    {Lack::not_measured, "is not measured yet in", "`moerate run` goes on"},
    {Lack::not_kept, "was not measured in",
     "whose parameters were not stored (run with --no-params): a new folder has it"},
    {Lack::undefined, "is undefined in", "which have no such cell"},
    {Lack::older, "was not measured in", "which an older version stored: a new folder has it"},
};

bool empty(std::vector<double> const& values)
{
    return counted(values) == 0;
}

/// Whether no fit at some n has the number.
bool empty_somewhere(Samples const& samples)
{
    return std::any_of(samples.values.begin(), samples.values.end(), empty);
}

/// Whether wherever no fit has the number some fit lacks it for a reason other than failure.
bool all_explained(Numbers const& numbers)
{
    for (std::size_t i = 0; i < numbers.samples.n.size(); ++i) {
        auto const lacks_it = [i](std::vector<int> const& count) { return count[i] > 0; };
        if (empty(numbers.samples.values[i]) &&
            std::none_of(numbers.lacking.begin() + 1, numbers.lacking.end(), lacks_it))
            return false;
    }
    return true;
}

std::string why_left_out(Numbers const& numbers, std::function<std::string()> const& beyond)
{
    std::string text;
    for (Words const& word : words) {
        std::vector<int> const& count = numbers.lacking[static_cast<std::size_t>(word.lack)];
        // A fit without a cell of some kind is no fault while others have one.
        bool const told = word.lack != Lack::undefined || empty_somewhere(numbers.samples);
        if (!told || std::all_of(count.begin(), count.end(), [](int c) { return c == 0; }))
            continue;
        text += fmt::format("{}{} {} {}, {}", text.empty() ? "the " : "; it ",
                            text.empty() ? numbers.what : "", word.lacking,
                            counts_text(count, numbers.fits, numbers.samples.n), word.then);
        if (word.lack == Lack::not_finite && beyond)
            text += fmt::format(" ({})", beyond());
    }
    return text;
}

} // namespace

std::vector<FitsAt> fits_of(Store const& store, Study const& study, Curve const& curve,
                            bool with_parameters)
{
    std::vector<FitsAt> all;
    for (int const n : study.n) {
        auto fits = store.fits(cell_id(study, curve, n), with_parameters);
        fits.erase(
            std::remove_if(fits.begin(), fits.end(),
                           [&](FitRow const& fit) { return fit.replicate >= study.replicates; }),
            fits.end());
        if (!fits.empty())
            all.push_back({n, std::move(fits)});
    }
    return all;
}

Number loss_number(FitRow const& fit, LossKey const& key)
{
    if (LossRow const* const loss = loss_of(fit, key))
        return error_number(loss->record.value);
    return {no_number, fit.at(key.at).parameters_kept ? Lack::not_measured : Lack::not_kept};
}

Number error_number(double value, bool partial)
{
    if (std::isfinite(value))
        return {value, Lack::none};
    return {no_number, partial && std::isnan(value) ? Lack::undefined : Lack::not_finite};
}

Number response_number(RiskRecord const& risk, double RiskRecord::*error)
{
    // Wherever f is a number, the parts of its sum are.
    if (std::isnan(risk.*error) && std::isfinite(risk.regression))
        return {no_number, Lack::older};
    return error_number(risk.*error);
}

Numbers numbers_of(std::vector<FitsAt> const& all, char const* what,
                   std::function<Number(FitRow const&)> const& number)
{
    std::size_t replicates = 0;
    for (FitsAt const& at : all)
        for (FitRow const& fit : at.fits)
            replicates = std::max(replicates, static_cast<std::size_t>(fit.replicate) + 1);
    Numbers numbers{what, {}, {}, {}};
    for (auto& count : numbers.lacking)
        count.assign(all.size(), 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::vector<double> values(replicates, no_number);
        for (FitRow const& fit : all[i].fits) {
            if (failed(fit.status))
                continue;
            Number const found = number(fit);
            values[static_cast<std::size_t>(fit.replicate)] = found.value;
            ++numbers.lacking[static_cast<std::size_t>(found.lack)][i];
        }
        numbers.fits.push_back(static_cast<int>(all[i].fits.size()));
        numbers.samples.n.push_back(all[i].n);
        numbers.samples.values.push_back(std::move(values));
    }
    return numbers;
}

void explain(Slope& slope, Numbers const& numbers, std::function<std::string()> const& beyond)
{
    std::string const why = why_left_out(numbers, beyond);
    if (why.empty())
        return;
    bool const replaces = empty_somewhere(numbers.samples) && all_explained(numbers);
    slope.reason = replaces || slope.reason.empty() ? why : slope.reason + "; " + why;
}

namespace
{

/// The largest exponent b / T of a mass.
struct LargestMass
{
    double exponent;
    std::string whose{}; ///< "atom 2", of the truth at n where that moves
};

/// Takes the masses of one truth into the largest.
void raise_mass(LargestMass& largest, Curve const& curve, std::vector<double> const& theta, int n)
{
    Model const& truth = curve.truth.model;
    double const temperature = trained_temperature(truth.layout, theta.data(), truth.temperature);
    for (int b = 0; b < truth.layout.blocks; ++b) {
        Block const& block = truth.layout.block[b];
        if (block.role != Role::bias && block.role != Role::group_bias)
            continue;
        for (int row = 0; row < block.rows; ++row) {
            double const exponent = theta[block.offset + row] / temperature;
            if (exponent > largest.exponent)
                largest = {exponent,
                           fmt::format("{} {}{}", block.role == Role::bias ? "atom" : "group",
                                       row + 1,
                                       curve.truth.path ? fmt::format(" at n = {}", n) : "")};
        }
    }
}

} // namespace

std::string beyond_float64(Study const& study, Curve const& curve, LossSpec const& loss)
{
    double const limit = std::log(std::numeric_limits<double>::max());
    LargestMass largest{limit};
    for (int const n : curve.truth.path ? study.n : std::vector<int>{study.n.back()})
        raise_mass(largest, curve, true_parameters(study, curve, n), n);
    if (largest.whose.empty() || form_of(loss.choice.loss).mass != Mass::exponential)
        return "a mass or a distance of the fit is beyond float64";
    return fmt::format("the mass of true {} is e^{:.0f}, float64 ends at e^{:.0f}", largest.whose,
                       largest.exponent, limit);
}

} // namespace moerate
