#pragma once

/// @file
/// The dual of a quadratic model with kinks, which is what is solved.

#include "host/estimate/bounded_quadratic.h"
#include "host/estimate/kinked_quadratic.h"

#include <Eigen/Cholesky>

#include <cstddef>
#include <vector>

namespace moerate
{

/// The dual of a model: what stands in kinked_quadratic.h, by the coordinates that move, scaled to
/// a unit diagonal of H, and U^T U the damped H.
class KinkedDual
{
public:
    KinkedDual(KinkedQuadratic const& model, double damping);
    bool factored() const { return factor_.info() == Eigen::Success; }
    KinkedStep minimise();
    /// The concave kinks that the minimum is before, the nearest first.
    std::vector<std::size_t> ahead() const;
    /// The minimum that is found from the present one with a concave kink passed.
    KinkedStep beyond(std::size_t kink);

private:
    Eigen::VectorXd scaled(double const* values) const;
    void add(std::vector<Eigen::VectorXd> const& rows);
    std::vector<double> short_of() const;
    void take_side(std::size_t kink, bool beyond);
    bool change_sides();
    bool add_bounds(Eigen::VectorXd const& step);
    Eigen::VectorXd step() const;
    Eigen::Map<Eigen::VectorXd const> t() const { return {t_.data(), rows_.cols()}; }

    KinkedQuadratic const& model_;
    std::vector<std::size_t> moving_;
    Eigen::VectorXd scale_;
    Eigen::LLT<Eigen::MatrixXd> factor_;
    Eigen::VectorXd gradient_; ///< U^-T g
    Eigen::MatrixXd rows_;     ///< [moving][numbers] U^-T c
    BoundedQuadratic dual_;    ///< of kinks, then of bounds: slopes are what is left to them
    std::vector<double> t_;    ///< its variables
    std::vector<bool> passed_; ///< [kinks] concave ones that are taken as passed
    std::size_t behind_;       ///< the kink that is passed at first; kinks: none is
};

} // namespace moerate
