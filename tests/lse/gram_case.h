#pragma once

/// @file
/// A problem's gradient and Gram matrix by the tasks of kernels/lse, and by a Jacobian that is made
/// of gradients of single samples.

#include "kernels/lse/fold_api.h"
#include "kernels/lse/gram_api.h"
#include "kernels/lse/linearize_api.h"
#include "tests/fit/problem.h"

#include <cmath>
#include <new>
#include <vector>

namespace moerate
{

/// What least squares knows of a problem at its theta; a Gram matrix is [p][p].
struct Normal
{
    std::vector<double> gram;
    std::vector<double> gradient; ///< J^T r
    double mse;
};

/// By the tasks, and what stands between them.
template <class Real>
struct GramCase
{
    Problem<Real> const& problem;
    std::vector<double> theta;
    std::vector<Real> coefficients;
    std::vector<double> gradient;
    double mse = NAN;

    GramCase(Backend const& backend, Problem<Real> const& of)
        : problem(of), theta(converted<double>(of.theta)),
          coefficients(static_cast<std::size_t>(coefficient_rows(of.model)) * of.y.size(),
                       Real(NAN)),
          gradient(static_cast<std::size_t>(coordinate_count(of.model)), NAN)
    {
        backend.run(LinearizeTask<Real>{of.model, theta.data(), of.n(), of.x.data(), of.y.data(),
                                        coefficients.data(), gradient.data(), &mse});
    }

    /// The sums by the maps, of products in Tile; what no task writes is 0.
    template <class Tile = Real>
    std::vector<double> sums(Backend const& backend, int parts = 1) const
    {
        Aligned const memory(gram_numbers(problem.model));
        for (int part = 0; part < parts; ++part)
            backend.run(GramTask<Real, Tile>{problem.model, problem.n(), problem.x.data(),
                                             coefficients.data(), memory.data, part, parts});
        return {memory.data, memory.data + memory.size};
    }

    template <class Tile = Real>
    Normal normal(Backend const& backend) const
    {
        std::vector<double> const made = sums<Tile>(backend);
        Normal out{std::vector<double>(gradient.size() * gradient.size(), NAN), gradient, mse};
        backend.run(FoldTask{problem.model, theta.data(), made.data(), out.gram.data()});
        return out;
    }

private:
    /// Where vectors may begin, as all device memory does.
    struct Aligned
    {
        std::size_t size;
        double* data;
        explicit Aligned(std::size_t numbers)
            : size(numbers), data(new (std::align_val_t(64)) double[numbers]())
        {}
        Aligned(Aligned const&) = delete;
        Aligned& operator=(Aligned const&) = delete;
        ~Aligned() { ::operator delete[](data, std::align_val_t(64)); }
    };
};

template <class Real>
Normal normal_of(Backend const& backend, Problem<Real> const& problem)
{
    return GramCase<Real>(backend, problem).normal(backend);
}

/// J [n][p] by the coordinates: with y = f - 1/2 the gradient of (y - f)^2 is that of f.
inline std::vector<double> jacobian(Problem<double> const& problem)
{
    Model const& model = problem.model;
    Backend const backend;
    int const p = coordinate_count(model);
    std::vector<double> gradient(problem.theta.size());
    std::vector<double> rows;
    for (std::size_t t = 0; t < problem.y.size(); ++t) {
        double const* const x = problem.x.data() + t * static_cast<std::size_t>(model.d);
        double f = NAN;
        EvaluateTask<double> task{model,  problem.theta.data(), 1, x, nullptr, &f, nullptr, nullptr,
                                  nullptr};
        backend.run(task);
        double const y = f - 0.5;
        task.y = &y;
        task.gradient = gradient.data();
        backend.run(task);
        for (int z = 0; z < p; ++z)
            rows.push_back(by_coordinate(coordinate_place(model, z), gradient.data()));
    }
    return rows;
}

/// By the Jacobian.
inline Normal plain_normal(Problem<double> const& problem)
{
    std::vector<double> const j = jacobian(problem);
    std::vector<double> const f = evaluated({}, problem).f;
    std::size_t const n = f.size();
    std::size_t const p = j.size() / n;
    Normal out{std::vector<double>(p * p), std::vector<double>(p), 0};
    for (std::size_t t = 0; t < n; ++t) {
        double const residual = f[t] - problem.y[t];
        out.mse += residual * residual / static_cast<double>(n);
        for (std::size_t a = 0; a < p; ++a) {
            out.gradient[a] += j[t * p + a] * residual;
            for (std::size_t b = 0; b < p; ++b)
                out.gram[a * p + b] += j[t * p + a] * j[t * p + b];
        }
    }
    return out;
}

} // namespace moerate
