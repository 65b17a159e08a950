#include "host/estimate/bounded_quadratic.h"

#include <algorithm>
#include <cmath>

namespace moerate
{
namespace
{

using Numbers = std::vector<double>;

/// The search: which t are free to move.
class ActiveSet
{
public:
    ActiveSet(BoundedQuadratic const& problem, Numbers& t)
        : problem_(problem), t_(t), free_(problem.size()), tried_(problem.size(), false)
    {
        for (std::size_t i = 0; i < free_.size(); ++i)
            free_[i] = t[i] > problem.low[i] && t[i] < problem.high[i];
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
            free_[next] = true;
            descend();
            if (t_[next] == before)
                tried_[next] = true; // it went by rounding alone
            else
                std::fill(tried_.begin(), tried_.end(), false);
        }
    }

private:
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
            std::vector<std::size_t> free;
            for (std::size_t i = 0; i < free_.size(); ++i)
                if (free_[i])
                    free.push_back(i);
            Numbers const step = newton_step(free);
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
        }
    }

    /// -G_FF^-1 (G t + b)_F by a Cholesky factor. Where t depend on each other the least pivot
    /// makes the step long: it goes to a bound.
    Numbers newton_step(std::vector<std::size_t> const& free) const
    {
        std::size_t const count = free.size();
        Numbers const slopes = problem_.slopes(t_);
        Numbers lower(count * count), step(count);
        for (std::size_t f = 0; f < count; ++f) {
            double* const row = lower.data() + f * count;
            double const diagonal = problem_.row(free[f])[free[f]];
            for (std::size_t c = 0; c <= f; ++c) {
                double const* const other = lower.data() + c * count;
                double sum = problem_.row(free[f])[free[c]];
                for (std::size_t e = 0; e < c; ++e)
                    sum -= row[e] * other[e];
                row[c] =
                    c < f ? sum / other[c] : std::sqrt(std::max(sum, slope_rounding * diagonal));
            }
            double sum = -slopes[free[f]];
            for (std::size_t e = 0; e < f; ++e)
                sum -= row[e] * step[e];
            step[f] = sum / row[f];
        }
        for (std::size_t f = count; f-- > 0;) {
            double sum = step[f];
            for (std::size_t e = f + 1; e < count; ++e)
                sum -= lower[e * count + f] * step[e];
            step[f] = sum / lower[f * count + f];
        }
        return step;
    }

    BoundedQuadratic const& problem_;
    Numbers& t_;
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

void minimise(BoundedQuadratic const& problem, std::vector<double>& t)
{
    ActiveSet(problem, t).run();
}

} // namespace moerate
