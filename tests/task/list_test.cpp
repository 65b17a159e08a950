// What the list of tasks says of itself, and what is told apart by it.

#include "kernels/model/layout.h"
#include "kernels/task/kind.h"
#include "kernels/task/tasks.h"

#include <catch2/catch.hpp>
#include <cxxabi.h>

#include <cctype>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace moerate;

namespace
{

/// "SgdTask<float>".
template <class Task>
std::string class_name()
{
    std::unique_ptr<char, void (*)(void*)> const text(
        abi::__cxa_demangle(typeid(Task).name(), nullptr, nullptr, nullptr), std::free);
    return std::string(text.get()).substr(std::string("moerate::").size());
}

/// A model of linear scores and ridge experts.
Model linear_model(int d, int k)
{
    GateSpec gate;
    gate.score = find<Scores>("linear");
    gate.normalizer = find<Normalizers>("softmax");
    return make_model(gate, {find<Experts>("ridge"), find<Activations>("relu"), 1}, d, k);
}

} // namespace

// tools/kernel-report knows a kernel by its symbol alone.
TEST_CASE("a task's name is that of its class, which kernel-report shows")
{
    std::map<std::string, int> names;
    for_each(Tasks{}, [&](auto task, int) {
        std::string title(task.name);
        title[0] = static_cast<char>(std::toupper(title[0]));
        std::string const name = class_name<decltype(task)>();
        CHECK(name.substr(0, name.find('<')) == title + "Task");
        ++names[name];
    });
    for (auto const& [name, times] : names) {
        INFO(name);
        CHECK(times == 1);
    }
}

TEST_CASE("a task's work is in flops of its matrix products")
{
    int const d = 5, k = 3, n = 100;
    double const prediction = 4.0 * k * d; // 2 d for score and expert of each atom
    SgdTask<float> fit{};
    fit.model = linear_model(d, k);
    fit.n = n;
    fit.settings.epochs = 7;
    CHECK(work(fit) == 2 * prediction * n * 7);
    GenerateTask<double> generate{};
    generate.truth = fit.model;
    generate.n = n;
    CHECK(work(generate) == prediction * n);
    EvaluateTask<double> evaluate{};
    evaluate.model = fit.model;
    evaluate.n = n;
    CHECK(work(evaluate) == prediction * n);
    double gradient = 0;
    evaluate.gradient = &gradient;
    CHECK(work(evaluate) == 2 * prediction * n);
    RiskTask<float> risk{};
    risk.model = fit.model;
    risk.points = n;
    risk.fits = 3;
    CHECK(work(risk) == prediction * n * 3);
}

TEST_CASE("a view of a list gives each task and its work")
{
    std::vector<SummaryTask> tasks(3);
    for (int i = 0; i < 3; ++i)
        tasks[static_cast<std::size_t>(i)].size = 10 * (i + 1);
    TaskView const view{task_kind<SummaryTask>(), tasks.data(), tasks.size()};
    CHECK(view.kind.name == "summary");
    CHECK(view.bytes() == 3 * sizeof(SummaryTask));
    CHECK(view.at(2) == &tasks[2]);
    CHECK(view.work(2) == 30);
}

TEST_CASE(
    "fits in float32 whose maps copy theta and whose rows fit a lane go to the narrow instance")
{
    SgdTask<float> fit{};
    fit.model = linear_model(3, 2);
    CHECK(takes_narrow(fit));
    fit.model.temperature = 2;
    CHECK_FALSE(takes_narrow(fit));
    fit.model = linear_model(3, most_own_rows);
    CHECK(takes_narrow(fit));
    fit.model = linear_model(3, most_own_rows + 1);
    CHECK_FALSE(takes_narrow(fit));
    SgdTask<double> in_double{};
    in_double.model = linear_model(3, 2);
    CHECK_FALSE(takes_narrow(in_double));
}
