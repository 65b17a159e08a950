#include "host/run/truth_facts.h"

#include "host/core/matrix.h"
#include "host/core/text.h"
#include "host/estimate/rank.h"
#include "host/run/reference.h"
#include "kernels/lse/coordinates.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

namespace moerate
{
namespace
{

/// Theta whose forms are symmetric, which changes no function.
Measure with_symmetric_forms(Measure measure)
{
    for (int z = 0; z < coordinate_count(measure.model); ++z) {
        CoordinatePlace const at = coordinate_place(measure.model, z);
        if (at.mirror < 0)
            continue;
        double const mean = (measure.theta[at.theta] + measure.theta[at.mirror]) / 2;
        measure.theta[at.theta] = measure.theta[at.mirror] = mean;
    }
    return measure;
}

/// Distance of two atoms in gate locations and expert parameters.
double atom_distance(Measure const& measure, int a, int b)
{
    double squares = 0;
    Layout const& layout = measure.model.layout;
    for (int i = 0; i < layout.blocks; ++i) {
        Block const& block = layout.block[i];
        if (block.role != Role::location && !of_expert(block.role))
            continue;
        for (int c = 0; c < block.width; ++c)
            squares += std::pow(measure.theta[block.offset + a * block.width + c] -
                                    measure.theta[block.offset + b * block.width + c],
                                2);
    }
    return std::sqrt(squares);
}

double separation(Measure const& measure, int atom)
{
    double nearest = std::numeric_limits<double>::infinity(); // of a truth of one atom
    for (int other = 0; other < measure.model.k; ++other)
        if (other != atom)
            nearest = std::min(nearest, atom_distance(measure, atom, other));
    return nearest;
}

std::vector<AtomFacts> atom_facts(Reference<double> const& truth)
{
    std::vector<double> const h = truth.experts.download(), g = truth.weights.download();
    std::size_t const samples = truth.f.size();
    std::vector<AtomFacts> atoms;
    for (int j = 0; j < truth.measure.model.k; ++j) {
        AtomFacts atom{0, 0, 0, separation(truth.measure, j)};
        for (std::size_t t = j * samples; t < (j + 1) * samples; ++t) {
            atom.response += g[t] * h[t] * g[t] * h[t];
            atom.weight += g[t];
            atom.active += g[t] * h[t] != 0 ? 1 : 0;
        }
        double const count = static_cast<double>(samples);
        atom.response = std::sqrt(atom.response / count);
        atom.weight /= count;
        atom.active /= count;
        atoms.push_back(atom);
    }
    return atoms;
}

/// E[J^T J] [p][p] over the reference's points.
std::vector<double> information(Device& device, Reference<double> const& truth)
{
    Model const& model = truth.measure.model;
    std::size_t const p = coordinate_count(model), samples = truth.f.size();
    int const n = static_cast<int>(samples);
    DeviceArray<double> const coefficients(device, coefficient_rows(model) * samples),
        maps(device, gram_numbers(model)), gram(device, p * p);
    device.run(std::vector<LinearizeTask<double>>{{model, truth.theta.data(), n, truth.x.data(),
                                                   truth.f.data(), coefficients.data(), nullptr,
                                                   nullptr}});
    device.run(std::vector<GramTask<double>>{
        {model, n, truth.x.data(), coefficients.data(), maps.data(), 0, 1}});
    device.run(std::vector<FoldTask>{{model, truth.theta.data(), maps.data(), gram.data()}});
    std::vector<double> mean = gram.download();
    for (double& value : mean)
        value /= n;
    return mean;
}

TruthFacts facts_of(Device& device, Study const& study, Curve const& curve, int n)
{
    Measure const measure = with_symmetric_forms(true_measure(study, curve, n));
    Reference<double> const truth(device, measure, truth_key(study, curve), truth_samples);
    TruthFacts facts;
    facts.number = truth_number(curve);
    facts.atoms = atom_facts(truth);
    facts.parameters = measure.model.layout.size;
    std::vector<double> const gram = information(device, truth);
    std::size_t const p = coordinate_count(measure.model);
    facts.rank = rank_of(gram, p).rank;
    facts.smallest_eigenvalue = std::numeric_limits<double>::quiet_NaN();
    if (facts.rank > 0) {
        DenseMatrix dense(p, p);
        dense.values = gram;
        facts.smallest_eigenvalue = spectrum_of(dense, Wanted::values).values[p - facts.rank];
    }
    return facts;
}

} // namespace

std::vector<TruthFacts> truth_facts(Device& device, Study const& study)
{
    std::vector<TruthFacts> all;
    std::map<TruthId, std::size_t> known;
    for (Curve const& curve : study.curves) {
        if (curve.truth.model.layout.size > most_fact_parameters)
            continue;
        bool const moves = curve.truth.path.has_value();
        for (int const n : moves ? std::vector<int>{study.n.front(), study.n.back()}
                                 : std::vector<int>{study.n.back()})
        {
            auto const [at, fresh] =
                known.try_emplace(truth_id(moved_truth_key(study, curve, n)), all.size());
            if (fresh)
                all.push_back(facts_of(device, study, curve, n));
            all[at->second].labels.push_back(moves ? fmt::format("{}, n = {}", curve.label, n)
                                                   : curve.label);
        }
    }
    return all;
}

std::string facts_text(std::vector<TruthFacts> const& truths)
{
    std::string text;
    for (TruthFacts const& truth : truths) {
        std::string of;
        if (truths.size() > 1)
            for (std::string const& label : truth.labels)
                of += fmt::format("{}\"{}\"", of.empty() ? " of " : ", ", printable(label));
        text += fmt::format("\ntruth{}: rank of E[J^T J] {} of {} parameters, its smallest "
                            "eigenvalue but 0 {:.2g}\n",
                            of, truth.rank, truth.parameters, truth.smallest_eigenvalue);
        std::vector<std::vector<std::string>> lines{
            {"atom", "|g h|", "mean g", "active", "separation"}};
        for (std::size_t j = 0; j < truth.atoms.size(); ++j) {
            AtomFacts const& atom = truth.atoms[j];
            lines.push_back({std::to_string(j + 1), fmt::format("{:.3g}", atom.response),
                             fmt::format("{:.3g}", atom.weight),
                             fmt::format("{:.0f} %", 100 * atom.active),
                             fmt::format("{:.3g}", atom.separation)});
        }
        text += aligned(lines);
    }
    return text;
}

nlohmann::ordered_json facts_json(std::vector<TruthFacts> const& truths)
{
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (TruthFacts const& truth : truths) {
        nlohmann::ordered_json atoms = nlohmann::ordered_json::array();
        for (AtomFacts const& atom : truth.atoms)
            atoms.push_back({{"response", atom.response},
                             {"weight", atom.weight},
                             {"active", atom.active},
                             {"separation", atom.separation}});
        list.push_back({{"number", truth.number},
                        {"labels", truth.labels},
                        {"atoms", atoms},
                        {"rank", truth.rank},
                        {"parameters", truth.parameters},
                        {"smallest_eigenvalue", truth.smallest_eigenvalue}});
    }
    return list;
}

} // namespace moerate
