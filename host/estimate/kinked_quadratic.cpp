#include "host/estimate/kinked_quadratic.h"

#include "host/estimate/bounded_quadratic.h"
#include "host/estimate/kinked_sizes.h"
#include "kernels/lse/free_set.h"

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Concave kinks that other minima are looked for behind, and such minima, at most.
constexpr std::size_t most_passed = 32, most_minima = 8;

/// Decreases that differ by no more are those of one minimum.
constexpr double same_minimum = 1e-6;

/// Rounds in which bounds that a step left are added, and in which concave kinks change sides.
constexpr int most_rounds = 50;

/// The dual of a model: what stands in kinked_quadratic.h, by the coordinates that move, scaled to
/// a unit diagonal of H, and U^T U the damped H.
class Dual
{
public:
    Dual(KinkedQuadratic const& model, double damping);
    bool factored() const { return factor_.info() == Eigen::Success; }
    KinkedStep minimise();
    /// The concave kinks that the minimum is before, the nearest first.
    std::vector<std::size_t> ahead() const;
    /// The minimum that is found from the present one with a concave kink passed.
    KinkedStep beyond(std::size_t kink);

private:
    VectorXd scaled(double const* values) const;
    void add(std::vector<VectorXd> const& rows);
    std::vector<double> short_of() const;
    void take_side(std::size_t kink, bool beyond);
    bool change_sides();
    bool add_bounds(VectorXd const& step);
    VectorXd step() const;
    Eigen::Map<VectorXd const> t() const { return {t_.data(), rows_.cols()}; }

    KinkedQuadratic const& model_;
    std::vector<std::size_t> moving_;
    VectorXd scale_;
    Eigen::LLT<MatrixXd> factor_;
    VectorXd gradient_;        ///< U^-T g
    MatrixXd rows_;            ///< [moving][numbers] U^-T c
    BoundedQuadratic dual_;    ///< of kinks, then of bounds: slopes are what is left to them
    std::vector<double> t_;    ///< its variables
    std::vector<bool> passed_; ///< [kinks] concave ones that are taken as passed
    std::size_t behind_;       ///< the kink that is passed at first; kinks: none is
};

Dual::Dual(KinkedQuadratic const& model, double damping) : model_(model)
{
    std::vector<double> const sizes = sizes_of(model);
    for (std::size_t i = 0; i < model.p; ++i)
        if (sizes[i] > 0)
            moving_.push_back(i);
    auto const count = static_cast<Index>(moving_.size());
    scale_.resize(count);
    MatrixXd damped(count, count);
    for (Index f = 0; f < count; ++f) {
        std::size_t const i = moving_[static_cast<std::size_t>(f)];
        double const size = sizes[i];
        scale_[f] = 1 / std::sqrt(size);
        for (Index c = 0; c <= f; ++c)
            damped(f, c) = scale_[f] * scale_[c] *
                           model.gram[i * model.p + moving_[static_cast<std::size_t>(c)]];
        damped(f, f) += damping * clamped(size, least_diagonal, most_diagonal) / size;
    }
    factor_.compute(damped);
    if (!factored())
        return;
    gradient_ = factor_.matrixL().solve(scaled(model.gradient));
    std::vector<VectorXd> crossings;
    for (Kink const& kink : *model.kinks) {
        crossings.push_back(scaled(kink.crossing.data()));
        dual_.b.push_back(kink.distance);
        dual_.high.push_back(std::max(0.0, kink.jump));
    }
    add(crossings);
    passed_.resize(model.kinks->size(), false);
    behind_ = passed_.size();
}

/// Adds variables by what they stand for and completes `dual_`, which has their distances and
/// bounds; what it has of the others stays.
void Dual::add(std::vector<VectorXd> const& rows)
{
    Index const before = rows_.cols();
    auto const added = static_cast<Index>(rows.size());
    rows_.conservativeResize(scale_.size(), before + added);
    for (Index s = 0; s < added; ++s)
        rows_.col(before + s) = rows[static_cast<std::size_t>(s)];
    auto own = rows_.rightCols(added);
    factor_.matrixL().solveInPlace(own);
    VectorXd const along = own.transpose() * gradient_;
    for (Index s = 0; s < added; ++s)
        dual_.b[static_cast<std::size_t>(before + s)] += along[s];
    dual_.extend(rows_.data(), static_cast<std::size_t>(rows_.rows()));
    dual_.low.resize(dual_.b.size(), 0);
    t_.resize(dual_.b.size(), 0);
}

VectorXd Dual::scaled(double const* values) const
{
    VectorXd out(scale_.size());
    for (Index f = 0; f < out.size(); ++f)
        out[f] = scale_[f] * values[moving_[static_cast<std::size_t>(f)]];
    return out;
}

/// s by all coordinates, at the present t.
VectorXd Dual::step() const
{
    VectorXd const moving =
        scale_.cwiseProduct(factor_.matrixU().solve(-(gradient_ + rows_ * t())));
    VectorXd all = VectorXd::Zero(static_cast<Index>(model_.p));
    for (Index f = 0; f < moving.size(); ++f)
        all[static_cast<Index>(moving_[static_cast<std::size_t>(f)])] = moving[f];
    return all;
}

/// distance - crossing.step of the kinks.
std::vector<double> Dual::short_of() const
{
    std::vector<double> values = dual_.slopes(t_);
    values.resize(model_.kinks->size());
    for (std::size_t s = 0; s < values.size(); ++s) {
        Kink const& kink = (*model_.kinks)[s];
        if (passed_[s] && kink.curvature > 0)
            values[s] -= (t_[s] - kink.jump) / kink.curvature;
    }
    return values;
}

