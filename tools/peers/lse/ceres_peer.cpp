/// @file
/// ceres_peer PROBLEMS [BOX]: Ceres with DENSE_NORMAL_CHOLESKY, one thread, analytic Jacobian.

#include "mixture.h"

#include <ceres/ceres.h>

#include <cstdlib>

namespace
{

class Residuals final : public ceres::CostFunction
{
public:
    explicit Residuals(peer::Problem const& problem) : problem_(problem)
    {
        set_num_residuals(problem.n);
        mutable_parameter_block_sizes()->push_back(problem.p());
    }
    bool Evaluate(double const* const* theta, double* r, double** jacobians) const override
    {
        peer::residuals(problem_, theta[0], 0, problem_.n, r,
                        jacobians == nullptr ? nullptr : jacobians[0]);
        return true;
    }

private:
    peer::Problem const& problem_;
};

class Watch final : public ceres::IterationCallback
{
public:
    Watch(peer::Trace& trace, int n) : trace_(trace), n_(n) {}
    ceres::CallbackReturnType operator()(ceres::IterationSummary const& at) override
    {
        trace_.point(2 * at.cost / n_);
        return ceres::SOLVER_CONTINUE;
    }

private:
    peer::Trace& trace_;
    int n_;
};

} // namespace

int main(int argc, char** argv)
{
    double const box = argc > 2 ? std::atof(argv[2]) : 0; // 0: no bounds
    std::printf("{\"version\": \"%s\"}\n", CERES_VERSION_STRING);
    for (peer::Problem const& problem : peer::read_problems(argv[1])) {
        peer::Trace trace;
        Watch watch(trace, problem.n);
        ceres::Solver::Options options;
        options.linear_solver_type = ceres::DENSE_NORMAL_CHOLESKY;
        options.dense_linear_algebra_library_type =
            ceres::IsDenseLinearAlgebraLibraryTypeAvailable(ceres::LAPACK) ? ceres::LAPACK
                                                                           : ceres::EIGEN;
        options.num_threads = 1;
        options.max_num_iterations = 300;
        options.function_tolerance = 1e-12;
        options.gradient_tolerance = options.parameter_tolerance = 0;
        options.logging_type = ceres::SILENT;
        options.callbacks.push_back(&watch);
        std::vector<double> theta = problem.start;
        trace.begin();
        ceres::Problem ceres_problem;
        ceres_problem.AddResidualBlock(new Residuals(problem), nullptr, theta.data());
        for (std::size_t i = 0; box > 0 && i < theta.size(); ++i) {
            ceres_problem.SetParameterLowerBound(theta.data(), static_cast<int>(i), -box);
            ceres_problem.SetParameterUpperBound(theta.data(), static_cast<int>(i), box);
        }
        ceres::Solver::Summary summary;
        ceres::Solve(options, &ceres_problem, &summary);
        trace.print();
    }
}
