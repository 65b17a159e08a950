#include "tests/fit/problem.h"

#include "tests/fit/plain_maps.h"

#include <algorithm>
#include <numeric>

namespace moerate
{
namespace
{

/// exp(s_i) / sum over the atoms for which in(j) holds; 0 for others.
template <class In>
std::vector<double> softmax(std::vector<double> const& s, In const& in)
{
    std::vector<double> weights(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        double others = 0;
        for (std::size_t j = 0; j < s.size(); ++j)
            others += in(j) ? std::exp(s[j] - s[i]) : 0;
        weights[i] = in(i) ? 1 / others : 0;
    }
    return weights;
}

/// Softmax over the K largest scores; lowers `margin` to their distance from the rest.
std::vector<double> plain_topk(std::vector<double> const& s, int top, double& margin)
{
    std::vector<std::size_t> order(s.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return s[a] > s[b]; });
    auto const behind = order.begin() + std::min(static_cast<std::ptrdiff_t>(top),
                                                 static_cast<std::ptrdiff_t>(s.size()));
    if (behind != order.end())
        margin = std::fmin(margin, s[*(behind - 1)] - s[*behind]);
    return softmax(s, [&](std::size_t j) { return std::find(order.begin(), behind, j) != behind; });
}

/// Softmax over groups times softmax inside of the group.
std::vector<double> plain_hierarchical(Named const& named, std::vector<double> const& s,
                                       double const* x)
{
    Model const& model = named.model;
    std::vector<double> group_scores;
    for (int u = 0; u < model.groups; ++u)
        group_scores.push_back((dot(named.row('p', "w", u), x, model.d) + *named.row('p', "b", u)) /
                               model.temperature);
    std::vector<double> const of_group = softmax(group_scores, [](std::size_t) { return true; });
    std::vector<double> weights(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        int const u = model.group_of[i];
        auto const inside = [&](std::size_t j) { return model.group_of[j] == u; };
        weights[i] = of_group[static_cast<std::size_t>(u)] * softmax(s, inside)[i];
    }
    return weights;
}

std::vector<double> plain_weights(Named const& named, std::vector<double> const& s, double const* x,
                                  double& margin)
{
    std::string_view const name = name_of<Normalizers>(named.model.gate.normalizer);
    if (name == "topk")
        return plain_topk(s, named.model.gate.top, margin);
    if (name == "hierarchical")
        return plain_hierarchical(named, s, x);
    if (name == "softmax")
        return softmax(s, [](std::size_t) { return true; });
    std::vector<double> weights;
    for (double const score : s)
        weights.push_back(1 / (1 + std::exp(-score)));
    return weights;
}

} // namespace

PlainSample plain_sample(Model const& model, std::vector<double> const& theta, double const* x,
                         Plain plain)
{
    Named const named{model, theta};
    PlainSample out{{}, {}, {}, 0, INFINITY};
    double const temperature =
        model.gate.learned_temperature != 0 ? *named.row('t', "T", 0) : model.temperature;
    for (int i = 0; i < model.k; ++i) {
        out.scores.push_back(plain_score(named, x, i, plain, out.margin) / temperature);
        out.responses.push_back(plain_response(named, x, i, plain, out.margin));
    }
    out.weights = plain_weights(named, out.scores, x, out.margin);
    for (std::size_t i = 0; i < out.weights.size(); ++i)
        out.f += out.weights[i] * out.responses[i];
    return out;
}

double plain_mse(Problem<double> const& problem)
{
    double sum = 0;
    for (std::size_t t = 0; t < problem.y.size(); ++t) {
        double const* const x = problem.x.data() + t * static_cast<std::size_t>(problem.model.d);
        sum += std::pow(plain_sample(problem.model, problem.theta, x).f - problem.y[t], 2);
    }
    return sum / static_cast<double>(problem.y.size());
}

bool smooth(Problem<double> const& problem, double margin)
{
    bool dead = true;
    for (std::size_t t = 0; t < problem.y.size(); ++t) {
        double const* const x = problem.x.data() + t * static_cast<std::size_t>(problem.model.d);
        PlainSample const at = plain_sample(problem.model, problem.theta, x);
        if (at.margin <= margin)
            return false;
        dead = dead && at.f == 0;
    }
    return !dead;
}

std::vector<double> plain_gradient(Problem<double> const& problem,
                                   std::vector<unsigned> const& rows)
{
    auto const d = static_cast<std::size_t>(problem.model.d);
    auto const k = static_cast<std::size_t>(problem.model.k);
    bool const competing = name_of<Normalizers>(problem.model.gate.normalizer) == "softmax";
    bool const relu = name_of<Activations>(problem.model.expert.activation) == "relu";
    std::vector<double> gradient(2 * k * (d + 1));
    for (unsigned const row : rows) {
        double const* const x = problem.x.data() + row * d;
        PlainSample const at = plain_sample(problem.model, problem.theta, x);
        double const by_f = 2 * (at.f - problem.y[row]) / static_cast<double>(rows.size());
        for (std::size_t j = 0; j < k; ++j) {
            double by_score = 0; // sum_i h_i dg_i/ds_j
            for (std::size_t i = 0; i < k; ++i) {
                double const own = i == j ? at.weights[i] : 0;
                double const both = at.weights[i] * at.weights[j];
                by_score += at.responses[i] * (competing || i == j ? own - both : 0);
            }
            double const by_z = relu && at.responses[j] <= 0 ? 0 : at.weights[j];
            for (std::size_t f = 0; f < d; ++f) {
                gradient[j * d + f] += by_f * by_score * x[f];
                gradient[k * (d + 1) + j * d + f] += by_f * by_z * x[f];
            }
            gradient[k * d + j] += by_f * by_score;
            gradient[k * (d + 1) + k * d + j] += by_f * by_z;
        }
    }
    return gradient;
}

std::vector<unsigned> all_rows(int n)
{
    std::vector<unsigned> rows(static_cast<std::size_t>(n));
    std::iota(rows.begin(), rows.end(), 0u);
    return rows;
}

} // namespace moerate
