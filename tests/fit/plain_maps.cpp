#include "tests/fit/plain_maps.h"

#include "tests/support/own_maps.h"

namespace moerate
{
namespace
{

/// Vector over length plus tau, 0 at 0.
std::vector<double> shortened(double const* v, int d, double tau)
{
    double const length = std::sqrt(dot(v, v, d));
    std::vector<double> out(v, v + d);
    for (double& component : out)
        component = length > 0 ? component / (length + tau) : 0;
    return out;
}

/// An activation written out.
struct WrittenActivation
{
    std::string_view name;
    double (*value)(double t, int power);
};
constexpr WrittenActivation written_activations[] = {
    {"identity", [](double t, int) { return t; }},
    {"relu", [](double t, int) { return std::fmax(t, 0); }},
    {"gelu", [](double t, int) { return t * std::erfc(-t / std::sqrt(2.0)) / 2; }},
    {"silu", [](double t, int) { return t / (1 + std::exp(-t)); }},
    {"tanh", [](double t, int) { return std::tanh(t); }},
    {"sigmoid", [](double t, int) { return 1 / (1 + std::exp(-t)); }},
    {"power", [](double t, int power) { return std::pow(t, power); }},
};

/// phi(t); lowers `margin` to the distance from a kink.
double plain_activation(int activation, int power, double t, Plain plain, double& margin)
{
    if (has_kink(activation, power))
        margin = std::fmin(margin, std::fabs(t));
    for (WrittenActivation const& written : written_activations)
        if (plain == Plain::written && written.name == name_of<Activations>(activation))
            return written.value(t, power);
    return own_activation(activation, power, t).value;
}

double form_value(double const* a, double const* x, int d)
{
    double sum = 0;
    for (int p = 0; p < d; ++p)
        sum += x[p] * dot(a + p * d, x, d);
    return sum;
}

double linear(Named const& named, double const* x, int i)
{
    return dot(named.row('g', "w", i), x, named.model.d);
}

double monomial(Named const& named, double const* x, int i)
{
    return form_value(named.row('g', "A", i), x, named.model.d);
}

double quadratic(Named const& named, double const* x, int i)
{
    return monomial(named, x, i) + linear(named, x, i);
}

double cosine(Named const& named, double const* x, int i)
{
    int const d = named.model.d;
    GateSpec const& gate = named.model.gate;
    return dot(shortened(named.row('g', "w", i), d, gate.tau1).data(),
               shortened(x, d, gate.tau2).data(), d);
}

double euclidean(Named const& named, double const* x, int i)
{
    int const d = named.model.d;
    double const* const w = named.row('g', "w", i);
    return -(dot(x, x, d) - 2 * dot(w, x, d) + dot(w, w, d));
}

double attention(Named const& named, double const* x, int i)
{
    int const d = named.model.d;
    double sum = 0;
    for (int r = 0; r < named.model.gate.rank; ++r) {
        double const query = dot(named.row('g', "Q", 0) + r * d, x, d) + named.row('g', "q", 0)[r];
        double const key =
            dot(named.row('g', "K", i) + r * d, x, d) + named.row('g', "kappa", i)[r];
        sum += query * key;
    }
    return sum;
}

double ridge(Named const& named, double const* x, int i)
{
    return dot(named.row('e', "a", i), x, named.model.d);
}

double normalized(Named const& named, double const* x, int i)
{
    return ridge(named, shortened(x, named.model.d, 0).data(), i);
}

/// What stands before the bias b of a score or an expert form, written out.
struct WrittenMap
{
    std::string_view name;
    double (*along)(Named const& named, double const* x, int i);
};
constexpr WrittenMap written_scores[] = {
    {"linear", linear}, {"quadratic", quadratic}, {"monomial", monomial},  {"cosine", cosine},
    {"ridge", linear},  {"attention", attention}, {"euclidean", euclidean}};
constexpr WrittenMap written_experts[] = {
    {"ridge", ridge},
    {"ffn", ridge},
    {"normalized", normalized},
    {"constant", [](Named const&, double const*, int) { return 0.0; }}};

/// The written map of this name where it is wanted and there is one, else the member's own.
template <std::size_t size, class Own>
AtomMap plain_map(WrittenMap const (&written)[size], std::string_view name, char part,
                  Named const& named, double const* x, int i, Plain plain, Own const& own)
{
    for (WrittenMap const& map : written)
        if (plain == Plain::written && map.name == name)
            return {map.along(named, x, i), named.has(part, "b") ? *named.row(part, "b", i) : 0};
    return own(named.model, named.theta, x, i);
}

} // namespace

double plain_score(Named const& named, double const* x, int i, Plain plain, double& margin)
{
    GateSpec const& gate = named.model.gate;
    auto const [along, offset] =
        plain_map(written_scores, name_of<Scores>(gate.score), 'g', named, x, i, plain, own_score);
    if (!score_has_activation(gate.score))
        return along + offset;
    return plain_activation(gate.activation, gate.power, along, plain, margin) + offset;
}

double plain_response(Named const& named, double const* x, int i, Plain plain, double& margin)
{
    ExpertSpec const& expert = named.model.expert;
    auto const [along, offset] = plain_map(written_experts, name_of<Experts>(expert.form), 'e',
                                           named, x, i, plain, own_expert);
    double value = along + offset;
    if (expert_has_activation(expert.form))
        value = plain_activation(expert.activation, expert.power, value, plain, margin);
    return named.has('e', "lambda") ? *named.row('e', "lambda", i) * value : value;
}

} // namespace moerate
