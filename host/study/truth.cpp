#include "host/study/truth.h"

#include "host/core/error.h"
#include "host/core/json.h"
#include "host/study/identity.h"
#include "kernels/start/start_one.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace moerate
{
namespace
{

/// Whether the draw sets this parameter of atom `row` (0-based) to 0.
bool zeroed(TruthDraw const& draw, Role role, int row)
{
    bool const gate = role == Role::location || (role == Role::bias && draw.zero_bias);
    auto const& atoms = draw.zero_gate;
    return gate && std::find(atoms.begin(), atoms.end(), row + 1) != atoms.end();
}

/// The truth's parameters, or those that its path begins with.
std::vector<double> drawn_parameters(Study const& study, Curve const& curve)
{
    TruthDraw const& draw = *curve.truth.draw;
    Model const& model = curve.truth.model;
    StreamKey const key = truth_key(study, curve);
    std::vector<double> theta(model.layout.size);
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        double const sd =
            std::sqrt(of_expert(block.role) ? draw.expert_variance : draw.gate_variance);
        for (int row = 0; row < block.rows; ++row) {
            for (int at = 0; at < block.width; ++at) {
                double& value = theta[block.offset + row * block.width + at];
                Normals const noise =
                    normals(philox(key, Stream::truth, start_noise_index(block.id, row, at / 4)));
                if (block.role == Role::temperature)
                    value = model.temperature;
                else
                    value = zeroed(draw, block.role, row) ? 0.0 : sd * noise.z[at % 4];
            }
        }
    }
    return theta;
}

} // namespace

int truth_number(Curve const& curve)
{
    return curve.truth.draw ? curve.truth.draw->number : 1;
}

double on_path(TruthPath const& path, int n, std::size_t i, double base)
{
    double const along = path.scale * std::pow(n, path.exponent);
    return (1 - along) * base + along * path.to[i]; // along = 1 is `to` to the bit
}

std::vector<double> true_parameters(Study const& study, Curve const& curve, int n)
{
    std::vector<double> theta =
        curve.truth.draw ? drawn_parameters(study, curve) : curve.truth.theta;
    if (!curve.truth.path)
        return theta;
    for (std::size_t i = 0; i < theta.size(); ++i)
        theta[i] = on_path(*curve.truth.path, n, i, theta[i]);
    return theta;
}

Measure true_measure(Study const& study, Curve const& curve, int n)
{
    return {curve.truth.model, true_parameters(study, curve, n)};
}

std::vector<std::string> files_of(TruthSpec const& truth)
{
    std::vector<std::string> files;
    if (!truth.file.empty())
        files.push_back(truth.file);
    if (truth.path && !truth.path->file.empty())
        files.push_back(truth.path->file);
    return files;
}

void repeat_over_truths(Study& study, std::string const& place)
{
    std::vector<Curve> const first = study.curves;
    for (Curve const& curve : first)
        if (study.truths > 1 && !curve.truth.draw)
            throw UsageError(fmt::format(
                "{}: study.truths = {} (the truth of \"{}\" is given, and only drawn ones can be "
                "repeated) use truth.draw, or truths = 1",
                place, study.truths, curve.label));
    for (int number = 2; number <= study.truths; ++number)
        for (Curve curve : first) {
            curve.truth.draw->number = number;
            if (!curve.streams.empty()) { // those of the study's truth of the same number
                auto shared = read_compact(curve.streams);
                (shared.contains("draw") ? shared["draw"] : shared)["number"] = number;
                curve.streams = compact_json(shared);
            }
            curve.label = fmt::format("{} [truth {}]", curve.all_truths, number);
            study.curves.push_back(std::move(curve));
        }
}

} // namespace moerate
