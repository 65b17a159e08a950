#include "tests/fit/problem.h"

#include <numeric>

namespace moerate
{

PlainSample plain_sample(Model const& model, std::vector<double> const& theta, double const* x)
{
    auto const d = static_cast<std::size_t>(model.d);
    auto const k = static_cast<std::size_t>(model.k);
    double const* const w = theta.data();
    double const* const b = w + k * d;
    double const* const a = b + k;
    double const* const expert_b = a + k * d;
    bool const softmax = name_of<Normalizers>(model.gate.normalizer) == "softmax";
    bool const relu = name_of<Activations>(model.expert.activation) == "relu";
    PlainSample out{std::vector<double>(k), std::vector<double>(k), std::vector<double>(k), 0};
    std::vector<double> score(k);
    for (std::size_t j = 0; j < k; ++j) {
        double z = expert_b[j];
        score[j] = b[j];
        for (std::size_t f = 0; f < d; ++f) {
            score[j] += w[j * d + f] * x[f];
            z += a[j * d + f] * x[f];
        }
        bool const dead = relu && z <= 0;
        out.responses[j] = dead ? 0 : z;
        out.slopes[j] = dead ? 0 : 1;
    }
    for (std::size_t j = 0; j < k; ++j) {
        double others = softmax ? 0 : 1 + std::exp(-score[j]);
        for (std::size_t l = 0; softmax && l < k; ++l)
            others += std::exp(score[l] - score[j]);
        out.weights[j] = 1 / others;
        out.f += out.weights[j] * out.responses[j];
    }
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

std::vector<double> plain_gradient(Problem<double> const& problem,
                                   std::vector<unsigned> const& rows)
{
    auto const d = static_cast<std::size_t>(problem.model.d);
    auto const k = static_cast<std::size_t>(problem.model.k);
    bool const softmax = name_of<Normalizers>(problem.model.gate.normalizer) == "softmax";
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
                by_score += at.responses[i] * (softmax || i == j ? own - both : 0);
            }
            double const by_z = at.weights[j] * at.slopes[j];
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
