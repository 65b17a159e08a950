#include "host/estimate/bounded_quadratic.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace moerate
{
namespace
{

using Numbers = std::vector<double>;

/// The factor L of G_FF = L L^T of some of the t, in the order in which they came. One more or one
/// less is a matter of count^2.
class Factor
{
public:
    explicit Factor(BoundedQuadratic const& problem) : problem_(problem) {}

    std::vector<std::size_t> const& members() const { return members_; }

    /// Where t depend on each other the least pivot makes steps long: they go to a bound.
    void add(std::size_t i)
    {
        std::size_t const count = members_.size();
        double const* const g = problem_.row(i);
        Numbers row(count + 1);
        double left = g[i];
        for (std::size_t c = 0; c < count; ++c) {
            row[c] = (g[members_[c]] - dot(row, rows_[c], c)) / rows_[c][c];
            left -= row[c] * row[c];
        }
        row[count] = std::sqrt(std::max(left, slope_rounding * g[i]));
        rows_.push_back(std::move(row));
        members_.push_back(i);
    }

    /// Takes out the member at `place`: the rows behind move up, and rotations of neighbouring
    /// columns make them triangular again.
    void remove(std::size_t place)
    {
        auto const at = static_cast<std::ptrdiff_t>(place);
        rows_.erase(rows_.begin() + at);
        members_.erase(members_.begin() + at);
        for (std::size_t j = place; j < rows_.size(); ++j) {
            double const a = rows_[j][j], b = rows_[j][j + 1], length = std::hypot(a, b);
            double const cosine = a / length, sine = b / length;
            for (std::size_t r = j; r < rows_.size(); ++r) {
                double const left = rows_[r][j], right = rows_[r][j + 1];
                rows_[r][j] = cosine * left + sine * right;
                rows_[r][j + 1] = cosine * right - sine * left;
            }
            rows_[j].pop_back(); // it is 0
        }
    }

    /// -G_FF^-1 slopes, by the members' places.
    Numbers step(Numbers const& slopes) const
    {
        std::size_t const count = members_.size();
        Numbers step(count);
        for (std::size_t f = 0; f < count; ++f)
            step[f] = (-slopes[f] - dot(rows_[f], step, f)) / rows_[f][f];
        for (std::size_t f = count; f-- > 0;) {
            step[f] /= rows_[f][f];
            for (std::size_t e = 0; e < f; ++e)
                step[e] -= rows_[f][e] * step[f];
        }
        return step;
    }

private:
    static double dot(Numbers const& a, Numbers const& b, std::size_t count)
    {
        auto const size = static_cast<Eigen::Index>(count);
        using Part = Eigen::Map<Eigen::VectorXd const>;
        return Part(a.data(), size).dot(Part(b.data(), size));
    }

    BoundedQuadratic const& problem_;
    std::vector<std::size_t> members_;
    std::vector<Numbers> rows_; ///< of L
};

/// The search: which t are free to move.
class ActiveSet
{
public:
    ActiveSet(BoundedQuadratic const& problem, Numbers& t)
        : problem_(problem), t_(t), factor_(problem), free_(problem.size()),
          tried_(problem.size(), false)
    {
        for (std::size_t i = 0; i < free_.size(); ++i)
            if (t[i] > problem.low[i] && t[i] < problem.high[i])
                release(i);
    }

    void run()
    {
        descend();
        std::size_t const size = problem_.size();
        for (std::size_t lets = 10 * size + 10; lets > 0; --lets) {
            std::size_t const next = most_violated();
            if (next == size)
                return;
            double const before = t_[next];
            release(next);
            descend();
            if (t_[next] == before)
                tried_[next] = true; // it went by rounding alone
            else
                std::fill(tried_.begin(), tried_.end(), false);
        }
    }

private:
    void release(std::size_t i)
    {
        free_[i] = true;
        factor_.add(i);
    }

    /// Of the t on a bound the one that gains most if it is let go; size: none gains.
    std::size_t most_violated() const
    {
        std::size_t most = problem_.size();
        Numbers const slopes = problem_.slopes(t_);
        double largest = 0;
        for (std::size_t i = 0; i < problem_.size(); ++i) {
            double const diagonal = problem_.row(i)[i];
            if (free_[i] || tried_[i] || !(diagonal > 0) || problem_.low[i] == problem_.high[i])
                continue;
            double const down = t_[i] <= problem_.low[i] ? -slopes[i] : slopes[i];
            double const gain = down / std::sqrt(diagonal);
            if (gain > largest && down > slope_rounding * problem_.slope_size(t_, i)) {
                most = i;
                largest = gain;
            }
        }
        return most;
    }

    /// To the minimum over the free t; those that meet a bound on the way stay there.
    void descend()
    {
        for (;;) {
            std::vector<std::size_t> const& free = factor_.members();
            Numbers const step = factor_.step(slopes_of(free));
            double share = 1;
            std::size_t blocking = free.size();
            for (std::size_t f = 0; f < free.size(); ++f) {
                std::size_t const i = free[f];
                double const room =
                    step[f] < 0 ? problem_.low[i] - t_[i] : problem_.high[i] - t_[i];
                if (step[f] == 0 || std::fabs(step[f]) <= std::fabs(room))
                    continue;
                double const own = room / step[f];
                if (blocking == free.size() || own < share) {
                    share = own;
                    blocking = f;
                }
            }
            for (std::size_t f = 0; f < free.size(); ++f) {
                std::size_t const i = free[f];
                t_[i] =
                    std::min(std::max(t_[i] + share * step[f], problem_.low[i]), problem_.high[i]);
            }
            if (blocking == free.size())
                return;
            std::size_t const i = free[blocking];
            t_[i] = step[blocking] < 0 ? problem_.low[i] : problem_.high[i];
            free_[i] = false;
            factor_.remove(blocking);
        }
    }

    /// (G t + b)_F.
    Numbers slopes_of(std::vector<std::size_t> const& free) const
    {
        std::vector<std::size_t> moved;
        for (std::size_t j = 0; j < t_.size(); ++j)
            if (t_[j] != 0)
                moved.push_back(j);
        Numbers slopes;
        for (std::size_t const i : free) {
            double sum = problem_.b[i];
            for (std::size_t const j : moved)
                sum += problem_.row(i)[j] * t_[j];
            slopes.push_back(sum);
        }
        return slopes;
    }

    BoundedQuadratic const& problem_;
    Numbers& t_;
    Factor factor_; ///< of those that are free
    std::vector<bool> free_;
    std::vector<bool> tried_; ///< let go since the last step, without any
};

} // namespace

Numbers BoundedQuadratic::slopes(Numbers const& t) const
{
    Numbers sums = b;
    for (std::size_t j = 0; j < t.size(); ++j) {
        double const* const column = row(j); // G is symmetric
        for (std::size_t i = 0; t[j] != 0 && i < sums.size(); ++i)
            sums[i] += column[i] * t[j];
    }
    return sums;
}

double BoundedQuadratic::slope_size(Numbers const& t, std::size_t i) const
{
    double sum = std::fabs(b[i]);
    for (std::size_t j = 0; j < t.size(); ++j)
        sum += std::fabs(row(i)[j] * t[j]);
    return sum;
}

void BoundedQuadratic::extend(double const* rows, std::size_t length)
{
    using Eigen::Index;
    using Eigen::MatrixXd;
    auto const before = static_cast<Index>(std::sqrt(static_cast<double>(g.size())) + 0.5);
    Index const added = static_cast<Index>(size()) - before;
    Eigen::Map<MatrixXd const> const all(rows, static_cast<Index>(length),
                                         static_cast<Index>(size()));
    auto const own = all.rightCols(added);
    MatrixXd wider = MatrixXd::Zero(before + added, before + added);
    if (before > 0) {
        wider.topLeftCorner(before, before) = Eigen::Map<MatrixXd const>(g.data(), before, before);
        wider.topRightCorner(before, added) = all.leftCols(before).transpose() * own;
        wider.bottomLeftCorner(added, before) = wider.topRightCorner(before, added).transpose();
    }
    auto corner = wider.bottomRightCorner(added, added);
    if (own.size() > 0) // Eigen divides by its sizes
        corner.selfadjointView<Eigen::Lower>().rankUpdate(own.transpose());
    corner.triangularView<Eigen::StrictlyUpper>() = corner.transpose();
    g.assign(wider.data(), wider.data() + wider.size());
}

void minimise(BoundedQuadratic const& problem, std::vector<double>& t)
{
    ActiveSet(problem, t).run();
}

} // namespace moerate
