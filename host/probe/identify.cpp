#include "host/probe/identify.h"

#include "host/measure/families.h"
#include "kernels/family/loss_fits.h"
#include "kernels/lse/coordinates.h"

#include <numeric>

namespace moerate
{
namespace
{

/// How far a parameter may move near the truth: atoms keep masses and places, so that what is found
/// is no atom far away that hardly weighs anything.
constexpr double near_radius = 0.75;

/// Points that no search has seen, and the largest |f - f*| there, by |f*|, of equal functions.
constexpr int fresh_samples = 10000;
constexpr double exact_everywhere = 1e-9;

/// Values that coefficients of relations may be.
std::vector<std::pair<std::string, double>> known_values(Measure const& measure)
{
    std::vector<std::pair<std::string, double>> known;
    for (int z = 0; z < coordinate_count(measure.model); ++z) {
        double const value = measure.theta[coordinate_place(measure.model, z).theta];
        if (value != 0)
            known.emplace_back(coordinate_name(measure.model, z, true), value);
    }
    return known;
}

} // namespace

Identification identify(Device& device, IdentifyQuestion const& question,
                        IdentifySettings const& settings)
{
    Measure const& truth = question.truth;
    NoiseFree const sample(device, truth, {settings.seed, 0, 0, 0}, settings.samples, true);
    NoiseFree const fresh(device, truth, {settings.seed, 1, 0, 0}, fresh_samples);
    std::vector<double> x = sample.x.download();
    x.resize(static_cast<std::size_t>(settings.samples) * truth.model.d); // without edges
    Identification found{question, {}, {}, 0, 0, {}};
    FunctionFamily const first = first_derivatives(device, truth, x);
    found.first = dependence_of(first, known_values(truth));
    found.first_dropped = first.dropped;
    bool const competes = traits_of(truth.model.gate).mass == Mass::exponential;
    std::vector<int> all(static_cast<std::size_t>(truth.model.k));
    std::iota(all.begin(), all.end(), 0);
    Measure const at = competes || keys_of(truth.model.gate).tau ? truth : without_gate(truth, all);
    FunctionFamily const second = second_derivatives(device, at, x);
    found.second = dependence_of(second, known_values(at));
    found.second_dropped = second.dropped;
    bool const over = question.over.k > truth.model.k;
    auto const look = [&](Model const& model, Gauge gauge, bool near) {
        LossLevel const level(device, model, truth, {question.loss, question.r, gauge});
        Box::Bounds const box = Box().bounds(model);
        std::vector<Flat> flats;
        if (near) {
            NearestSearch search(
                sample, level, box,
                {settings.starts, 200, exact_distance, settings.seed, near_radius});
            flats = flat_directions(search, settings.epsilon);
        } else {
            flats = distant_twins(sample, level, box, settings.blind, twin_loss, settings.seed);
        }
        for (Flat& flat : flats) {
            flat.difference = largest_difference(fresh, flat.measure);
            if (flat.difference <= exact_everywhere * sample.size)
                found.found.push_back({model.k, gauge, near, std::move(flat)});
        }
    };
    if (competes)
        look(truth.model, Gauge::none, true);
    look(truth.model, Gauge::align, true);
    if (over)
        look(question.over, Gauge::align, true);
    look(truth.model, Gauge::align, false);
    if (over)
        look(question.over, Gauge::align, false);
    return found;
}

} // namespace moerate
