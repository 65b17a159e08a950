#include "host/estimate/kinks.h"

#include "kernels/family/activations.h"
#include "kernels/lse/coordinates.h"
#include "kernels/lse/dense_maps.h"
#include "kernels/model/features.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

namespace moerate
{
namespace
{

/// Samples of an atom that are looked at: so many for each of its numbers, and more.
constexpr int kinks_a_number = 2, more_kinks = 8;

/// Where a fit is on a kink: z in units of |(a, b)| |(phi(x), 1)|. Rounding is far below, and what
/// that moves f by far below what is left to gain.
constexpr double on_kink = 1e-11;

/// The same in units of the largest response: all samples of an atom that is next to 0 everywhere.
constexpr double on_dead_kink = 1e-14;

/// Kinks of a fit at most, unless nearest ones of all atoms are more: each is a variable of a dense
/// quadratic program.
constexpr std::size_t most_kinks = 1000;

/// Of an atom's samples those that are looked at.
std::size_t looked_at(Model const& model)
{
    int const numbers = shape_of(model, 1).features.expert.size + 1;
    return static_cast<std::size_t>(kinks_a_number * numbers + more_kinks);
}

/// lambda of an atom, 1 where experts have none.
double factor_of(Model const& model, std::vector<double> const& theta, int atom)
{
    for (int b = model.layout.expert_begin; b < model.layout.blocks; ++b) {
        Block const& block = model.layout.block[b];
        if (block.role == Role::expert_scale)
            return theta[static_cast<std::size_t>(block.offset + atom)];
    }
    return 1;
}

/// phi'(0+) - phi'(0-).
double slope_jump(ExpertSpec const& expert)
{
    double const least = std::numeric_limits<double>::min();
    double jump = 0;
    visit(Activations{}, expert.activation, [&](auto activation) {
        jump = activation.eval(least, expert.power).slope -
               activation.eval(-least, expert.power).slope;
    });
    return jump;
}

/// Derivatives of what experts' activations take by the coordinates, one sample at a time.
class ResponseRows
{
public:
    ResponseRows(Model const& model, std::vector<double> const& theta)
        : model_(model), theta_(theta), memory_(bytes(model)), scratch_(aligned_memory()),
          dense_(scratch_, model), features_(static_cast<std::size_t>(map().total) + 2),
          by_theta_(theta.size())
    {}

    struct Row
    {
        std::vector<double> by_coordinates; ///< [p] dz / d(coordinates)
        double size;                        ///< |(w, c)| |(phi(x), 1)| of z = w.phi(x) + c
    };
    /// Of an atom at x.
    Row at(int atom, double const* x)
    {
        std::copy(x, x + model_.d, features_.begin());
        FeatureRows<double> const rows{features_.data(), static_cast<int>(features_.size())};
        derive_features<1, double>(SerialLanes{}, map(), rows);
        double const map_square = square_of_map(atom);
        DenseRow const to = dense_.row(dense_.shape.gate_rows + atom);
        std::copy(features_.begin() + map().expert.begin,
                  features_.begin() + map().expert.begin + map().expert.size, to.w);
        *to.c = 1;
        double feature_square = 1;
        for (int f = 0; f < to.size; ++f)
            feature_square += to.w[f] * to.w[f];
        dense_.chain(SerialLanes{}, theta_.data(), by_theta_.data());
        Row row{std::vector<double>(static_cast<std::size_t>(coordinate_count(model_))),
                std::sqrt(map_square * feature_square)};
        for (std::size_t i = 0; i < row.by_coordinates.size(); ++i)
            row.by_coordinates[i] =
                by_coordinate(coordinate_place(model_, static_cast<int>(i)), by_theta_.data());
        return row;
    }

    /// |(w, c)|^2 of an atom. Loads theta.
    double square_of_map(int atom)
    {
        dense_.load(SerialLanes{}, theta_.data());
        double const* const w = dense_.maps.expert + atom * dense_.maps.expert_stride;
        double const c = dense_.maps.c[dense_.shape.gate_rows + atom];
        double square = c * c;
        for (int f = 0; f < map().expert.size; ++f)
            square += w[f] * w[f];
        return square;
    }

private:
    static std::size_t bytes(Model const& model)
    {
        Scratch measure(nullptr);
        DenseMaps const dense(measure, model);
        return measure.used() + 64;
    }
    void* aligned_memory()
    {
        void* begin = memory_.data();
        std::size_t room = memory_.size();
        return std::align(64, room - 64, begin, room);
    }
    FeatureMap const& map() const { return dense_.shape.features; }

