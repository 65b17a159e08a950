#include "host/probe/nearest.h"

#include "host/core/matrix.h"
#include "kernels/lse/coordinates.h"
#include "kernels/rng/draws.h"
#include "kernels/rng/philox.h"
#include "kernels/spec/lookup.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moerate
{
namespace
{

constexpr double first_damping = 1e-2, least_damping = 1e-13, most_damping = 1e8;
constexpr double still = 1e-6;         ///< decrease of the distance, relative, that is none ...
constexpr double same_function = 1e-9; ///< of |f*|, of a split truth's f
constexpr int most_still = 10;         ///< ... for so many accepted steps
constexpr int still_starts = 2;        ///< along the null space, from each split truth
constexpr std::size_t finalists = 3;   ///< of screened points
constexpr double null_share = 1e-12;   ///< of the largest eigenvalue of J^T J: 0

/// The block of a coordinate and the row (atom) in it.
struct Owner
{
    Block const* block;
    int row;
};

Owner owner_of(Model const& model, int z)
{
    int const at = coordinate_place(model, z).theta;
    for (int b = 0; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        if (at < block.offset + block.rows * block.width)
            return {&block, (at - block.offset) / block.width};
    }
    return {nullptr, 0};
}

/// The step s that minimises |r + J s|^2 + damping |s|^2_D under normal.s = 0, on free coordinates.
std::vector<double> constrained_step(NormalEquations const& at, std::vector<double> const& normal,
                                     std::vector<int> const& free, double damping)
{
    std::size_t const q = free.size();
    auto const p = static_cast<std::size_t>(normal.size());
    double mean = 0;
    for (int const z : free)
        mean += at.gram[z * p + z] / static_cast<double>(q);
    DenseMatrix damped(q, q);
    std::vector<double> g(q), c(q);
    for (std::size_t i = 0; i < q; ++i) {
        for (std::size_t j = 0; j < q; ++j)
            damped(i, j) = at.gram[free[i] * p + free[j]];
        damped(i, i) += damping * std::max(damped(i, i), 1e-3 * mean);
        g[i] = at.gradient[free[i]];
        c[i] = normal[free[i]];
    }
    std::vector<double> const down = solved(damped, g), along = solved(damped, c);
    double const cc = std::inner_product(c.begin(), c.end(), along.begin(), 0.0);
    double const cg = std::inner_product(c.begin(), c.end(), down.begin(), 0.0);
    std::vector<double> step(p);
    for (std::size_t i = 0; i < q; ++i)
        step[free[i]] = (cc > 0 ? cg / cc * along[i] : 0.0) - down[i];
    return step;
}

} // namespace

std::vector<double> split_truth(NoiseFree const& sample, Model const& fitted, int extra)
{
    Device& device = sample.device;
    std::vector<int> allowed(1, extra);
    if (fitted.groups > 0) {
        allowed.resize(static_cast<std::size_t>(sample.truth.model.k));
        std::iota(allowed.begin(), allowed.end(), 0);
    }
    DeviceArray<double> const truth(device, sample.truth.theta), theta(device, fitted.layout.size);
    DeviceArray<int> const atoms(device, allowed);
    device.run(std::vector<StartTask<double>>{
        {fitted, sample.truth.model, truth.data(),
         StreamKey{0, 0, static_cast<std::uint32_t>(extra), 0}, StartSettings{}, atoms.data(),
         static_cast<int>(allowed.size()), theta.data()}});
    return theta.download();
}

NearestSearch::NearestSearch(NoiseFree const& sample, LossLevel const& level,
                             Box::Bounds const& box, NearestSettings const& settings)
    : sample_(sample), level_(level), settings_(settings),
      normal_(sample.device, level.fitted(), sample.n, sample.x.data(), sample.y.data())
{
    int const splits = level.fitted().k > sample.truth.model.k ? sample.truth.model.k : 1;
    std::vector<double> gaps;
    for (int extra = 0; extra < splits; ++extra) {
        origins_.push_back(split_truth(sample, level.fitted(), extra));
        extras_.push_back(extra);
        gaps.push_back(std::sqrt(normal_.mse(origins_.back())));
    }
    double const none = same_function * sample.size;
    for (int extra = splits - 1; settings.exact && extra >= 0; --extra)
        if (gaps[extra] > none && *std::min_element(gaps.begin(), gaps.end()) <= none) {
            origins_.erase(origins_.begin() + extra);
            extras_.erase(extras_.begin() + extra);
        }
    for (std::vector<double> const& origin : origins_) {
        boxes_.push_back(box);
        for (std::size_t z = 0; z < box.lower.size(); ++z) {
            double const value =
                origin[coordinate_place(level.fitted(), static_cast<int>(z)).theta];
            boxes_.back().lower[z] = std::max(box.lower[z], value - settings.radius);
            boxes_.back().upper[z] = std::min(box.upper[z], value + settings.radius);
        }
    }
}

/// A point some way from the origin, in one of four ways: all free coordinates; experts and masses;
/// the atoms of the split one, whose displacements cancel, in turn without their gates; one block.
std::vector<double> NearestSearch::start(Nearest const& from, int number,
                                         std::vector<char> const& free) const
{
    Model const& model = level_.fitted();
    int const row = settings_.in_a_row, turn = number / (row * origins());
    int const kind = (number % row + turn) % 4, first_extra = sample_.truth.model.k;
    int const extra = extras_[from.split];
    StreamKey const key{settings_.seed, 1, static_cast<std::uint32_t>(number), 0};
    Words const words = philox(key, Stream::restart, 0);
    Block const* const only =
        model.layout.block + words.w[0] % static_cast<std::uint32_t>(model.layout.blocks);
    std::vector<double> theta = from.origin;
    int const p = coordinate_count(model);
    for (int z = 0; z < p; ++z) {
        Owner const of = owner_of(model, z);
        double const drawn = normals(philox(key, Stream::restart, 1 + z)).z[0];
        bool const expert = of_expert(of.block->role) || of.block->role == Role::bias;
        bool const split = of.block->rows == model.k && (expert || number / 4 % 2 == 0) &&
                           (of.row == extra || of.row >= first_extra);
        bool const moved = kind == 0 || (kind == 1 && expert) || (kind == 2 && split) ||
                           (kind == 3 && of.block == only);
        if (!moved || (!free.empty() && free[z] == 0))
            continue;
        if (kind == 2 && of.row >= first_extra) { // what the split atom does not do
            int const at = coordinate_place(model, z).theta;
            int const twin = at - (of.row - extra) * of.block->width;
            double const share = 1.0 / (model.k - first_extra);
            move_coordinate(model, z, share * (from.origin[twin] - theta[twin]), theta);
            continue;
        }
        move_coordinate(model, z, drawn, theta);
    }
    return theta;
}

void NearestSearch::descend(double epsilon, Nearest& point, std::vector<char> const& free,
                            int rounds)
{
    Model const& model = level_.fitted();
    Box::Bounds const& box = boxes_[point.split];
    double const enough = settings_.enough * sample_.size;
    double damping = point.damping > 0 ? point.damping : first_damping;
    int idle = 0;
    NormalEquations here = normal_.at(point.theta);
    std::vector<double> normal = level_.gradient(point.theta);
    for (int round = 0; round < rounds && idle < most_still; ++round) {
        point.distance = std::sqrt(here.mse);
        point.damping = damping;
        if (point.distance <= enough || damping > most_damping)
            return;
        std::vector<int> inside;
        for (int z = 0; z < static_cast<int>(normal.size()); ++z)
            if (free.empty() || free[z] != 0)
                inside.push_back(z);
        std::vector<double> const step = constrained_step(here, normal, inside, damping);
        std::vector<double> trial = point.theta;
        for (std::size_t z = 0; z < step.size(); ++z) {
            int const at = coordinate_place(model, static_cast<int>(z)).theta;
            double const moved =
                std::min(std::max(trial[at] + step[z], box.lower[z]), box.upper[z]);
            move_coordinate(model, static_cast<int>(z), moved - trial[at], trial);
        }
        bool const finite = all_finite(trial);
        auto const onto = finite ? level_.onto(epsilon, point.origin, trial, box) : std::nullopt;
        double const mse = onto ? normal_.mse(*onto) : here.mse;
        if (!(mse < here.mse)) {
            damping *= 4;
            continue;
        }
        idle = mse > (1 - still) * here.mse ? idle + 1 : 0;
        damping = std::max(damping / 5, least_damping);
        point.theta = *onto;
        here = normal_.at(point.theta);
        normal = level_.gradient(point.theta);
    }
    point.distance = std::sqrt(here.mse);
    point.damping = damping;
}

/// Points away from each origin in the null space of J^T J there, J = df/dz on the free
/// coordinates: a random vector of it each. Descents from elsewhere seldom find a direction beside
/// which f has kinks and jumps.
std::vector<Nearest> NearestSearch::along_still(std::vector<char> const& free)
{
    Model const& model = level_.fitted();
    std::vector<int> moving;
    for (int z = 0; z < coordinate_count(model); ++z)
        if (free.empty() || free[z] != 0)
            moving.push_back(z);
    std::size_t const q = moving.size(), p = coordinate_count(model);
    std::vector<Nearest> points;
    for (int split = 0; split < origins(); ++split) {
        NormalEquations const here = normal_.at(origins_[split]);
        DenseMatrix gram(q, q);
        for (std::size_t i = 0; i < q; ++i)
            for (std::size_t j = 0; j < q; ++j)
                gram(i, j) = here.gram[moving[i] * p + moving[j]];
        Spectrum const spectrum = spectrum_of(gram, Wanted::vectors);
        for (int number = 0; number < still_starts; ++number) {
            Nearest point{origins_[split], origins_[split], 0, split};
            StreamKey const key{settings_.seed, 2, static_cast<std::uint32_t>(number), 0};
            for (std::size_t v = 0;
                 v < q && spectrum.values[v] <= null_share * spectrum.values.back(); ++v) {
                double const drawn =
                    normals(philox(key, Stream::restart, static_cast<std::uint32_t>(v))).z[0];
                for (std::size_t i = 0; i < q; ++i)
                    move_coordinate(model, moving[i], drawn * spectrum.vectors(i, v), point.theta);
            }
            if (point.theta != point.origin)
                points.push_back(point);
        }
    }
    return points;
}

bool NearestSearch::follow(double epsilon, Nearest& point, std::vector<char> const& free)
{
    auto const onto = level_.onto(epsilon, point.origin, point.theta, boxes_[point.split]);
    if (!onto)
        return false;
    point.theta = *onto;
    point.damping = 0;
    descend(epsilon, point, free, settings_.screened > 0 ? settings_.screened : settings_.rounds);
    return true;
}

std::optional<Nearest> NearestSearch::at(double epsilon, std::vector<Nearest> const& also,
                                         std::vector<char> const& free, int starts)
{
    std::vector<Nearest> found; // the nearest first
    auto const done = [&] {
        return !found.empty() && found.front().distance <= settings_.enough * sample_.size;
    };
    auto const nearer = [](Nearest const& a, Nearest const& b) { return a.distance < b.distance; };
    auto const from = [&](Nearest point) {
        if (follow(epsilon, point, free))
            found.insert(std::upper_bound(found.begin(), found.end(), point, nearer),
                         std::move(point));
    };
    for (std::size_t s = 0; s < also.size() && !done(); ++s)
        from(also[s]);
    int const count = starts < 0 ? settings_.starts : starts;
    for (int number = 0; number < count && !done(); ++number) {
        int const split = number / settings_.in_a_row % origins();
        Nearest point{{}, origins_[split], 0, split};
        point.theta = start(point, number, free);
        from(std::move(point));
    }
    if (starts < 0 && !done()) {
        std::vector<Nearest> const still = along_still(free);
        for (std::size_t s = 0; s < still.size() && !done(); ++s)
            from(still[s]);
    }
    if (found.empty())
        return {};
    std::size_t const left = settings_.screened > 0 ? std::min(finalists, found.size()) : 0;
    for (std::size_t s = 0; s < left && !done(); ++s)
        descend(epsilon, found[s], free, settings_.rounds - settings_.screened);
    return *std::min_element(found.begin(), found.begin() + std::max<std::size_t>(left, 1), nearer);
}

} // namespace moerate
