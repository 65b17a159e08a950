#include "host/cli/command_line.h"
#include "host/measure/loss_misfit.h"
#include "host/measure/reader.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/losses.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"

namespace moerate
{

/// Commands that ask what can be known at all, without noise.
void CommandLine::add_probe_commands()
{
    CLI::App* sub =
        add("identify", "Say which parameters of a family are not identified, with counterexamples",
            {"moerate identify --gate score=linear,normalizer=softmax --expert "
             "form=ridge,activation=relu",
             "moerate identify --truth experiments/check-over-softmax-1.json --fitted 3 -o "
             "counterexamples"},
            [this] { return identify_command(identified, common); });
    CLI::Option* const gate =
        sub->add_option("--gate", identified.gate, "Gate, e.g. score=linear,normalizer=softmax");
    suggest(gate, pairs_of("score=", names_of<Scores>(), ",normalizer=", names_of<Normalizers>()));
    CLI::Option* const expert =
        sub->add_option("--expert", identified.expert, "Expert, e.g. form=ridge,activation=gelu");
    suggest(expert,
            pairs_of("form=", names_of<Experts>(), ",activation=", names_of<Activations>()));
    CLI::Option* const experts =
        sub->add_option("--experts", identified.experts,
                        "Atoms of the truth [2]; for a hierarchical gate of each group [2,2]")
            ->delimiter(',');
    sub->add_option("--fitted", identified.fitted,
                    "Atoms of the over-specified fit [one more, a group]")
        ->delimiter(',');
    CLI::Option* const inputs = sub->add_option("--d", identified.d, "Inputs")
                                    ->check(in_range(1, 1000))
                                    ->capture_default_str();
    valued(sub->add_option("--truth", identified.truth, "Measure (JSON) in place of a drawn truth"),
           Takes::file)
        ->excludes(experts)
        ->excludes(gate)
        ->excludes(expert)
        ->excludes(inputs);
    one_of(sub->add_option("--loss", identified.loss, "Loss [the first that fits the gate]"),
           names_of<Losses>());
    sub->add_option("--r", identified.r, "Exponent of the loss, where it has one")
        ->check(in_range(meant_powers.low, meant_powers.high))
        ->capture_default_str();
    add_identify_settings(sub);
    add_folder(sub, "-o,--output", identified.folder,
               "Folder for counterexamples, and cases of them for eval and loss");
    sub->add_flag("--force", identified.force, "Replace its files if they exist");
    add_simd(sub, identified.simd);
    add_constant_command();
}

void CommandLine::add_identify_settings(CLI::App* sub)
{
    IdentifySettings& settings = identified.settings;
    sub->add_option("--epsilon", settings.epsilon, "Loss at which flat directions are looked for")
        ->check(in_range(1e-6, 10.0))
        ->capture_default_str();
    sub->add_option("--samples", settings.samples, "Noise-free points")
        ->check(in_range(10, 1000000))
        ->capture_default_str();
    sub->add_option("--starts", settings.starts, "Starts of a search near the truth")
        ->check(in_range(1, 10000))
        ->capture_default_str();
    sub->add_option("--blind", settings.blind, "Starts of a search anywhere")
        ->check(in_range(1, 10000))
        ->capture_default_str();
    sub->add_option("--seed", settings.seed, "Seed of truth, points and starts")
        ->capture_default_str();
}

void CommandLine::add_constant_command()
{
    CLI::App* constant = add(
        "constant", "Print the least distance of f at falling losses, without noise",
        {"moerate constant experiments/check-exact.toml",
         "moerate constant experiments/check-over-relu.toml --epsilon 0.3,0.1 -o same-function"},
        [this] {
            constants.study = study;
            constants.device = device.device == "auto"
                                   ? DeviceOptions{"cpu", device.threads, device.simd}
                                   : device;
            return constant_command(constants, common);
        });
    add_study(constant);
    constant
        ->add_option("--epsilon", constants.settings.epsilon,
                     "Losses to look at [1,0.5,0.2,0.1 ... 0.001]")
        ->delimiter(',')
        ->check(positive_number());
    constant->add_option("--samples", constants.settings.samples, "Noise-free points")
        ->check(in_range(10, 10000000))
        ->capture_default_str();
    constant->add_option("--starts", constants.settings.starts, "Starts of each loss")
        ->check(in_range(1, 10000))
        ->capture_default_str();
    constant->add_option("--rounds", constants.settings.rounds, "Rounds of a start, at most")
        ->check(in_range(1, 100000))
        ->capture_default_str();
    add_folder(constant, "-o,--output", constants.folder,
               "Folder for measures of the truth's f, and cases of them for eval and loss");
    constant->add_flag("--force", constants.force, "Replace its files if they exist");
    add_devices(constant);
}

} // namespace moerate