    Model const& model_;
    std::vector<double> const& theta_;
    std::vector<char> memory_;
    Scratch scratch_;
    DenseMaps dense_;
    std::vector<double> features_;
    std::vector<double> by_theta_;
};

} // namespace

bool kinked(Model const& model)
{
    bool own = false;
    visit(Activations{}, model.expert.activation,
          [&](auto activation) { own = activation.kinked; });
    return own && shape_of(model, 1).activated;
}

std::vector<NearKink> nearest_kinks(Model const& model, std::vector<double> const& theta,
                                    std::vector<double> const& responses, int n)
{
    ResponseRows rows(model, theta);
    double largest = 0;
    for (double const response : responses)
        largest = std::max(largest, std::fabs(response));
    std::vector<NearKink> near;
    for (int atom = 0; atom < model.k; ++atom) {
        double const factor = factor_of(model, theta, atom);
        if (factor == 0)
            continue; // f does not depend on it
        double const* const own = responses.data() + static_cast<std::size_t>(atom) * n;
        double const place =
            std::max(on_kink * std::fabs(factor) * std::sqrt(rows.square_of_map(atom)),
                     on_dead_kink * largest);
        auto const on = static_cast<std::size_t>(
            std::count_if(own, own + n, [=](double z) { return std::fabs(z) <= place; }));
        std::size_t const most =
            std::min(static_cast<std::size_t>(n), std::max(on, looked_at(model)));
        using Place = std::pair<double, int>;
        std::vector<Place> least; // a heap, the largest first
        for (int t = 0; t < n; ++t) {
            Place const at{std::fabs(own[t]), t};
            if (least.size() == most && !(at < least.front()))
                continue;
            if (least.size() == most) {
                std::pop_heap(least.begin(), least.end());
                least.pop_back();
            }
            least.push_back(at);
            std::push_heap(least.begin(), least.end());
        }
        std::sort_heap(least.begin(), least.end());
        for (Place const& at : least)
            near.push_back({atom, at.second, own[at.second], at.first <= place});
    }
    return near;
}

NearSamples merged(Model const& model, std::vector<NearKink> const& near, double const* x,
                   double const* y)
{
    auto const d = static_cast<std::size_t>(model.d);
    auto const row = [&](NearKink const& kink) {
        return x + static_cast<std::size_t>(kink.sample) * d;
    };
    auto const before = [&](std::size_t a, std::size_t b) {
        if (near[a].atom != near[b].atom)
            return near[a].atom < near[b].atom;
        return std::lexicographical_compare(row(near[a]), row(near[a]) + d, row(near[b]),
                                            row(near[b]) + d);
    };
    std::map<std::size_t, std::vector<std::size_t>, decltype(before)> same(before);
    for (std::size_t s = 0; s < near.size(); ++s)
        same[s].push_back(s);
    std::vector<std::vector<std::size_t> const*> of(near.size(), nullptr); // of the first of them
    for (auto const& [first, all] : same)
        of[first] = &all;
    bool const many =
        same.size() > std::max(most_kinks, static_cast<std::size_t>(model.k) * looked_at(model));
    std::vector<std::size_t> kept(static_cast<std::size_t>(model.k), 0); // of each atom
    NearSamples out;
    for (std::size_t s = 0; s < near.size(); ++s) {
        if (of[s] == nullptr)
            continue;
        if (++kept[static_cast<std::size_t>(near[s].atom)] > looked_at(model) && many) {
            out.all_on = out.all_on && !near[s].on;
            continue;
        }
        out.near.push_back(near[s]);
        out.near.back().samples = static_cast<int>(of[s]->size());
        out.x.insert(out.x.end(), row(near[s]), row(near[s]) + d);
        double sum = 0;
        for (std::size_t const i : *of[s])
            sum += y[near[i].sample];
        out.y.push_back(sum / out.near.back().samples);
    }
    return out;
}

std::vector<Kink> kinks_of(Model const& model, std::vector<double> const& theta,
                           std::vector<NearKink> const& near,
                           std::vector<KinkSample> const& samples)
{
    ResponseRows rows(model, theta);
    double const bend = slope_jump(model.expert);
    std::vector<Kink> kinks;
    for (std::size_t s = 0; s < near.size(); ++s) {
        double const factor = factor_of(model, theta, near[s].atom);
        Kink kink;
        kink.jump = near[s].samples * samples[s].residual * samples[s].weight * factor * bend;
        if (!(std::fabs(kink.jump) > 0))
            continue;
        double const response = near[s].response / factor;
        ResponseRows::Row row = rows.at(near[s].atom, samples[s].x);
        kink.crossing = std::move(row.by_coordinates);
        double const place = on_kink * row.size;
        bool const above = response > 0;
        double const step = samples[s].weight * factor * bend;      // of df/dz
        kink.curvature = above ? 0 : near[s].samples * step * step; // H has it already
        kink.distance = above ? std::max(0.0, response - place) : place - response;
        // reached, up to rounding
        if (near[s].on || (above ? kink.distance < place : response >= -place))
            kink.distance = 0;
        for (double& value : kink.crossing)
            value = above ? -value : value;
        kinks.push_back(std::move(kink));
    }
    return kinks;
}

} // namespace moerate
