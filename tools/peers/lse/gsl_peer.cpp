/// @file
/// gsl_peer PROBLEMS: GSL's multilarge with its Cholesky solver, analytic Jacobian by blocks of
/// samples; one thread of OpenBLAS.

#include "mixture.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multilarge_nlinear.h>
#include <gsl/gsl_version.h>

namespace
{

constexpr int block = 512; ///< samples whose rows of J are held at a time

int f(gsl_vector const* theta, void* data, gsl_vector* r)
{
    auto const& problem = *static_cast<peer::Problem const*>(data);
    peer::residuals(problem, theta->data, 0, problem.n, r->data, nullptr);
    return GSL_SUCCESS;
}

/// v = J^T u and H = J^T J (its lower triangle), or v = J u.
int df(CBLAS_TRANSPOSE_t transposed, gsl_vector const* theta, gsl_vector const* u, void* data,
       gsl_vector* v, gsl_matrix* gram)
{
    auto const& problem = *static_cast<peer::Problem const*>(data);
    static std::vector<double> rows, r;
    auto const p = static_cast<std::size_t>(problem.p());
    rows.resize(block * p);
    r.resize(block);
    if (v != nullptr && transposed == CblasTrans)
        gsl_vector_set_zero(v);
    if (gram != nullptr)
        gsl_matrix_set_zero(gram);
    for (int first = 0; first < problem.n; first += block) {
        int const last = std::min(problem.n, first + block);
        auto const size = static_cast<std::size_t>(last - first);
        peer::residuals(problem, theta->data, first, last, r.data(), rows.data());
        gsl_matrix_view const j = gsl_matrix_view_array(rows.data(), size, p);
        auto const at = static_cast<std::size_t>(first);
        if (v != nullptr && transposed == CblasTrans) {
            gsl_vector_const_view const part = gsl_vector_const_subvector(u, at, size);
            gsl_blas_dgemv(CblasTrans, 1, &j.matrix, &part.vector, 1, v);
        } else if (v != nullptr) {
            gsl_vector_view part = gsl_vector_subvector(v, at, size);
            gsl_blas_dgemv(CblasNoTrans, 1, &j.matrix, u, 0, &part.vector);
        }
        if (gram != nullptr)
            gsl_blas_dsyrk(CblasLower, CblasTrans, 1, &j.matrix, 1, gram);
    }
    return GSL_SUCCESS;
}

} // namespace

int main(int, char** argv)
{
    gsl_set_error_handler_off();
    std::printf("{\"version\": \"%s\"}\n", gsl_version);
    for (peer::Problem& problem : peer::read_problems(argv[1])) {
        peer::Trace trace;
        gsl_multilarge_nlinear_fdf fdf{};
        fdf.f = f;
        fdf.df = df;
        fdf.n = static_cast<std::size_t>(problem.n);
        fdf.p = static_cast<std::size_t>(problem.p());
        fdf.params = &problem;
        gsl_multilarge_nlinear_parameters settings = gsl_multilarge_nlinear_default_parameters();
        settings.trs = gsl_multilarge_nlinear_trs_lm;
        settings.solver = gsl_multilarge_nlinear_solver_cholesky;
        settings.scale = gsl_multilarge_nlinear_scale_more;
        gsl_vector_view const start = gsl_vector_view_array(problem.start.data(), fdf.p);
        trace.begin();
        gsl_multilarge_nlinear_workspace* const work =
            gsl_multilarge_nlinear_alloc(gsl_multilarge_nlinear_trust, &settings, fdf.n, fdf.p);
        gsl_multilarge_nlinear_init(&start.vector, &fdf, work);
        double last = 0;
        int small = 0;
        for (int iteration = 0; iteration < 300 && small < 5; ++iteration) {
            double const norm = gsl_blas_dnrm2(gsl_multilarge_nlinear_residual(work));
            double const mse = norm * norm / problem.n;
            trace.point(mse);
            small = std::fabs(last - mse) <= 1e-12 * mse ? small + 1 : 0;
            last = mse;
            if (gsl_multilarge_nlinear_iterate(work) != GSL_SUCCESS)
                break;
        }
        gsl_multilarge_nlinear_free(work);
        trace.print();
    }
}
