#include "host/cli/commands.h"

#include "host/cli/counterexamples.h"
#include "host/cli/measure_option.h"
#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/device/device.h"
#include "host/probe/identify.h"
#include "kernels/family/loss_fits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace moerate
{
namespace
{

using nlohmann::ordered_json;

/// The truth's model, as --gate, --expert, --experts and --d say.
Model asked_model(IdentifyOptions const& options)
{
    if (options.gate.empty() || options.expert.empty())
        throw UsageError(fmt::format("{} is missing (a family has a gate and an expert) give both, "
                                     "or a measure by --truth",
                                     options.gate.empty() ? "--gate" : "--expert"));
    GateSpec const gate = gate_from_json(option_table(options.gate, "--gate"), "--gate");
    ExpertSpec const expert =
        expert_from_json(option_table(options.expert, "--expert"), "--expert");
    std::vector<int> const usual = grouped(gate) ? std::vector<int>{2, 2} : std::vector<int>{2};
    return sized_model(gate, expert, options.d,
                       counted_atoms(gate, options.experts.empty() ? usual : options.experts), 1.0,
                       "the model");
}

/// The same families with the atoms of --fitted, one more a group than the truth without.
Model over_model(IdentifyOptions const& options, Model const& truth)
{
    Atoms atoms = atoms_of(truth);
    if (!options.fitted.empty()) {
        atoms = counted_atoms(truth.gate, options.fitted);
    } else if (atoms.groups > 0) {
        for (int group = 0; group < truth.groups; ++group)
            atoms.group_of.push_back(group);
        atoms.k = static_cast<int>(atoms.group_of.size());
    } else {
        ++atoms.k;
    }
    if (atoms.k < truth.k || atoms.groups != truth.groups)
        throw UsageError(fmt::format("--fitted {} (the truth has {} atoms{}) give at least as many",
                                     fmt::join(options.fitted, ","), truth.k,
                                     truth.groups > 0 ? ", in groups" : ""));
    return sized_model(truth.gate, truth.expert, truth.d, atoms, truth.temperature, "the fit");
}

/// --loss, or the first that fits the gate.
int chosen_loss(IdentifyOptions const& options, GateSpec const& gate)
{
    std::vector<std::string> const names = names_of<Losses>();
    std::vector<std::string> fitting;
    for (int loss = 0; loss < static_cast<int>(names.size()); ++loss) {
        if (!fits(loss, gate))
            continue;
        if (options.loss.empty() || options.loss == names[loss])
            return loss;
        fitting.push_back(names[loss]);
    }
    if (options.loss.empty())
        throw UsageError("no loss is defined for this gate (moerate list losses) choose another");
    throw UsageError(fmt::format("--loss {}: does not fit this gate (those that do: {}) choose one "
                                 "of them",
                                 options.loss, fmt::join(fitting, ", ")));
}

/// --r; refused where the loss has none.
double chosen_r(IdentifyOptions const& options, int loss)
{
    visit(Losses{}, loss, [&](auto member) {
        if (!member.has_r && options.r != 1.0)
            throw UsageError(
                fmt::format("--r {} ({} has no exponent) leave it out", options.r, member.name));
    });
    return options.r;
}

/// The questions: of a truth that is given one, of a drawn one under a sigmoid gate two, as its
/// atoms split exactly only where their location is 0.
std::vector<IdentifyQuestion> questions_of(IdentifyOptions const& options)
{
    bool const given = !options.truth.empty();
    Measure const truth = given ? read_measure_file(options.truth)
                                : generic_truth(asked_model(options), options.settings.seed);
    GateSpec const& gate = truth.model.gate;
    int const loss = chosen_loss(options, gate);
    IdentifyQuestion question{truth, given ? "given truth" : "drawn truth",
                              over_model(options, truth.model), loss, chosen_r(options, loss)};
    std::vector<IdentifyQuestion> all{question};
    if (!given && traits_of(gate).mass == Mass::logistic) {
        question.truth = without_gate(truth, {0});
        question.regime = "drawn truth, gate location of atom 1 = 0";
        all.push_back(question);
    }
    return all;
}

} // namespace

int identify_command(IdentifyOptions const& options, CommonOptions const& common)
{
    check_counterexamples(options.folder, options.force, {options.truth});
    std::unique_ptr<Device> const device = make_cpu_device(1, options.simd);
    std::vector<Identification> all;
    for (IdentifyQuestion const& question : questions_of(options))
        all.push_back(identify(*device, question, options.settings));
    ordered_json document = ordered_json::array();
    std::string text;
    for (Identification const& one : all) {
        document.push_back(identification_json(one, options.settings));
        text += (text.empty() ? "" : "\n") + identification_text(one, options.settings);
    }
    std::vector<Counterexample> found;
    for (Identification const& one : all)
        for (FoundFlat const& flat : one.found)
            found.push_back({flat.flat.measure, one.question.truth,
                             std::string(name_of<Losses>(one.question.loss)), one.question.r,
                             flat.gauge});
    if (!options.folder.empty())
        write_counterexamples(options.folder, options.force, *device, found);
    if (common.json)
        print_json({{"truths", document}});
    else
        print_text(text);
    return 0;
}

} // namespace moerate
