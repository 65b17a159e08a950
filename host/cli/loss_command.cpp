#include "host/cli/commands.h"

#include "host/cli/case_reader.h"
#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/measure/families.h"
#include "host/measure/loss_misfit.h"
#include "host/measure/measure_json.h"
#include "host/run/measure_losses.h"
#include "kernels/family/losses.h"
#include "kernels/loss/pair.h"

#include <fmt/format.h>

namespace moerate
{
namespace
{

constexpr double default_r = 2.0; ///< as in experiment files

struct LossCase
{
    std::string name;
    Measure fitted, truth;
    LossChoice choice;
};

Measure read_measure(Reader& reader, std::string const& key, std::string const& where)
{
    nlohmann::json const* value = reader.find(key);
    if (value == nullptr)
        reader.missing(key);
    return measure_from_json(*value, where + ": " + key);
}

std::string gate_text(GateSpec const& gate)
{
    return fmt::format("a {} gate of {} score{}", name_of<Normalizers>(gate.normalizer),
                       name_of<Scores>(gate.score),
                       gate.rank > 0 ? fmt::format(" of rank {}", gate.rank) : "");
}

/// Refuses measures whose parameters cannot stand in one loss.
void check_gates(LossCase const& c, std::string const& where)
{
    GateSpec const& fitted = c.fitted.model.gate;
    GateSpec const& truth = c.truth.model.gate;
    if (!comparable(fitted, truth))
        throw UsageError(fmt::format("{}: fitted has {}, true {} (their parameters have nothing "
                                     "in common to compare) give both gates of one kind",
                                     where, gate_text(fitted), gate_text(truth)));
}

LossCase read_loss_case(Reader& reader, std::string const& where)
{
    LossCase result;
    result.name = reader.text("name", "");
    result.fitted = read_measure(reader, "fitted", where);
    result.truth = read_measure(reader, "true", where);
    result.choice.loss = reader.word("loss", "loss", names_of<Losses>());
    visit(Losses{}, result.choice.loss, [&](auto loss) {
        result.choice.r = reader.number_meant("r", above(0), meant_powers, why_such_powers,
                                              loss.has_r ? default_r : 1.0);
        if (!loss.has_r && result.choice.r != 1.0)
            reader.fail("r", fmt::format("= {} ({} has no exponent) leave it out", result.choice.r,
                                         loss.name));
    });
    std::vector<std::string> const gauges = {"none", "align"}; // in the order of Gauge
    result.choice.gauge = static_cast<Gauge>(reader.word("gauge", "gauge", gauges, "align"));
    if (result.fitted.model.d != result.truth.model.d)
        throw UsageError(fmt::format("{}: fitted has d = {} (true has d = {}) give both the same",
                                     where, result.fitted.model.d, result.truth.model.d));
    check_gates(result, where);
    if (std::string const misfit = loss_misfit(result.choice.loss, result.fitted.model.gate);
        !misfit.empty())
        reader.fail("loss", misfit);
    for (SizeLimit const& size :
         pair_limits(result.fitted.model, result.truth.model, result.choice.loss))
        check_size(size, where);
    return result;
}

nlohmann::ordered_json to_json(LossCase const& c, LossRow const& row)
{
    std::vector<std::vector<int>> cells(c.truth.model.k);
    for (int i = 0; i < static_cast<int>(row.cell.size()); ++i)
        cells[row.cell[i]].push_back(i);
    return {{"name", c.name},
            {"loss", row.record.value},
            {"mass", row.record.mass},
            {"over", row.record.over},
            {"exact", row.record.exact},
            {"missed", row.record.missed},
            {"empty", row.record.empty},
            {"cells", cells}};
}

} // namespace

int loss_command(CaseOptions const& options, CommonOptions const& /*common*/)
{
    std::vector<LossCase> cases;
    read_cases(options.file, [&](Reader& reader, std::string const& where) {
        cases.push_back(read_loss_case(reader, where));
    });
    std::vector<HostLossRequest> requests;
    for (LossCase const& c : cases)
        requests.push_back({&c.fitted.model, &c.fitted.theta, &c.truth, c.choice});
    std::unique_ptr<Device> const device = make_cpu_device();
    std::vector<LossRow> const rows = measure_losses(*device, requests);
    nlohmann::ordered_json results = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < cases.size(); ++i)
        results.push_back(to_json(cases[i], rows[i]));
    print_json(results);
    return 0;
}

} // namespace moerate
