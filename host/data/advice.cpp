#include "host/data/advice.h"

#include "host/core/words.h"
#include "host/data/dependent_inputs.h"
#include "host/device/device.h"
#include "kernels/evaluate/evaluate_api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace moerate
{
namespace
{

constexpr int rows_at_once = 1 << 15;
constexpr double negligible = 1e-3; ///< of f's standard deviation; of the sine of an angle
constexpr double no_gain = 1;       ///< of n MSE / mse: what one parameter that means nothing gains
constexpr double rounded = 1e-12;   ///< of f's root mean square
constexpr double far_from_one = 10; ///< factor of an input's size from which on starts miss it

/// Sums over the samples of squares that tell atoms apart.
struct AtomSums
{
    explicit AtomSums(std::size_t k) : weight(k), response(k), expert(k * k), gate(k * k) {}

    double mean = 0, spread = 0;  ///< of f, and (f - mean)^2 (Welford's)
    double count = 0;             ///< samples
    std::vector<double> weight;   ///< [k] g_i
    std::vector<double> response; ///< [k] (g_i h_i)^2
    std::vector<double> expert;   ///< [k][k] (min(g_i, g_j) (h_i - h_j))^2
    std::vector<double> gate;     ///< [k][k] g_i g_j

    /// f^2.
    double prediction() const { return spread + count * mean * mean; }
    /// Whether one gate can stand for two: they are proportional, or have a constant sum.
    bool one_gate(std::size_t i, std::size_t j) const
    {
        std::size_t const k = response.size();
        double const ii = gate[i * k + i], ij = gate[i * k + j], jj = gate[j * k + j];
        double const least = 1 - negligible * negligible; // of a square cosine
        double const both = weight[i] + weight[j];
        return ij * ij >= least * ii * jj || both * both >= least * count * (ii + 2 * ij + jj);
    }
    /// What a sum of squares of a part of f is at most for it to count as nothing.
    double nothing(double mse) const
    {
        return std::max(std::min(negligible * negligible * spread, no_gain * mse),
                        rounded * rounded * prediction());
    }

    /// Adds sample t of [k][n] weights and responses.
    void add(std::vector<double> const& g, std::vector<double> const& h, std::size_t n,
             std::size_t t)
    {
        std::size_t const k = response.size();
        double f = 0;
        for (std::size_t i = 0; i < k; ++i) {
            double const part = g[i * n + t] * h[i * n + t];
            f += part;
            weight[i] += g[i * n + t];
            response[i] += part * part;
            for (std::size_t j = 0; j <= i; ++j) {
                double const g_i = g[i * n + t], g_j = g[j * n + t];
                double const apart = std::min(g_i, g_j) * (h[i * n + t] - h[j * n + t]);
                expert[i * k + j] += apart * apart;
                gate[i * k + j] += g_i * g_j;
            }
        }
        count += 1;
        double const before = f - mean;
        mean += before / count;
        spread += before * (f - mean);
    }
};

AtomSums atom_sums(Device& device, FittedData const& fit)
{
    Model const& model = fit.model;
    AtomSums sums(static_cast<std::size_t>(model.k));
    DeviceArray<double> const theta(device, fit.theta);
    for (int first = 0; first < fit.n; first += std::min(rows_at_once, fit.n - first)) {
        int const n = std::min(rows_at_once, fit.n - first);
        std::size_t const numbers = static_cast<std::size_t>(model.k) * n;
        DeviceArray<double> const f(device, n), weights(device, numbers), experts(device, numbers);
        EvaluateTask<double> task{model,
                                  theta.data(),
                                  n,
                                  fit.x + static_cast<std::size_t>(first) * model.d,
                                  nullptr,
                                  f.data(),
                                  weights.data(),
                                  nullptr,
                                  nullptr};
        task.experts = experts.data();
        device.run(std::vector<EvaluateTask<double>>{task});
        std::vector<double> const g = weights.download(), h = experts.download();
        for (int t = 0; t < n; ++t)
            sums.add(g, h, n, t);
    }
    return sums;
}

/// "x1, x3".
std::string names_of_columns(std::vector<int> const& columns)
{
    std::vector<std::string> names;
    for (int const column : columns)
        names.push_back(fmt::format("x{}", column + 1));
    return joined(names);
}

/// "atom 2 contributes", "atoms 2 and 4 contribute", "atoms 1, 2 and 4 contribute".
std::string atoms_text(std::vector<int> const& atoms, char const* one, char const* several)
{
    if (atoms.size() == 1)
        return fmt::format("atom {} {}", atoms[0] + 1, one);
    std::vector<std::string> first;
    for (std::size_t i = 0; i + 1 < atoms.size(); ++i)
        first.push_back(std::to_string(atoms[i] + 1));
    return fmt::format("atoms {} and {} {}", joined(first), atoms.back() + 1, several);
}

/// The model's atoms but these, as --experts has them: their number, or one for each group that
/// keeps some.
std::string experts_without(Model const& model, std::vector<int> const& gone)
{
    if (model.groups == 0)
        return std::to_string(model.k - static_cast<int>(gone.size()));
    std::vector<int> left(static_cast<std::size_t>(model.groups));
    for (int i = 0; i < model.k; ++i)
        left[model.group_of[i]] += std::count(gone.begin(), gone.end(), i) == 0 ? 1 : 0;
    std::vector<std::string> words;
    for (int const count : left)
        if (count > 0)
            words.push_back(std::to_string(count));
    return fmt::format("{}", fmt::join(words, ","));
}

} // namespace

std::vector<std::string> notes_on_inputs(DataTable const& table, std::vector<double> const& fitted,
                                         int parameters)
{
    std::vector<std::string> notes;
    std::size_t const width = table.d;
    int const n = table.n;
    std::map<int, DependentInput> dependent;
    for (DependentInput& input : dependent_inputs(table))
        dependent.emplace(input.column, std::move(input));
    for (std::size_t a = 0; a < width; ++a) {
        double square = 0;
        for (int t = 0; t < n; ++t)
            square += fitted[t * width + a] * fitted[t * width + a] / n;
        double const size = std::sqrt(square);
        auto const input = dependent.find(static_cast<int>(a));
        bool const constant = input != dependent.end() && input->second.others.empty();
        if (constant)
            notes.push_back(fmt::format("x{} is {} in all samples (what goes with it cannot be "
                                        "told from the offsets) leave it out",
                                        a + 1, table.x[a]));
        else if (input != dependent.end())
            notes.push_back(fmt::format("x{} is a linear combination of {} at all samples (their "
                                        "coefficients cannot be told from one another) leave one "
                                        "of them out",
                                        a + 1, names_of_columns(input->second.others)));
        if (!constant && (size > far_from_one || size < 1 / far_from_one))
            notes.push_back(fmt::format("x{} is of size {:.2g}, root mean square, as it is fitted "
                                        "(starts and box are made for inputs of size 1) scale it",
                                        a + 1, size));
    }
    if (n < parameters)
        notes.push_back(fmt::format("there are {} samples for {} parameters (many fits are equally "
                                    "good, and none of them says what new data would) use fewer "
                                    "experts or more samples",
                                    n, parameters));
    return notes;
}

std::vector<std::string> notes_on_end(Regression const& fit, RegressionSpec const& spec,
                                      DataTable const& table)
{
    std::vector<std::string> notes;
    if (fit.status == FitStatus::not_finite)
        notes.push_back("not finite: a parameter left the finite numbers (the fit failed) lower "
                        "learning_rate, where there is one, or use --estimator lse");
    if (fit.status == FitStatus::diverged)
        notes.push_back(fmt::format("diverged: the fit's mse {:.4g} is above that of f = 0, the "
                                    "mean of y^2 (the fit failed) lower learning_rate, where "
                                    "there is one, or use --estimator lse",
                                    fit.mse));
    if (fit.status == FitStatus::no_descent && fit.outcome.facts.ended.empty())
        notes.push_back(fmt::format("no descent: the fit's mse {:.9g} is above the start's {:.9g} "
                                    "(it measures the steps) lower learning_rate, raise batch or "
                                    "epochs, or use --estimator lse",
                                    fit.mse, fit.start_mse));
    FitFacts const& facts = fit.outcome.facts;
    if (!facts.stationary && !facts.at_bound && fit.outcome.finite)
        notes.push_back(fmt::format("whether it is a minimum is not known ({} ends where its steps "
                                    "do, and standard errors, AIC and BIC hold at minima only) use "
                                    "--estimator lse for them",
                                    spec.estimator->name()));
    if (facts.stationary == false)
        notes.push_back(fmt::format(
            "no stationary point: the best start ended as \"{}\", where n mse / sigma^2 can fall "
            "by "
            "{:.2g} by its quadratic model (no minimum was reached, or experts stand where they "
            "are "
            "flat and the model says too much; standard errors hold at minima only) try more "
            "--starts, or experts that can follow y",
            facts.ended, facts.predicted_gain));
    int const bound = facts.at_bound.value_or(0);
    if (bound == 0)
        return notes;
    double largest = 0;
    for (double const value : table.y)
        largest = std::max(largest, std::abs(value));
    std::vector<int> dependent;
    for (DependentInput const& input : dependent_inputs(table))
        dependent.push_back(input.column);
    auto const settings = spec.estimator->settings();
    auto const box = settings.find("box");
    bool const beyond = box != settings.end() && box->is_number() && largest > box->get<double>();
    notes.push_back(fmt::format(
        "{} on the box (the fit is a minimum over the box, certified or not, and may be none of "
        "the model's; standard errors hold inside only{}{}) {}{}",
        bound == 1 ? "a parameter is" : std::to_string(bound) + " parameters are",
        spec.raw ? "" : "; the box is in units of the standardised inputs",
        dependent.empty() ? ""
                          : fmt::format("; the coefficients of {} are not told by the data and may "
                                        "stand anywhere, on the box as well",
                                        names_of_columns(dependent)),
        dependent.empty() ? "try a larger --box" : "leave those inputs out, or try a larger --box",
        beyond ? fmt::format(", or scale y, which is up to {:.3g} and beyond it", largest) : ""));
    return notes;
}

std::vector<std::string> notes_on_atoms(Device& device, FittedData const& fit, double mse)
{
    AtomSums const sums = atom_sums(device, fit);
    if (sums.prediction() == 0)
        return {"the fit is 0 at all samples (none of its gates or experts reaches the inputs) "
                "bring the inputs to size 1, or give a --start"};
    std::size_t const k = sums.response.size();
    double const nothing = sums.nothing(mse);
    std::vector<int> dead;
    for (std::size_t i = 0; i < k; ++i)
        if (sums.response[i] <= nothing)
            dead.push_back(static_cast<int>(i));
    std::vector<std::string> notes;
    if (!dead.empty())
        notes.push_back(fmt::format(
            "{} nothing ({} next to 0 at all samples, {}parameters mean nothing) try --experts {}",
            atoms_text(dead, "contributes", "contribute"),
            dead.size() == 1 ? "its response is" : "their responses are",
            dead.size() == 1 ? "its " : "their ", experts_without(fit.model, dead)));
    for (std::size_t i = 0; i < k; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            bool const one_dead = std::min(sums.response[i], sums.response[j]) <= nothing;
            if (!one_dead && sums.expert[i * k + j] <= nothing && sums.one_gate(i, j))
                notes.push_back(
                    fmt::format("atoms {} and {} have one expert, and one gate does for both "
                                "(their shares can be traded) try --experts {}",
                                j + 1, i + 1, experts_without(fit.model, {static_cast<int>(i)})));
        }
    return notes;
}

} // namespace moerate
