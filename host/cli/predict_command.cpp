#include "host/cli/commands.h"

#include "host/cli/measure_option.h"
#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/data/table.h"
#include "host/device/slices.h"
#include "host/measure/measure_json.h"
#include "kernels/evaluate/evaluate_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace moerate
{
namespace
{

constexpr int rows_at_once = 1 << 16; ///< memory does not grow with the file's predictions

/// Prints f, g1..gk, h1..hk of `count` samples from `first`, a line each. How many f are none.
long predict_rows(Device& device, Measure const& measure, DeviceArray<double> const& theta,
                  DataTable const& table, int first, int count)
{
    std::size_t const d = table.d, k = measure.model.k, n = count;
    auto const begin = table.x.begin() + static_cast<std::ptrdiff_t>(first * d);
    DeviceArray<double> const x(
        device, std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(n * d)));
    DeviceArray<double> const f(device, n), weights(device, k * n), experts(device, k * n);
    EvaluateTask<double> task{measure.model, theta.data(),   count,   x.data(), nullptr,
                              f.data(),      weights.data(), nullptr, nullptr};
    task.experts = experts.data();
    device.run(std::vector<EvaluateTask<double>>{task});
    std::vector<double> const value = f.download(), g = weights.download(), h = experts.download();
    fmt::memory_buffer text;
    auto const out = std::back_inserter(text);
    for (std::size_t t = 0; t < n; ++t) {
        fmt::format_to(out, "{}", value[t]);
        for (std::vector<double> const* by_atom : {&g, &h})
            for (std::size_t i = 0; i < k; ++i)
                fmt::format_to(out, ",{}", (*by_atom)[i * n + t]);
        text.push_back('\n');
    }
    print_text({text.data(), text.size()});
    return std::count_if(value.begin(), value.end(),
                         [](double own) { return !std::isfinite(own); });
}

} // namespace

int predict_command(PredictOptions const& options)
{
    if (options.measure == "-" && options.data == "-")
        throw UsageError(
            "measure and data are both stdin (it can be read once) give one as a file");
    Measure const measure = read_measure_file(options.measure);
    DataTable table;
    std::string const name = input_name(options.data);
    read_input(options.data, "a CSV file",
               [&](std::istream& in) { table = read_table(in, name, Response::ignored); });
    if (table.d != measure.model.d)
        throw UsageError(fmt::format("{} has {} inputs ({} has d = {}) give the same inputs as the "
                                     "measure was fitted with",
                                     name, table.d, input_name(options.measure), measure.model.d));
    std::string head = "f";
    for (char const letter : {'g', 'h'})
        for (int i = 1; i <= measure.model.k; ++i)
            head += fmt::format(",{}{}", letter, i);
    print("{}\n", head);
    std::unique_ptr<Device> const device = make_cpu_device();
    DeviceArray<double> const theta(*device, measure.theta);
    long lost = 0;
    for (int first = 0; first < table.n; first += std::min(rows_at_once, table.n - first))
        lost += predict_rows(*device, measure, theta, table, first,
                             std::min(rows_at_once, table.n - first));
    if (lost > 0)
        note(false, fmt::format("warning: {} of {} predictions are no finite numbers (inputs or "
                                "parameters are beyond what float64 holds) bring the inputs to "
                                "size 1",
                                lost, table.n));
    return 0;
}

} // namespace moerate
