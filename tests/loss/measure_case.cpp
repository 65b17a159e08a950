#include "tests/loss/measure_case.h"

namespace moerate
{

Measure measure_of(std::string_view normalizer, std::vector<Atom> const& atoms, double temperature)
{
    GateSpec gate;
    gate.score = find<Scores>("linear");
    gate.normalizer = find<Normalizers>(normalizer);
    ExpertSpec expert;
    expert.form = find<Experts>("ridge");
    int const d = static_cast<int>(atoms.front().w.size());
    int const k = static_cast<int>(atoms.size());
    Measure measure{make_model(gate, expert, d, k, nullptr, 0, temperature), {}};
    for (Atom const& atom : atoms)
        measure.theta.insert(measure.theta.end(), atom.w.begin(), atom.w.end());
    for (Atom const& atom : atoms)
        measure.theta.push_back(atom.b);
    for (Atom const& atom : atoms)
        measure.theta.insert(measure.theta.end(), atom.a.begin(), atom.a.end());
    for (Atom const& atom : atoms)
        measure.theta.push_back(atom.b_expert);
    return measure;
}

std::vector<Atom> drawn_atoms(std::mt19937_64& random, int d, int k, double sd,
                              std::vector<Atom> const& around)
{
    std::normal_distribution<double> normal(0.0, sd);
    std::vector<Atom> atoms;
    for (int i = 0; i < k; ++i) {
        std::vector<double> const zero(static_cast<std::size_t>(d));
        Atom atom = around.empty() ? Atom{zero, 0, zero, 0}
                                   : around[static_cast<std::size_t>(i) % around.size()];
        for (double& w : atom.w)
            w += normal(random);
        atom.b += normal(random);
        for (double& a : atom.a)
            a += normal(random);
        atom.b_expert += normal(random);
        atoms.push_back(atom);
    }
    return atoms;
}

GateSpec gate_of(std::string_view score, std::string_view normalizer, bool learned)
{
    GateSpec gate;
    gate.score = find<Scores>(score);
    gate.normalizer = find<Normalizers>(normalizer);
    gate.learned_temperature = learned ? 1 : 0;
    gate.rank = 1; // attention
    gate.top = 1;  // topk; a loss does not read it
    REQUIRE(gate.score >= 0);
    REQUIRE(gate.normalizer >= 0);
    return gate;
}

ExpertSpec expert_of(std::string_view form)
{
    ExpertSpec expert;
    expert.form = find<Experts>(form);
    REQUIRE(expert.form >= 0);
    return expert;
}

Measure measure_with(Model const& model, std::vector<double> theta)
{
    REQUIRE(static_cast<int>(theta.size()) == model.layout.size);
    return {model, std::move(theta)};
}

Model grouped_model(std::vector<int> const& group_of, int groups, int d, double temperature)
{
    return make_model(gate_of("linear", "hierarchical"), expert_of("ridge"), d,
                      static_cast<int>(group_of.size()), group_of.data(), groups, temperature);
}

Measure drawn_around(std::mt19937_64& random, Model const& model, double sd,
                     std::vector<double> const& around)
{
    std::normal_distribution<double> normal(0.0, sd);
    Measure measure{model, around};
    measure.theta.resize(static_cast<std::size_t>(model.layout.size));
    for (double& parameter : measure.theta)
        parameter += normal(random);
    int const place = temperature_place(model.layout);
    if (place >= 0 && around.empty())
        measure.theta[static_cast<std::size_t>(place)] = 1 + 0.1 * normal(random);
    return measure;
}

template <class Real>
Measured measure_loss(Measure const& fitted, Measure const& truth, std::string_view name,
                      Gauge gauge, double r, int lanes, Against against)
{
    std::vector<Real> theta;
    for (double const parameter : fitted.theta)
        theta.push_back(static_cast<Real>(parameter));
    Measured out{{}, std::vector<int>(static_cast<std::size_t>(fitted.model.k), -1)};
    LossChoice const choice{find<Losses>(name), r, gauge, against};
    REQUIRE(choice.loss >= 0);
    LossTask<Real> const task{fitted.model, truth.model, theta.data(),   truth.theta.data(),
                              choice,       &out.record, out.cell.data()};
    Backend{{}, lanes}.run(task);
    return out;
}

template Measured measure_loss<float>(Measure const&, Measure const&, std::string_view, Gauge,
                                      double, int, Against);
template Measured measure_loss<double>(Measure const&, Measure const&, std::string_view, Gauge,
                                       double, int, Against);

} // namespace moerate
