#include "host/cli/command_line.h"
#include "host/cli/setting_words.h"
#include "host/estimate/estimators.h"
#include "host/measure/reader.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/normalizers.h"
#include "kernels/family/scores.h"

namespace moerate
{

void CommandLine::add_data_commands()
{
    CLI::App* sub = add("fit", "Fit a model to your own data",
                        {"moerate fit data.csv --gate score=linear,normalizer=softmax --expert "
                         "form=ridge,activation=gelu --experts 3 > fit.json",
                         "moerate fit data.csv --start fit.json --starts 16"},
                        [this] {
                            fit.device = device;
                            return fit_command(fit, common);
                        });
    valued(sub->add_option("data", fit.data, "CSV with a header x1,...,xd,y; - reads stdin"),
           Takes::file)
        ->required();
    CLI::Option* const start = valued(sub->add_option("--start", fit.start,
                                                      "Measure to start from (JSON), names the "
                                                      "model in place of --gate to --experts"),
                                      Takes::file);
    CLI::Option* const gate =
        sub->add_option("--gate", fit.gate, "Gate, e.g. score=linear,normalizer=softmax")
            ->excludes(start);
    suggest(gate, pairs_of("score=", names_of<Scores>(), ",normalizer=", names_of<Normalizers>()));
    CLI::Option* const expert =
        sub->add_option("--expert", fit.expert, "Expert, e.g. form=ridge,activation=gelu")
            ->excludes(start);
    suggest(expert,
            pairs_of("form=", names_of<Experts>(), ",activation=", names_of<Activations>()));
    sub->add_option("--experts", fit.experts, "How many; for a hierarchical gate of each group")
        ->delimiter(',')
        ->excludes(start);
    one_of(sub->add_option("--estimator", fit.estimator, "How to fit"), estimator_names())
        ->capture_default_str();
    sub->add_option("--box", fit.box, "Largest size of a parameter (lse)");
    sub->add_option("--starts", fit.starts, "Starts; half of them, without --start all, are blind")
        ->check(in_range(1, 10000));
    sub->add_option("--seed", fit.seed, "Seed of the blind starts")->capture_default_str();
    CLI::Option* const set =
        sub->add_option("--set", fit.settings, "A setting of the estimator: key=value");
    set->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    suggest(set, key_words(estimator_keys()));
    sub->add_flag("--raw", fit.raw, "Fit the inputs as they are, not standardised");
    valued(sub->add_option("--trace", fit.trace,
                           "File to write the rounds of all starts to, a JSON line each (lse)"),
           Takes::file);
    sub->add_flag("--force", fit.force, "Replace the trace's file if it exists");
    add_devices(sub);
    CLI::App* predict = add("predict", "Predictions, gate weights and responses for new inputs",
                            {"moerate predict fit.json new.csv > predictions.csv"},
                            [this] { return predict_command(prediction); });
    valued(
        predict->add_option("measure", prediction.measure, "Measure, or what fit printed (JSON)"),
        Takes::file)
        ->required();
    valued(predict->add_option("data", prediction.data, "Inputs x1,...,xd (CSV); - reads stdin"),
           Takes::file)
        ->required();
}

} // namespace moerate
