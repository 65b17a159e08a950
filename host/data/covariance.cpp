#include "host/data/covariance.h"

#include "host/device/device.h"
#include "host/estimate/rank.h"
#include "kernels/lse/coordinates.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moerate
{
namespace
{

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int rows_at_once = 1 << 15; ///< memory does not grow with n
/// Share of a parameter's direction that may lie outside of what is identified: roundings of
/// eigenvectors at a gap of 1e-10.
constexpr double outside_tolerance = 1e-5;

/// H and M of FittedData, summed over slices of the samples in their order.
class Sums
{
public:
    Sums(Device& device, FittedData const& fit)
        : device_(device), fit_(fit), p_(coordinate_count(fit.model)), theta_(device, fit.theta),
          maps_gram_(device, gram_numbers(fit.model)), gram_(device, p_ * p_),
          bread(MatrixXd::Zero(size(), size())), meat(MatrixXd::Zero(size(), size()))
    {
        for (int first = 0; first < fit.n; first += std::min(rows_at_once, fit.n - first))
            add(first, std::min(rows_at_once, fit.n - first));
    }

private:
    Eigen::Index size() const { return static_cast<Eigen::Index>(p_); }

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
    void add_gram(int n, double const* x, DeviceArray<double> const& coefficients, MatrixXd& to)
    {
        device_.run(std::vector<GramTask<double>>{
            {fit_.model, n, x, coefficients.data(), maps_gram_.data(), 0, 1}});
        device_.run(
            std::vector<FoldTask>{{fit_.model, theta_.data(), maps_gram_.data(), gram_.data()}});
        std::vector<double> const gram = gram_.download();
        to += Eigen::Map<MatrixXd const>(gram.data(), size(), size());
    }

    Device& device_;
    FittedData const& fit_;
    std::size_t p_;
    DeviceArray<double> theta_, maps_gram_, gram_;

public:
    MatrixXd bread, meat; ///< H, M
};

/// T: [theta][z], the parameters in the other units by the coordinates in which was fitted.
MatrixXd unit_map(Model const& model, Scaling const& units)
{
    std::size_t const size = model.layout.size;
    int const p = coordinate_count(model);
    MatrixXd map(size, p);
    for (int z = 0; z < p; ++z) {
        std::vector<double> unit(size);
        CoordinatePlace const at = coordinate_place(model, z);
        unit[at.theta] = 1;
        if (at.mirror >= 0)
            unit[at.mirror] = 1;
        std::vector<double> const moved = substituted(model, unit, units);
        map.col(z) = Eigen::Map<VectorXd const>(moved.data(), static_cast<Eigen::Index>(size));
    }
    return map;
}

} // namespace

std::vector<double> standard_errors(Device& device, FittedData const& fit, Scaling const& units)
{
    Sums const sums(device, fit);
    Eigen::Index const p = sums.bread.rows();
    VectorXd scale(p); // to a unit diagonal; a dead coordinate's is 1, its eigenvalue 0
    for (Eigen::Index i = 0; i < p; ++i)
        scale[i] = sums.bread(i, i) > 0 ? 1 / std::sqrt(sums.bread(i, i)) : 1;
    Eigen::SelfAdjointEigenSolver<MatrixXd> const solved(scale.asDiagonal() * sums.bread *
                                                         scale.asDiagonal());
    VectorXd const& values = solved.eigenvalues();
    Eigen::Index flat = 0; // eigenvalues come in ascending order
    while (flat < p && values[flat] <= rank_tolerance * values[p - 1])
        ++flat;
    Eigen::Index const rank = p - flat;
    MatrixXd const map = unit_map(fit.model, units) * scale.asDiagonal();
    MatrixXd const inside = map * solved.eigenvectors().rightCols(rank);
    MatrixXd const turned = solved.eigenvectors().rightCols(rank).transpose() * scale.asDiagonal() *
                            sums.meat * scale.asDiagonal() * solved.eigenvectors().rightCols(rank);
    MatrixXd const half = inside * values.tail(rank).cwiseInverse().asDiagonal();
    std::vector<double> errors(map.rows(), std::numeric_limits<double>::quiet_NaN());
    double const inflation = fit.n > rank ? fit.n / static_cast<double>(fit.n - rank)
                                          : std::numeric_limits<double>::quiet_NaN();
    for (Eigen::Index i = 0; i < map.rows(); ++i) {
        double const all = map.row(i).squaredNorm();
        double const outside = all - inside.row(i).squaredNorm();
        if (all > 0 && outside <= outside_tolerance * all)
            errors[i] = std::sqrt(inflation * half.row(i).dot(turned * half.row(i).transpose()));
    }
    return errors;
}

} // namespace moerate
