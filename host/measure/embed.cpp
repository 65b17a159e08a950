#include "host/measure/embed.h"

#include "host/measure/families.h"
#include "host/measure/inclusion.h"
#include "kernels/family/activations.h"
#include "kernels/model/layout.h"
#include "kernels/spec/lookup.h"
#include "kernels/start/start_one.h"

#include <algorithm>
#include <string_view>

namespace moerate
{
namespace
{

/// A block of parameters with its numbers; empty where the model has none.
template <class Number>
struct Rows
{
    Block const* block = nullptr;
    Number* theta = nullptr;

    explicit operator bool() const { return block != nullptr; }
    Number* operator[](int row) const { return theta + block->offset + row * block->width; }
};

template <class Number>
Rows<Number> rows_of(Model const& model, Number* theta, char part, char const* name)
{
    return {find_block(model.layout, parameter_id(part, name)), theta};
}

/// The fitted families for the truth's atoms.
Model fitted_model(Model const& fitted, Model const& truth)
{
    GateSpec gate = fitted.gate;
    gate.top = std::min(gate.top, truth.k);
    std::vector<int> const group_of(truth.group_of, truth.group_of + Model::max_grouped);
    return make_model(gate, fitted.expert, truth.d, truth.k, group_of.data(), truth.groups,
                      truth.temperature);
}

/// Copies the parameters that both have; T of a truth that has it fixed.
void copy_common(Measure const& truth, Measure& to)
{
    for (int b = 0; b < to.model.layout.blocks; ++b) {
        Block const& block = to.model.layout.block[b];
        Block const* const from = find_block(truth.model.layout, block.id);
        double* const into = to.theta.data() + block.offset;
        if (from != nullptr)
            std::copy_n(truth.theta.data() + from->offset, block.rows * block.width, into);
        else if (block.role == Role::temperature)
            *into = truth.model.temperature;
    }
}

/// Scores that one another's parameters give: -|x - w|^2 + b and 2 w.x + b - |w|^2 - |x|^2, of
/// which the last is common to all atoms or -x^T I x; and (w.x)^2 = x^T (w w^T) x.
void embed_score(Measure const& truth, Measure& to)
{
    std::string_view const from = class_of(truth.model.gate);
    std::string_view const into = class_of(to.model.gate);
    auto const w_true = rows_of(truth.model, truth.theta.data(), 'g', "w");
    auto const w = rows_of(to.model, to.theta.data(), 'g', "w");
    auto const b = rows_of(to.model, to.theta.data(), 'g', "b");
    auto const A = rows_of(to.model, to.theta.data(), 'g', "A");
    bool const bowl = from == "euclidean", into_bowl = into == "euclidean";
    bool const squares = from == "square" && A;
    if (!w_true || (!squares && bowl == into_bowl))
        return;
    int const d = truth.model.d;
    for (int i = 0; i < truth.model.k; ++i) {
        double square = 0;
        for (int f = 0; f < d; ++f)
            square += w_true[i][f] * w_true[i][f];
        for (int f = 0; A && f < d; ++f)
            for (int g = 0; g < d; ++g)
                A[i][f * d + g] = squares ? w_true[i][f] * w_true[i][g] : f == g ? -1.0 : 0.0;
        double const factor = squares ? 0 : bowl ? 2 : 0.5;
        for (int f = 0; w && f < d; ++f)
            w[i][f] = factor * w_true[i][f];
        if (!squares)
            *b[i] += bowl ? -square : square / 4;
    }
}

/// Experts whose forms differ: lambda is 1, or goes into the parameters of a linear expert; a
/// constant is phi(1) of a ridge without direction times lambda.
void embed_experts(Measure const& truth, Measure& to)
{
    auto const lambda_true = rows_of(truth.model, truth.theta.data(), 'e', "lambda");
    auto const b_true = rows_of(truth.model, truth.theta.data(), 'e', "b");
    auto const lambda = rows_of(to.model, to.theta.data(), 'e', "lambda");
    auto const a = rows_of(to.model, to.theta.data(), 'e', "a");
    auto const b = rows_of(to.model, to.theta.data(), 'e', "b");
    bool const constant = name_of<Experts>(truth.model.expert.form) == "constant";
    if (static_cast<bool>(lambda) == static_cast<bool>(lambda_true))
        return;
    double unit = 1;
    visit(Activations{}, to.model.expert.activation,
          [&](auto phi) { unit = phi.eval(1.0, to.model.expert.power).value; });
    for (int i = 0; i < truth.model.k; ++i) {
        if (lambda) {
            *lambda[i] = constant ? *b_true[i] / unit : 1.0;
            *b[i] = constant ? 1.0 : *b[i];
        } else {
            for (int f = 0; a && f < a.block->width; ++f)
                a[i][f] *= *lambda_true[i];
            *b[i] *= *lambda_true[i];
        }
    }
}

} // namespace

Measure embedded(Measure const& truth, Model const& fitted)
{
    Model const model = fitted_model(fitted, truth.model);
    Measure to{model, std::vector<double>(static_cast<std::size_t>(model.layout.size))};
    copy_common(truth, to);
    embed_score(truth, to);
    embed_experts(truth, to);
    return to;
}

bool embedded_by_name(Model const& truth, Model const& fitted)
{
    if (!class_holds(fitted, truth))
        return false;
    Measure any{truth, std::vector<double>(static_cast<std::size_t>(truth.layout.size))};
    for (std::size_t i = 0; i < any.theta.size(); ++i) // none 0 or 1, of which other forms are
        any.theta[i] = 2.0 + 0.25 * static_cast<double>(i);
    if (int const T = temperature_place(truth.layout); T >= 0)
        any.theta[static_cast<std::size_t>(T)] = truth.temperature;
    Measure const made = embedded(any, fitted);
    bool const any_constant = name_of<Experts>(truth.expert.form) == "constant" &&
                              is_identity(fitted.expert.activation, fitted.expert.power);
    bool same = true;
    for (int b = 0; b < made.model.layout.blocks; ++b) {
        Block const& block = made.model.layout.block[b];
        Block const* const from = find_block(truth.layout, block.id);
        if (any_constant && of_expert(block.role))
            continue;
        for (int i = 0; i < block.rows * block.width; ++i)
            same = same &&
                   made.theta[block.offset + i] ==
                       (from != nullptr ? any.theta[from->offset + i] : start_default(block.role));
    }
    return same;
}

int embedding_revision(Model const& truth, Model const& fitted)
{
    bool const changed = name_of<Scores>(truth.gate.score) == "ridge" &&
                         class_of(truth.gate) == "linear" && class_of(fitted.gate) == "quadratic";
    return changed ? 2 : 1;
}

} // namespace moerate
