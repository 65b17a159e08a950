#include "host/data/covariance.h"

#include "host/core/matrix.h"
#include "host/device/device.h"
#include "host/estimate/rank.h"
#include "kernels/lse/coordinates.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "kernels/lse/step_api.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace moerate
{
namespace
{

constexpr int samples_at_once = 1 << 15; ///< memory does not grow with n
/// Roundings of an eigenvector over the gap to the others, relative.
constexpr double eigenvector_rounding = 100 * std::numeric_limits<double>::epsilon();

/// H and M of FittedData, summed over slices of the samples in their order.
class Sums
{
public:
    Sums(Device& device, FittedData const& fit)
        : device_(device), fit_(fit), p_(coordinate_count(fit.model)), theta_(device, fit.theta),
          maps_gram_(device, gram_numbers(fit.model)), gram_(device, p_ * p_), bread(p_, p_),
          meat(p_, p_)
    {
        for (int first = 0; first < fit.n; first += std::min(samples_at_once, fit.n - first))
            add(first, std::min(samples_at_once, fit.n - first));
    }

private:
    void add(int first, int n)
    {
        Model const& model = fit_.model;
        double const* const x = fit_.x + static_cast<std::size_t>(first) * model.d;
        double const* const y = fit_.y + first;
        std::size_t const rows = coefficient_rows(model);
        DeviceArray<double> const f(device_, n), coefficients(device_, rows * n);
        device_.run(std::vector<EvaluateTask<double>>{
            {model, theta_.data(), n, x, y, f.data(), nullptr, nullptr, nullptr}});
        device_.run(std::vector<LinearizeTask<double>>{
            {model, theta_.data(), n, x, y, coefficients.data(), nullptr, nullptr}});
        add_gram(n, x, coefficients, bread);
        std::vector<double> const value = f.download();
        std::vector<double> response(n), weighted = coefficients.download();
        device_.download(response.data(), y, n * sizeof(double));
        for (std::size_t i = 0; i < weighted.size(); ++i)
            weighted[i] *= value[i % n] - response[i % n];
        add_gram(n, x, DeviceArray<double>(device_, weighted), meat);
    }

    /// to += sum_t J_t J_t^T of these coefficients.
    void add_gram(int n, double const* x, DeviceArray<double> const& coefficients, DenseMatrix& to)
    {
        device_.run(std::vector<GramTask<double>>{
            {fit_.model, n, x, coefficients.data(), maps_gram_.data(), 0, 1}});
        device_.run(
            std::vector<FoldTask>{{fit_.model, theta_.data(), maps_gram_.data(), gram_.data()}});
        std::vector<double> const gram = gram_.download();
        for (std::size_t i = 0; i < gram.size(); ++i)
            to.values[i] += gram[i];
    }

    Device& device_;
    FittedData const& fit_;
    std::size_t p_;
    DeviceArray<double> theta_, maps_gram_, gram_;

public:
    DenseMatrix bread, meat; ///< H, M
};

/// T: [theta][z], the parameters in the other units by the coordinates in which was fitted.
DenseMatrix unit_map(Model const& model, Scaling const& units)
{
    std::size_t const size = model.layout.size;
    int const p = coordinate_count(model);
    DenseMatrix map(size, p);
    for (int z = 0; z < p; ++z) {
        std::vector<double> unit(size);
        CoordinatePlace const at = coordinate_place(model, z);
        unit[at.theta] = 1;
        if (at.mirror >= 0)
            unit[at.mirror] = 1;
        std::vector<double> const moved = substituted(model, unit, units);
        std::copy(moved.begin(), moved.end(), map.values.begin() + z * moved.size());
    }
    return map;
}

std::vector<double> row_of(DenseMatrix const& a, std::size_t i)
{
    std::vector<double> row(a.columns);
    for (std::size_t j = 0; j < a.columns; ++j)
        row[j] = a(i, j);
    return row;
}

double dot(std::vector<double> const& a, std::vector<double> const& b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

} // namespace

std::vector<double> standard_errors(Device& device, FittedData const& fit, Scaling const& units)
{
    Sums const sums(device, fit);
    std::size_t const p = sums.bread.rows;
    // To a unit diagonal; a dead coordinate's rows are 0, and so is its eigenvalue.
    double const dead = dead_diagonal(sums.bread.values.data(), p);
    std::vector<double> scale(p, 1), unit(p);
    for (std::size_t i = 0; i < p; ++i)
        if (sums.bread(i, i) > dead)
            scale[i] = unit[i] = 1 / std::sqrt(sums.bread(i, i));
    Spectrum const all =
        spectrum_of(scaled_columns(scaled_rows(sums.bread, unit), unit), Wanted::vectors);
    std::size_t flat = 0; // eigenvalues come in ascending order
    while (flat < p && all.values[flat] <= rank_tolerance * all.values[p - 1])
        ++flat;
    std::size_t const rank = p - flat;
    DenseMatrix const vectors = last_columns(all.vectors, flat);
    DenseMatrix const map = scaled_columns(unit_map(fit.model, units), scale);
    DenseMatrix const inside = product(map, vectors);
    DenseMatrix const outside = product(map, first_columns(all.vectors, flat));
    // What lies outside but for the flat eigenvectors' roundings, which the gap to the others
    // makes larger. The part of a light atom is small: it is not to be lost in them.
    double const share =
        rank == 0 ? 0 : eigenvector_rounding * all.values[p - 1] / all.values[flat];
    DenseMatrix const turned =
        product(scaled_columns(crossed(scaled_rows(vectors, scale), sums.meat), scale), vectors);
    std::vector<double> inverse;
    for (std::size_t i = flat; i < p; ++i)
        inverse.push_back(1 / all.values[i]);
    DenseMatrix const half = scaled_columns(inside, inverse);
    std::vector<double> errors(map.rows, std::numeric_limits<double>::quiet_NaN());
    double const inflation = fit.n > static_cast<double>(rank)
                                 ? fit.n / (fit.n - static_cast<double>(rank))
                                 : std::numeric_limits<double>::quiet_NaN();
    for (std::size_t i = 0; i < map.rows; ++i) {
        std::vector<double> const row = row_of(map, i), flat_row = row_of(outside, i),
                                  weights = row_of(half, i);
        double const whole = dot(row, row), flat_part = dot(flat_row, flat_row);
        if (whole > 0 && flat_part <= share * share * whole)
            errors[i] = std::sqrt(inflation * dot(weights, product(turned, weights)));
    }
    return errors;
}

} // namespace moerate
