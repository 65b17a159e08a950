// Gradient and Gram matrix of least squares: by hand, and for every composition against the
// Jacobian.

#include "tests/lse/gram_case.h"
#include "tests/lse/gram_deviation.h"

#include <catch2/catch.hpp>

#include <cstring>

using namespace moerate;

namespace
{

/// As sums of products of 1e-16 relative error each; coefficients are differences h_j - f of
/// numbers some ten times as large, and those of an atom that is alone under a softmax are nothing
/// else.
constexpr double tolerance = 1e-12;

void check_normal(Backend const& backend, Problem<double> const& problem, Normal const& want)
{
    INFO(backend.name());
    Normal const got = normal_of(backend, problem);
    CHECK(gram_deviation(got.gram, want.gram, want.gradient.size()) <= tolerance);
    CHECK(largest_difference(got.gradient, want.gradient) <=
          tolerance * std::fmax(1.0, largest(want.gradient)));
    CHECK(got.mse == Approx(want.mse).epsilon(1e-13));
}

} // namespace

// g = sigmoid(0) = 1/2, g' = 1/4; h = 2 x + 1 = 1, 3, -1. Rows of J: (g' h x, g' h, g x, g) =
// (0, 1, 0, 2) / 4, (3, 3, 2, 2) / 4, (1, -1, -2, 2) / 4. f = 1/2, 3/2, -1/2.
TEST_CASE("one atom on a line, by hand")
{
    Problem<double> const problem{
        model_of("sigmoid", "identity", 1, 1), {0, 0, 2, 1}, {0, 1, -1}, {0, 1, 0}};
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        Normal const got = normal_of(backend, problem);
        CHECK(got.gram == std::vector<double>{0.625, 0.5, 0.25, 0.5,   // by w
                                              0.5, 0.6875, 0.5, 0.375, // by b
                                              0.25, 0.5, 0.5, 0,       // by a
                                              0.5, 0.375, 0, 0.75});
        CHECK(got.gradient == std::vector<double>{0.25, 0.625, 0.5, 0.25});
        CHECK(got.mse == 0.25);
    }
}

// The same in z = (A_11, A_12, A_22, ...) at one sample x = (1, 2): s = A_11 + 4 A_12 + 4 A_22 with
// A_12 = A_21, g' h = 1/4 . 4.
TEST_CASE("a form off the diagonal counts twice, by hand")
{
    Family family;
    family.score = find<Scores>("monomial");
    family.normalizer = find<Normalizers>("sigmoid");
    Model model = model_of(family, 2, 1);
    model.temperature = 1;
    Problem<double> const problem{model, {0, 0, 0, 0, 0, 0, 0, 4}, {1, 2}, {0}};
    for (Backend const& backend : all_backends()) {
        INFO(backend.name());
        Normal const got = normal_of(backend, problem);
        std::vector<double> const row = {1, 4, 4, 1, 0.5, 1, 0.5}; // A, b, a, b
        CHECK(got.gradient.size() == row.size());
        for (std::size_t a = 0; a < row.size(); ++a) {
            CHECK(got.gradient[a] == 2 * row[a]); // f = 2
            for (std::size_t b = 0; b < row.size(); ++b)
                CHECK(got.gram[a * row.size() + b] == row[a] * row[b]);
        }
    }
}

TEST_CASE("Gram matrices of every composition are those of the Jacobian")
{
    unsigned seed = 1;
    for (Family const& family : all_families()) {
        INFO(name_of(family));
        auto const problem = smooth_problem<double>(model_of(family, 2, 3), 37, seed++, 1e-9);
        Normal const want = plain_normal(problem);
        for (Backend const& backend : level_backends())
            check_normal(backend, problem, want);
        check_normal({{}, 1}, problem, want);
    }
}

TEST_CASE("Gram matrices of every pair of members in other sizes")
{
    unsigned seed = 1;
    for (Family const& family : paired_families()) {
        for (auto const& [d, k] : {std::pair(1, 1), std::pair(3, 4)}) {
            INFO(name_of(family) << ", d = " << d << ", k = " << k);
            auto const problem = smooth_problem<double>(model_of(family, d, k), 33, seed++, 1e-9);
            Normal const want = plain_normal(problem);
            for (Backend const& backend : level_backends())
                check_normal(backend, problem, want);
            for (int const lanes : {1, 7, static_cast<int>(Backend::warp)})
                check_normal({{}, lanes}, problem, want);
        }
    }
}

// More pairs than a tile has, monomials of two tiles, several blocks of samples.
TEST_CASE("Gram matrices of larger models")
{
    for (char const* const score : {"linear", "quadratic", "ridge"}) {
        Family family;
        family.score = find<Scores>(score);
        family.psi = score == std::string_view("ridge") ? find<Activations>("tanh") : 0;
        family.form = find<Experts>("ffn");
        family.activation = find<Activations>("gelu");
        auto const problem = drawn_problem<double>(model_of(family, 9, 7), 300, 5);
        Normal const want = plain_normal(problem);
        for (Backend const& backend : level_backends())
            check_normal(backend, problem, want);
        for (int const lanes : {1, 7, static_cast<int>(Backend::warp)})
            check_normal({{}, lanes}, problem, want);
    }
}

// J^T (f - y) for another y, of coefficients and predictions that are known: the bits of a
// linearisation with that y, though what depends on theta is not made again.
TEST_CASE("a gradient of known coefficients is that of a linearisation")
{
    unsigned seed = 1;
    for (Family const& family : paired_families()) {
        INFO(name_of(family));
        auto problem = drawn_problem<double>(model_of(family, 3, 4), 45, seed++);
        for (Backend const& backend : all_backends()) {
            INFO(backend.name());
            GramCase<double> known(backend, problem);
            std::vector<double> f(problem.y.size(), NAN), got(known.gradient.size(), NAN);
            LinearizeTask<double> task{problem.model,    known.theta.data(),
                                       problem.n(),      problem.x.data(),
                                       problem.y.data(), nullptr,
                                       nullptr,          nullptr,
                                       f.data()};
            backend.run(task);
            Problem<double> other = problem;
            for (std::size_t t = 0; t < other.y.size(); ++t)
                other.y[t] = std::cos(3. * static_cast<double>(t));
            GramCase<double> const want(backend, other);
            std::vector<double> const before = known.coefficients;
            task.y = other.y.data();
            task.coefficients = known.coefficients.data();
            task.gradient = got.data();
            task.f = nullptr;
            task.known_f = f.data();
            backend.run(task);
            CHECK(std::memcmp(got.data(), want.gradient.data(), sizeof(double) * got.size()) == 0);
            CHECK(known.coefficients == before);
        }
    }
}
