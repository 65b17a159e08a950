#include "host/study/keys.h"

#include "host/estimate/estimators.h"
#include "host/study/readers.h"

namespace moerate
{

KeyTable top_keys()
{
    return {"The file",
            "An experiment file is TOML. Its tables:",
            {{"spec_version", "1", "1", "1", "version of this format", "1"},
             {"study", "table", "", "1", "what is measured, and how often", ""},
             {"data", "table", "", "1", "the law of x and of the noise", ""},
             {"truth", "table", "", "1", "what the data come from", ""},
             {"start", "table", "{}", "1", "where fits begin", ""},
             {"estimator", "table", "{}", "1", "how fits are made", ""},
             {"fit", "list of tables", "", "1", "the models that are fitted", ""},
             {"target", "table", "{}", "1", "search for projections of the truth", ""},
             {"sweep", "table", "{}", "1", "keys that take several values in turn", ""}}};
}

std::vector<KeyTable> experiment_keys()
{
    return {data_keys(),     top_keys(),    head_keys(),      truth_keys(), draw_keys(),
            path_keys(),     gate_keys(),   expert_keys(),    start_keys(), fit_keys(),
            one_loss_keys(), theory_keys(), estimator_keys(), target_keys()};
}

std::string const& paths_text()
{
    static std::string const text =
        "[sweep] gives keys several values: every combination is a curve of its own, labelled "
        "LABEL [key=value]. Its keys are whole paths, quoted or bare: \"estimator.batch\" = [16, "
        "32] and "
        "estimator.batch = [16, 32] are the same, in the file and in --set "
        "sweep.estimator.batch=[16,32]. "
        "A fit is named by its label: \"fit.softmax.experts\" = [9, 10]. A fit that sets a swept "
        "key of "
        "[start] or [estimator] itself is not multiplied, nor one whose estimator or start has no "
        "use for it. Keys of [study] cannot be swept. A sweep over a key that no fit has a use for "
        "begins no store.\n"
        "--set path=value overrides a key; the value is TOML, so a text needs its quotes: "
        "--set 'study.id=\"other\"'. A fit is named by its label here, too: --set "
        "fit.softmax.experts=10; one that has = in it goes in quotes: --set "
        "'fit.\"tau=0.1\".experts=10'.";
    return text;
}

} // namespace moerate
