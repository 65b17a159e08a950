#include "host/cli/commands.h"

#include "host/cli/case_reader.h"
#include "host/cli/device_choice.h"
#include "host/cli/output.h"
#include "host/core/error.h"
#include "host/device/slices.h"
#include "host/measure/measure_json.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

struct EvalCase
{
    std::string name;
    Measure measure;
    int n = 0;
    std::vector<double> x; ///< [n][d]
    std::vector<double> y; ///< [n], or empty
    bool has_y = false;
};

/// The numbers of a JSON list; `what` names it. Throws UsageError.
void append_numbers(nlohmann::json const& list, std::string const& what, std::vector<double>& out)
{
    if (!list.is_array())
        throw UsageError(
            fmt::format("{} is {} (a list of numbers is needed)", what, kind_of(list)));
    for (nlohmann::json const& value : list) {
        if (!value.is_number() || !std::isfinite(value.get<double>()))
            throw UsageError(
                fmt::format("{} holds {} (finite numbers are needed)", what, shown(value)));
        out.push_back(value.get<double>());
    }
}

void read_points(nlohmann::json const& list, std::string const& where, EvalCase& out)
{
    if (!list.is_array())
        throw UsageError(
            fmt::format("{}: x is {} (a list of points is needed)", where, kind_of(list)));
    out.n = static_cast<int>(list.size());
    for (int t = 0; t < out.n; ++t) {
        std::string const what = fmt::format("{}: x[{}]", where, t);
        std::size_t const before = out.x.size();
        append_numbers(list[t], what, out.x);
        if (static_cast<int>(out.x.size() - before) != out.measure.model.d)
            throw UsageError(fmt::format("{} has {} numbers (the measure has d = {})", what,
                                         out.x.size() - before, out.measure.model.d));
    }
}

EvalCase read_eval_case(Reader& reader, std::string const& where)
{
    EvalCase result;
    result.name = reader.text("name", "");
    nlohmann::json const* measure = reader.find("measure");
    nlohmann::json const* x = reader.find("x");
    nlohmann::json const* y = reader.find("y");
    if (measure == nullptr)
        reader.missing("measure");
    if (x == nullptr)
        reader.missing("x");
    result.measure = measure_from_json(*measure, where + ": measure");
    read_points(*x, where, result);
    result.has_y = y != nullptr;
    if (result.has_y) {
        append_numbers(*y, where + ": y", result.y);
        if (static_cast<int>(result.y.size()) != result.n)
            throw UsageError(fmt::format("{}: y has {} numbers (x has {} points)", where,
                                         result.y.size(), result.n));
    }
    return result;
}

/// Refuses numbers that would be infinite in float32.
void check_held(EvalCase const& c, std::string const& where)
{
    constexpr double most = std::numeric_limits<float>::max();
    for (std::vector<double> const* values : {&c.measure.theta, &c.x, &c.y})
        for (double const value : *values)
            if (std::fabs(value) > most)
                throw UsageError(fmt::format("{}: holds {} (float32 goes up to {:.2g}) use "
                                             "--precision float64",
                                             where, value, most));
}

/// Inputs and outputs of all cases on the device.
template <class Real>
class Evaluation
{
public:
    Evaluation(Device& device, std::vector<EvalCase> const& cases);
    nlohmann::ordered_json result(std::size_t at) const;

private:
    struct Place
    {
        int theta, x, y, f, weights, gradient;
    };

    void put(int number, std::vector<double> const& values, std::vector<Real>& all) const
    {
        for (std::size_t i = 0; i < values.size(); ++i)
            all[slices_.offset(number) + i] = static_cast<Real>(values[i]);
    }
    std::vector<double> get(int number, int size) const
    {
        auto const begin = values_.begin() + slices_.offset(number);
        return {begin, begin + size};
    }

    std::vector<EvalCase> const& cases_;
    std::vector<Place> places_;
    Slices<Real> slices_;
    std::vector<Real> values_;
    std::vector<double> mse_;
};

template <class Real>
Evaluation<Real>::Evaluation(Device& device, std::vector<EvalCase> const& cases) : cases_(cases)
{
    for (EvalCase const& c : cases) {
        std::size_t const n = c.n, p = c.measure.theta.size();
        places_.push_back({slices_.add(p), slices_.add(c.x.size()), slices_.add(n), slices_.add(n),
                           slices_.add(n * c.measure.model.k), slices_.add(p)});
    }
    std::vector<Real> input(slices_.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
        put(places_[i].theta, cases[i].measure.theta, input);
        put(places_[i].x, cases[i].x, input);
        put(places_[i].y, cases[i].y, input);
    }
    slices_.upload(device, input);
    DeviceArray<double> const mse(device, cases.size());
    std::vector<EvaluateTask<Real>> tasks;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        EvalCase const& c = cases[i];
        Place const& at = places_[i];
        bool const y = c.has_y && c.n > 0;
        if (c.n > 0)
            tasks.push_back({c.measure.model, slices_.at(at.theta), c.n, slices_.at(at.x),
                             y ? slices_.at(at.y) : nullptr, slices_.at(at.f),
                             slices_.at(at.weights), y ? slices_.at(at.gradient) : nullptr,
                             y ? mse.data() + i : nullptr});
    }
    device.run(tasks);
    values_ = slices_.download();
    mse_ = mse.download();
}

template <class Real>
nlohmann::ordered_json Evaluation<Real>::result(std::size_t at) const
{
    EvalCase const& c = cases_[at];
    int const k = c.measure.model.k;
    nlohmann::ordered_json result = {{"name", c.name}, {"f", get(places_[at].f, c.n)}};
    std::vector<double> const by_atom = get(places_[at].weights, k * c.n);
    nlohmann::ordered_json weights = nlohmann::ordered_json::array();
    for (int t = 0; t < c.n; ++t) {
        std::vector<double> row;
        for (int i = 0; i < k; ++i)
            row.push_back(by_atom[static_cast<std::size_t>(i) * c.n + t]);
        weights.push_back(row);
    }
    result["weights"] = weights;
    if (c.has_y && c.n > 0) {
        result["mse"] = mse_[at];
        result["gradient"] = parameters_to_json(
            c.measure.model, get(places_[at].gradient, static_cast<int>(c.measure.theta.size())));
    }
    return result;
}

template <class Real>
nlohmann::ordered_json evaluate(Device& device, std::vector<EvalCase> const& cases)
{
    Evaluation<Real> const evaluation(device, cases);
    nlohmann::ordered_json results = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < cases.size(); ++i)
        results.push_back(evaluation.result(i));
    return results;
}

} // namespace

int eval_command(CaseOptions const& options, CommonOptions const& common)
{
    std::vector<EvalCase> cases;
    read_cases(options.file, [&](Reader& reader, std::string const& where) {
        cases.push_back(read_eval_case(reader, where));
        if (options.precision == "float32")
            check_held(cases.back(), where);
    });
    std::unique_ptr<Device> const device = open_device(options.device, 0);
    if (options.device == "auto")
        note(common.quiet, "device: " + device_text(device->info()));
    print_json(options.precision == "float32" ? evaluate<float>(*device, cases)
                                              : evaluate<double>(*device, cases));
    return 0;
}

} // namespace moerate