/// Takes a concave kink as passed or not. Passed it adds jump c + curvature c^2 / 2, whose part of
/// the dual is (t - jump)^2 / (2 curvature).
void Dual::take_side(std::size_t kink, bool beyond)
{
    if (passed_[kink] == beyond)
        return;
    auto const [distance, jump, curvature, crossing] = (*model_.kinks)[kink];
    passed_[kink] = beyond;
    double const sign = beyond ? 1 : -1;
    double const infinite = std::numeric_limits<double>::infinity();
    t_[kink] = dual_.low[kink] = dual_.high[kink] = beyond ? jump : 0;
    if (!(curvature > 0))
        return;
    dual_.g[kink * dual_.size() + kink] += sign / curvature;
    dual_.b[kink] -= sign * jump / curvature;
    if (beyond) {
        dual_.low[kink] = -infinite;
        dual_.high[kink] = infinite;
    }
}

/// Takes concave kinks on the side where the minimum is; whether one was on the other. Of one that
/// it is on, the other side is lower.
bool Dual::change_sides()
{
    std::vector<double> const left = short_of();
    bool changed = false;
    for (std::size_t s = 0; s < left.size(); ++s) {
        if ((*model_.kinks)[s].jump >= 0)
            continue;
        bool const beyond = left[s] <= slope_rounding * dual_.slope_size(t_, s);
        changed = changed || passed_[s] != beyond;
        take_side(s, beyond);
    }
    return changed;
}

std::vector<std::size_t> Dual::ahead() const
{
    std::vector<double> const left = short_of();
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t s = 0; s < left.size(); ++s)
        if ((*model_.kinks)[s].jump < 0 && !passed_[s] && dual_.row(s)[s] > 0)
            order.push_back({left[s] / std::sqrt(dual_.row(s)[s]), s});
    std::sort(order.begin(), order.end());
    std::vector<std::size_t> kinks;
    for (auto const& [far, kink] : order)
        if (kinks.size() < most_passed)
            kinks.push_back(kink);
    return kinks;
}

KinkedStep Dual::beyond(std::size_t kink)
{
    behind_ = kink;
    take_side(kink, true);
    return minimise();
}

/// Adds what keeps the step in the box where it leaves it; whether it does.
bool Dual::add_bounds(VectorXd const& step)
{
    std::vector<VectorXd> rows;
    for (Index f = 0; f < scale_.size(); ++f) {
        std::size_t const i = moving_[static_cast<std::size_t>(f)];
        double const z = model_.z[i], to = z + step[static_cast<Index>(i)];
        double const size = slope_rounding * (std::fabs(z) + std::fabs(to));
        bool const above = to > model_.upper[i] + size;
        if (!above && !(to < model_.lower[i] - size))
            continue;
        rows.push_back(VectorXd::Zero(scale_.size()));
        rows.back()[f] = above ? scale_[f] : -scale_[f];
        dual_.b.push_back(above ? model_.upper[i] - z : z - model_.lower[i]);
        dual_.high.push_back(std::numeric_limits<double>::infinity());
    }
    if (!rows.empty())
        add(rows);
    return !rows.empty();
}

KinkedStep Dual::minimise()
{
    VectorXd all;
    for (int round = 0; round < most_rounds; ++round) {
        int changes = most_rounds;
        do
            moerate::minimise(dual_, t_);
        while (change_sides() && --changes > 0);
        all = step();
        if (!add_bounds(all))
            break;
        for (std::size_t s = 0; s < passed_.size(); ++s)
            take_side(s, s == behind_); // what was passed out there need not be in the box
    }
    VectorXd const down = gradient_ + rows_ * t(); // U s = -down
    std::vector<double> const left = short_of();
    KinkedStep found;
    found.decrease = gradient_.dot(down) - down.squaredNorm() / 2;
    for (std::size_t s = 0; s < model_.kinks->size(); ++s) {
        Kink const& kink = (*model_.kinks)[s];
        double const over = std::max(0.0, -left[s]);
        found.decrease -= kink.jump * over;
        if (kink.jump < 0)
            found.decrease -= kink.curvature * over * over / 2;
        found.slope.push_back(t_[s]);
    }
    for (std::size_t i = 0; i < model_.p; ++i) {
        double const to = model_.z[i] + all[static_cast<Index>(i)];
        found.step.push_back(std::min(std::max(to, model_.lower[i]), model_.upper[i]) -
                             model_.z[i]);
    }
    found.found = std::isfinite(found.decrease);
    found.decrease = std::max(0.0, found.decrease); // but for rounding it is not below
    return found;
}

} // namespace

KinkedStep minimum_of(KinkedQuadratic const& model, double damping)
{
    Dual dual(model, damping);
    return dual.factored() ? dual.minimise() : KinkedStep{};
}

std::vector<KinkedStep> minima_beyond(KinkedQuadratic const& model, double damping, double least)
{
    Dual dual(model, damping);
    if (!dual.factored())
        return {};
    double const here = dual.minimise().decrease;
    std::vector<KinkedStep> found;
    for (std::size_t const kink : dual.ahead()) {
        KinkedStep other = Dual(dual).beyond(kink);
        auto const same = [&](KinkedStep const& step) {
            return std::fabs(step.decrease - other.decrease) <= same_minimum * other.decrease;
        };
        if (other.found && other.decrease > std::max(least, here) &&
            std::none_of(found.begin(), found.end(), same))
            found.push_back(std::move(other));
    }
    std::sort(found.begin(), found.end(),
              [](KinkedStep const& a, KinkedStep const& b) { return a.decrease < b.decrease; });
    if (found.size() > most_minima)
        found.erase(found.begin(), found.end() - most_minima);
    return found;
}

} // namespace moerate
