#pragma once

/// @file
/// A resolved study: everything an experiment file says, checked, with every default filled in.

#include "host/estimate/estimator.h"
#include "host/measure/measure_json.h"
#include "kernels/loss/loss_api.h"
#include "kernels/start/start_api.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace moerate
{

/// How the true parameters are drawn (stream `truth`).
struct TruthDraw
{
    double gate_variance = 0;   ///< v_g, of every gate parameter
    double expert_variance = 0; ///< v_e, of every expert parameter
    std::vector<int> zero_gate; ///< 1-based atoms whose gate is zeroed
    bool zero_bias = true;      ///< zero = "all": b too; "location": b stays drawn (003)
    int number = 1;             ///< which of the study's truths: each has a stream of its own
};

/// A truth that moves with n: theta*(n) = base + scale n^exponent (to - base), parameter by
/// parameter. What the papers call slower than any polynomial is a supremum over truths for each n;
/// no fixed truth shows it, a path of them does.
struct TruthPath
{
    std::vector<double> to; ///< [model.layout.size]
    double scale = 1;
    double exponent = 0;
    std::string file; ///< of `to`, where one was named
};

/// The true mixing measure: a model, and either a draw or given parameters. model.temperature is T*
/// whether the truth's gate has it fixed or learned.
struct TruthSpec
{
    Model model;
    std::optional<TruthDraw> draw;
    std::vector<double> theta; ///< [model.layout.size] where given by `file`
    std::string file;
    std::optional<TruthPath> path; ///< none: the same at all n
};

enum class StartKind
{
    near,   ///< near the fit's target measure
    truth,  ///< at the truth's parameters, by name
    target, ///< at the target's
};

struct StartSpec
{
    double scale = 0.005;
    double exponent = -0.083;
    StartKind kind = StartKind::near;
    /// 1-based true atoms for extra atoms; empty: any, at random. With groups an extra atom takes
    /// one of its own group.
    std::vector<int> extra;
    Split split = Split::share;
    Starts number; ///< of starts
};

enum class Target
{
    truth,
    projection, ///< of the truth onto the fitted class: nearest in L2 to the true f
};

/// How projections are searched for where the fitted class does not hold the truth.
struct TargetSearch
{
    int samples = 200000;
    int starts = 32;
};

/// What is claimed of the slope of a loss, and whether that can be.
struct Theory
{
    std::string claim;  ///< a number as text, "sub", or empty: nothing is claimed
    bool stands = true; ///< false: refuted
    std::string why;    ///< what refutes it, or what it rests on; may be empty where it stands
};

/// One loss of one fit; one row of the rates table.
struct LossSpec
{
    LossChoice choice;
    Target target = Target::truth;
    Theory theory;
    int revision = 1; ///< embedding_revision, where a projection is the truth embedded
};

/// A swept key of a curve and the value that it has there.
struct SweptValue
{
    std::string
        key; ///< as in the file, without the label of a fit: "estimator.batch", "fit.experts"
    nlohmann::json value;
};

/// One curve over n: a data spec, a fitted model, an estimator and what is measured. Sweeps expand
/// into several, with " [key=value]" after the label, and study.truths into one a truth, with
/// " [truth t]" after that for all but the first.
struct Curve
{
    std::string label;
    std::string all_truths;        ///< the label without its truth: what curves of one fit share
    std::string fit;               ///< the label of its [[fit]]: the same without what is swept
    std::vector<SweptValue> swept; ///< empty without a sweep
    double noise_variance = 0;
    TruthSpec truth;
    /// Of a fit with a truth of its own: canonical JSON of the study's truth, of whose streams x,
    /// noise and start noise are, so that all its fits share them. Empty: they are of `truth`.
    std::string streams;
    Model model;
    /// What its fits start near, and what their errors and excess are of. Losses have their own.
    Target target = Target::truth;
    /// The projection of its truth, once it was searched for (host/run/targets.h). Null before, and
    /// where the fitted class holds the truth.
    std::shared_ptr<Measure const> projection;
    StartSpec start;
    std::shared_ptr<Estimator const> estimator; ///< never null in a study that was read
    std::vector<LossSpec> losses;
    std::optional<double> reported_slope;
};

/// What a user should know of an experiment file that is no error.
struct Warning
{
    std::string text;    ///< "file:line:column: key ... (why) what to do"
    bool wasted = false; ///< curves would be the same: nothing for a new store
};

struct Study
{
    std::string file; ///< as named by the user, for messages
    std::string id, title, source;
    std::uint64_t seed = 0;
    int replicates = 0;
    int truths = 1;     ///< drawn truths that each curve is repeated over
    std::vector<int> n; ///< strictly increasing
    bool nested = false;
    int regression_samples = 100000; ///< the most, where regression_precision is not 0
    double regression_precision = 0; ///< "auto": a point is measured on the fewest that give this
    double max_failed = 0.05;
    double error_bars = 2; ///< standard deviations of a figure's bars
    TargetSearch search;
    std::vector<Curve> curves;
    std::string resolved; ///< the resolved study as TOML text: reading it gives the same study
    std::vector<Warning> warnings;
};

/// Why a text cannot be a study's id, and what to do; empty if it can.
std::string id_misfit(std::string const& id);

/// Reads and checks an experiment file. `settings` are "path=value" overrides of --set.
/// Throws UsageError with file:line:column, the key, the reason and what to do.
Study read_study(std::string const& file, std::vector<std::string> const& settings = {});

/// Whose text a study is: a store may have been begun with values that are refused today as ones
/// that nobody can mean.
enum class TextOf
{
    user,
    store,
};

/// The same from text; `name` stands for the file in messages, relative files are looked up in
/// `folder`.
Study parse_study(std::string const& text, std::string const& name,
                  std::vector<std::string> const& settings = {}, std::string const& folder = ".",
                  TextOf whose = TextOf::user);

/// Which of the study's truths the data of a curve come from, counted from 1.
int truth_number(Curve const& curve);

/// Whether a loss of the curve is against a projection that has to be searched for: some of its
/// losses ask for one, and the fitted class does not hold the truth.
bool needs_search(Curve const& curve);

/// What `moerate check` prints: the resolved study, a line of explanation where a setting needs
/// one.
std::string describe(Study const& study);

} // namespace moerate
