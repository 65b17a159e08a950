#include "host/probe/derivatives.h"

#include "host/core/error.h"
#include "host/device/slices.h"
#include "host/probe/loss_level.h"
#include "kernels/family/loss_fits.h"
#include "kernels/lse/coordinates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

/// Central differences of order 8: errors of some 1e-12 of smooth functions of size 1 at these
/// steps, for truncation and rounding alike.
constexpr double wide_step = 0x1p-6, narrow_step = 0x1p-7;
constexpr double first_weights[4] = {4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280};
constexpr double second_weights[5] = {-205.0 / 72, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560};
/// Samples whose two steps differ by more than this have a kink in reach.
constexpr double smooth = 1e-5;

/// A function of x at samples for many parameters.
using Values = std::vector<std::vector<double>>;

/// A derivative: weights of values at moved parameters.
struct Difference
{
    std::string name;
    int order;
    std::vector<std::pair<std::vector<int>, double>> terms; ///< signed directions, weight
};

/// Evaluates a measure's function at moved parameters.
class Moved
{
public:
    Moved(Device& device, Measure const& measure, std::vector<double> const& x)
        : device_(device), measure_(measure), n_(static_cast<int>(x.size()) / measure.model.d),
          x_(device, x), here_(at({measure.theta})[0])
    {}

    /// f, or with atom >= 0 F_atom (derivatives.h), at `theta`.
    Values values(std::vector<std::vector<double>> const& thetas, int atom) const
    {
        std::vector<Parts> const parts = at(thetas);
        Values found;
        for (Parts const& one : parts)
            found.push_back(atom < 0 ? one.f : numerator(one, atom));
        return found;
    }
    int samples() const { return n_; }

private:
    struct Parts
    {
        std::vector<double> f, g, h; ///< [n], [k][n], [k][n]
    };

    std::vector<Parts> at(std::vector<std::vector<double>> const& thetas) const;
    std::vector<double> numerator(Parts const& moved, int atom) const;
    double rivals(Parts const& parts, int atom, int t) const;

    Device& device_;
    Measure const& measure_;
    int n_;
    DeviceArray<double> x_;
    Parts here_;
};

std::vector<Moved::Parts> Moved::at(std::vector<std::vector<double>> const& thetas) const
{
    std::size_t const n = n_, k = measure_.model.k;
    Slices<double> slices;
    std::vector<double> input;
    for (std::vector<double> const& theta : thetas) {
        int const number = slices.add(theta.size());
        for (std::size_t const size : {n, n * k, n * k})
            slices.add(size);
        input.resize(slices.size());
        std::copy(theta.begin(), theta.end(), input.begin() + slices.offset(number));
    }
    slices.upload(device_, input);
    std::vector<EvaluateTask<double>> tasks;
    for (int i = 0; i < static_cast<int>(thetas.size()); ++i)
        tasks.push_back({measure_.model, slices.at(4 * i), n_, x_.data(), nullptr,
                         slices.at(4 * i + 1), slices.at(4 * i + 2), nullptr, nullptr,
                         slices.at(4 * i + 3)});
    device_.run(tasks);
    std::vector<double> const all = slices.download();
    auto const part = [&](int number, std::size_t size) {
        auto const begin = all.begin() + slices.offset(number);
        return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(size));
    };
    std::vector<Parts> found;
    for (int i = 0; i < static_cast<int>(thetas.size()); ++i)
        found.push_back({part(4 * i + 1, n), part(4 * i + 2, n * k), part(4 * i + 3, n * k)});
    return found;
}

/// Weights of the other atoms that atom i shares its denominator with.
double Moved::rivals(Parts const& parts, int atom, int t) const
{
    Model const& model = measure_.model;
    double sum = 0;
    for (int j = 0; j < model.k; ++j)
        if (j != atom && (model.groups == 0 || model.group_of[j] == model.group_of[atom]))
            sum += parts.g[static_cast<std::size_t>(j) * n_ + t];
    return sum;
}

std::vector<double> Moved::numerator(Parts const& moved, int atom) const
{
    bool const competes = traits_of(measure_.model.gate).mass == Mass::exponential;
    std::vector<double> values;
    for (int t = 0; t < n_; ++t) {
        std::size_t const at = static_cast<std::size_t>(atom) * n_ + t;
        double g = moved.g[at];
        if (competes && g != 0) {
            double const others = rivals(moved, atom, t);
            if (others == 0)
                throw UsageError(
                    fmt::format("an atom is alone where it is chosen (softmax over one atom is 1 "
                                "whatever its score) give the gate at least two atoms to choose "
                                "from: {}",
                                measure_.model.gate.top == 1 ? "top = 2" : "--experts 2"));
            g *= rivals(here_, atom, t) / others;
        }
        values.push_back(g * moved.h[at]);
    }
    return values;
}

/// Signed direction +-(z + 1).
Difference first(int z, std::string const& name)
{
    Difference d{name, 1, {}};
    for (int m = 1; m <= 4; ++m)
        for (int const sign : {1, -1})
            d.terms.push_back({std::vector<int>(m, sign * (z + 1)), sign * first_weights[m - 1]});
    return d;
}

