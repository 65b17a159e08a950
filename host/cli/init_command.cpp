#include "host/cli/commands.h"
#include "host/cli/init_source.h"
#include "host/cli/output.h"
#include "host/cli/wrapped.h"
#include "host/core/error.h"
#include "host/core/text.h"
#include "host/core/words.h"
#include "host/measure/families.h"
#include "host/measure/measure_json.h"
#include "host/study/document.h"
#include "host/study/keys.h"
#include "host/study/truth.h"
#include "kernels/family/activations.h"
#include "kernels/family/experts.h"
#include "kernels/family/loss_fits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace moerate
{
namespace
{

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// The families of the new file.
struct Families
{
    GateSpec gate;
    ExpertSpec expert;
};

std::vector<std::string> parts_of(std::string const& text)
{
    std::size_t const slash = text.find('/');
    return slash == std::string::npos
               ? std::vector<std::string>{text}
               : std::vector<std::string>{text.substr(0, slash), text.substr(slash + 1)};
}

/// Sets `first` or `second` to the member of its list that each part of "A/B" names.
template <class First, class Second>
void choose(std::string const& option, std::string const& text, int& first, int& second)
{
    std::vector<std::string> const firsts = names_of<First>(), seconds = names_of<Second>();
    for (std::string const& part : text.empty() ? std::vector<std::string>() : parts_of(text)) {
        auto const one = std::find(firsts.begin(), firsts.end(), part);
        auto const two = std::find(seconds.begin(), seconds.end(), part);
        if (one == firsts.end() && two == seconds.end())
            throw UsageError(
                fmt::format("{} {}: \"{}\" is not known (known: {}; {}) write one of each "
                            "with a / between, or one alone",
                            option, text, part, joined(firsts), joined(seconds)));
        if (one != firsts.end())
            first = static_cast<int>(one - firsts.begin());
        else
            second = static_cast<int>(two - seconds.begin());
    }
}

Families families_of(InitOptions const& options)
{
    Families chosen;
    chosen.expert.activation = find<Activations>("gelu");
    choose<Scores, Normalizers>("--gate", options.gate, chosen.gate.score, chosen.gate.normalizer);
    choose<Experts, Activations>("--expert", options.expert, chosen.expert.form,
                                 chosen.expert.activation);
    if (!composes(chosen.gate))
        throw UsageError(
            fmt::format("--gate {}: the normalizer has groups, whose scores are linear; use "
                        "the score linear",
                        options.gate));
    GateKeys const keys = keys_of(chosen.gate);
    if (keys.activation)
        chosen.gate.activation = find<Activations>("tanh");
    chosen.gate.rank = keys.rank ? 2 : chosen.gate.rank;
    chosen.gate.top = keys.top ? 2 : chosen.gate.top;
    if (keys.tau)
        chosen.gate.tau1 = chosen.gate.tau2 = 0.1;
    if (takes_power(chosen.expert.activation))
        chosen.expert.power = 2;
    return chosen;
}

/// The first loss that the gate takes.
std::string loss_of(GateSpec const& gate, std::string const& option)
{
    std::string name;
    for_each(Losses{}, [&](auto loss, int number) {
        if (name.empty() && fits(number, gate))
            name = loss.name;
    });
    if (name.empty())
        throw UsageError(
            fmt::format("--gate {}: no loss is defined for this gate (moerate list losses) "
                        "choose another",
                        option));
    return name;
}

/// Writes lines of a table, each with what the manual says of its key.
class Lines
{
public:
    /// [name], and keys of the manual's table `of`.
    void table(std::string const& name, std::string const& of)
    {
        for (KeyTable& one : all_)
            if (one.name == of)
                table_ = &one;
        text_ += "\n" + name + "\n";
    }

    void key(std::string const& name, std::string const& value)
    {
        add(name + " = " + value, described(name).meaning);
    }

    /// A key as a remark, with its default.
    void could(std::string const& name)
    {
        Key const& key = described(name);
        add("# " + name + " = " + key.otherwise, key.meaning);
    }

    std::string const& text() const { return text_; }

private:
    Key const& described(std::string const& name) const
    {
        return *std::find_if(table_->keys.begin(), table_->keys.end(),
                             [&](Key const& key) { return key.name == name; });
    }

    void add(std::string const& line, std::string const& remark)
    {
        constexpr std::size_t column = 34, width = 100;
        if (line.size() < column && column + 2 + remark.size() <= width)
            text_ += fmt::format("{:<{}}# {}\n", line, column, remark);
        else
            text_ += wrapped(remark + ":", width - 2, "# ") + line + "\n";
    }

    std::vector<KeyTable> all_ = experiment_keys();
    KeyTable const* table_ = nullptr;
    std::string text_;
};

std::string gate_toml(GateSpec const& gate)
{
    return toml_value(gate_to_json(gate));
}

/// d and variances for which f is well above the noise and steps stay finite: fits that end above
/// f = 0 count as failed.
struct Scales
{
    char const *d, *noise, *expert;
};

Scales scales_of(Families const& families)
{
    bool const linear = families.gate.score == find<Scores>("linear");
    if (linear && families.expert.form == find<Experts>("ridge"))
        return {"4", "0.01", "0.25"};
    if (takes_power(families.expert.activation))
        return {"4", "0.001", "0.25"};
    if (families.gate.score == find<Scores>("euclidean")) // falls with |x - w|^2
        return {"2", "0.001", "1.0"};
    return {"4", "0.01", "1.0"};
}

std::string new_file(std::string const& name, InitOptions const& options)
{
    Families const families = families_of(options);
    auto const& [gate, expert] = families;
    Scales const scales = scales_of(families);
    bool const groups = grouped(gate);
    Lines lines;
    lines.table("[study]", "[study]");
    lines.key("id", toml_value(name));
    lines.key("title", "\"Recovery of a mixture that its own family fits\"");
    lines.key("seed", "1");
    lines.key("replicates", "20");
    lines.key("n", "{ geom = [400, 10000, 5] }");
    for (char const* key : {"nested", "regression_samples", "max_failed"})
        lines.could(key);
    lines.table("[data]", "[data]");
    lines.key("d", scales.d);
    lines.key("noise_variance", scales.noise);
    lines.table("[truth]", "[truth]");
    lines.key("gate", gate_toml(gate));
    lines.key("expert", toml_value(expert_to_json(expert)));
    lines.key(groups ? "groups" : "experts", groups ? "[2, 2]" : "3");
    lines.table("[truth.draw]", "truth.draw");
    lines.key("gate_variance", "1.0");
    lines.key("expert_variance", scales.expert);
    lines.could("zero_gate");
    lines.table("[start]", "[start]");
    for (char const* key : {"kind", "scale", "exponent", "extra"})
        lines.could(key);
    lines.table("[estimator]", "[estimator]");
    lines.key("kind", "\"sgd\"");
    lines.key("epochs", "10");
    lines.key("learning_rate", "0.05");
    lines.key("batch", "32");
    lines.table("[[fit]]", "[[fit]]");
    lines.key("label", "\"same family\"");
    lines.key("gate", gate_toml(gate));
    lines.key(groups ? "groups" : "experts", groups ? "[3, 2]" : "4");
    lines.key("loss", toml_value(loss_of(gate, options.gate)));
    lines.could("gauge");
    return fmt::format(
        "# {0}: written by moerate init. All keys: moerate help keys\n"
        "#   moerate check {0}.toml    what this file means, every default spelled out\n"
        "#   moerate run {0}.toml      all fits, then the table of rates\n"
        "# Data: x uniform on [-1, 1]^d, y = f(x) + normal noise; f is the truth below.\n\n"
        "spec_version = 1\n{1}\n"
        "# A further [[fit]] is another curve on the same data, e.g. of another gate.\n",
        name, lines.text());
}

} // namespace

int init_command(InitOptions const& options, CommonOptions const& common)
{
    fs::path file(options.name);
    if (file.extension() != ".toml")
        file += ".toml";
    std::string const name = file.stem().string();
    if (!options.from.empty() && (!options.gate.empty() || !options.expert.empty()))
        throw UsageError(
            "--from brings its own gate and expert (a copy is not changed) leave --gate and "
            "--expert out, or change the file");
    if (std::string const why = id_misfit(name); !why.empty()) // of a file that is not written yet
        throw UsageError(fmt::format("\"{}\" {}", printable(name), why));
    std::string const text =
        options.from.empty() ? new_file(name, options) : copied_file(name, options.from);
    fs::path const source = options.from.empty() ? file : experiment(options.from);
    spare_inputs(file.string(), {options.from.empty() ? "" : source.string()});
    fs::path const from = source.parent_path();
    Study const study = parse_study(text, source.string(), {}, from.empty() ? "." : from.string());
    for (Curve const& curve : study.curves)
        for (std::string const& truth : files_of(curve.truth))
            copy_truth(truth, from, file.parent_path(), options.force);
    write_whole(file.string(), options.force, text);
    if (common.json)
        print_json({{"file", file.string()}, {"id", name}});
    note(common.quiet, fmt::format("wrote {}; next: moerate check {}, moerate run {}",
                                   file.string(), file.string(), file.string()));
    return 0;
}

} // namespace moerate