/// d2/dz2, or by polarisation (D_{a+b} - D_{a-b}) / 4.
Difference second(int a, int b, std::string const& name)
{
    Difference d{name, 2, {}};
    auto const along = [&](std::vector<int> const& way, double factor) {
        d.terms.push_back({{}, factor * second_weights[0]});
        for (int m = 1; m <= 4; ++m)
            for (int const sign : {1, -1}) {
                std::vector<int> moves;
                for (int i = 0; i < m; ++i)
                    for (int const w : way)
                        moves.push_back(sign * w);
                d.terms.push_back({moves, factor * second_weights[m]});
            }
    };
    if (a == b) {
        along({a + 1}, 1);
        return d;
    }
    along({a + 1, b + 1}, 0.25);
    along({a + 1, -(b + 1)}, -0.25);
    return d;
}

std::vector<double> value_of(Moved const& moved, Measure const& measure, Difference const& d,
                             int atom, double step)
{
    std::vector<std::vector<double>> thetas;
    for (auto const& [moves, weight] : d.terms) {
        thetas.push_back(measure.theta);
        for (int const move : moves)
            move_coordinate(measure.model, std::abs(move) - 1, move > 0 ? step : -step,
                            thetas.back());
    }
    Values const values = moved.values(thetas, atom);
    std::vector<double> sum(static_cast<std::size_t>(moved.samples()));
    for (std::size_t i = 0; i < values.size(); ++i)
        for (std::size_t t = 0; t < sum.size(); ++t)
            sum[t] += d.terms[i].second * values[i][t] / std::pow(step, d.order);
    return sum;
}

/// The family at the samples where it is smooth.
FunctionFamily family_of(Moved const& moved, Measure const& measure,
                         std::vector<std::pair<int, Difference>> const& members)
{
    Values columns;
    std::vector<char> keep(static_cast<std::size_t>(moved.samples()), 1);
    FunctionFamily family;
    for (auto const& [atom, d] : members) {
        columns.push_back(value_of(moved, measure, d, atom, wide_step));
        if (d.order > 0) {
            std::vector<double> const narrow = value_of(moved, measure, d, atom, narrow_step);
            for (std::size_t t = 0; t < keep.size(); ++t)
                if (!(std::fabs(columns.back()[t] - narrow[t]) <=
                      smooth * (1 + std::fabs(narrow[t]))))
                    keep[t] = 0;
        }
        family.names.push_back(d.name);
        family.order.push_back(d.order);
        family.atom.push_back(atom);
    }
    auto const kept = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), 1));
    family.dropped = static_cast<int>(keep.size() - kept);
    family.values = DenseMatrix(kept, columns.size());
    for (std::size_t c = 0; c < columns.size(); ++c)
        for (std::size_t t = 0, row = 0; t < keep.size(); ++t)
            if (keep[t] != 0)
                family.values(row++, c) = columns[c][t];
    return family;
}

Block const& block_of(Model const& model, int at)
{
    Block const* block = model.layout.block;
    while (at >= block->offset + block->rows * block->width)
        ++block;
    return *block;
}

} // namespace

std::string coordinate_name(Model const& model, int coordinate, bool atom)
{
    int const at = coordinate_place(model, coordinate).theta;
    Block const& block = block_of(model, at);
    int const row = (at - block.offset) / block.width, c = (at - block.offset) % block.width;
    bool const group = block.role == Role::group_location || block.role == Role::group_bias;
    std::string name = block.role == Role::expert_bias ? "b_e"
                       : group                         ? std::string("group.") + block.name
                                                       : block.name;
    if (atom && block.rows > 1)
        name += fmt::format("_{}", row + 1);
    if (block.extent == Extent::d || block.extent == Extent::r)
        name += fmt::format("[{}]", c + 1);
    if (block.extent == Extent::d_d || block.extent == Extent::r_d)
        name += fmt::format("[{},{}]", c / model.d + 1, c % model.d + 1);
    return name;
}

FunctionFamily first_derivatives(Device& device, Measure const& measure,
                                 std::vector<double> const& x)
{
    Moved const moved(device, measure, x);
    std::vector<std::pair<int, Difference>> members;
    for (int z = 0; z < coordinate_count(measure.model); ++z)
        members.emplace_back(
            -1, first(z, fmt::format("df/d{}", coordinate_name(measure.model, z, true))));
    return family_of(moved, measure, members);
}

FunctionFamily second_derivatives(Device& device, Measure const& measure,
                                  std::vector<double> const& x)
{
    Model const& model = measure.model;
    Moved const moved(device, measure, x);
    std::vector<std::pair<int, Difference>> members;
    for (int atom = 0; atom < model.k; ++atom) {
        std::vector<int> own;
        for (int z = 0; z < coordinate_count(model); ++z) {
            int const at = coordinate_place(model, z).theta;
            Block const& block = block_of(model, at);
            if ((block.role == Role::location || of_expert(block.role)) &&
                (at - block.offset) / block.width == atom)
                own.push_back(z);
        }
        auto const name = [&](int z) { return coordinate_name(model, z, false); };
        std::string const F = fmt::format("F_{}", atom + 1);
        members.push_back({atom, {F, 0, {{{}, 1.0}}}});
        for (int const z : own)
            members.emplace_back(atom, first(z, fmt::format("d{}/d{}", F, name(z))));
        for (std::size_t i = 0; i < own.size(); ++i)
            for (std::size_t j = i; j < own.size(); ++j)
                members.emplace_back(
                    atom,
                    second(own[i], own[j],
                           i == j ? fmt::format("d2{}/d{}^2", F, name(own[i]))
                                  : fmt::format("d2{}/d{}d{}", F, name(own[i]), name(own[j]))));
    }
    return family_of(moved, measure, members);
}

} // namespace moerate
