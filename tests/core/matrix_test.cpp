#include "host/core/matrix.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace moerate;

namespace
{

/// [1 2 3; 4 5 6]
DenseMatrix two_rows()
{
    DenseMatrix a(2, 3);
    a.values = {1, 4, 2, 5, 3, 6};
    return a;
}

} // namespace

TEST_CASE("products of matrices and vectors are those by hand")
{
    DenseMatrix const a = two_rows();
    CHECK(a(1, 0) == 4);
    DenseMatrix b(3, 1);
    b.values = {1, 0, -1};
    CHECK(product(a, b).values == std::vector<double>{-2, -2});
    CHECK(product(a, std::vector<double>{1, 0, -1}) == std::vector<double>{-2, -2});
    CHECK(crossed(a, std::vector<double>{1, 1}) == std::vector<double>{5, 7, 9});
    DenseMatrix const squares = crossed(a, a);
    CHECK(squares.rows == 3);
    CHECK(squares.values == std::vector<double>{17, 22, 27, 22, 29, 36, 27, 36, 45});
    CHECK(scaled_rows(a, {1, 10}).values == std::vector<double>{1, 40, 2, 50, 3, 60});
    CHECK(scaled_columns(a, {1, 10, 0}).values == std::vector<double>{1, 4, 20, 50, 0, 0});
    CHECK(last_columns(a, 1).values == std::vector<double>{2, 5, 3, 6});
    CHECK(last_columns(a, 3).columns == 0);
}

TEST_CASE("a symmetric matrix has its eigenvalues in order, and their vectors")
{
    DenseMatrix a(2, 2);
    a.values = {2, 1, 1, 2}; // 1 along (1, -1), 3 along (1, 1)
    Spectrum const found = spectrum_of(a, Wanted::vectors);
    REQUIRE(found.values.size() == 2);
    CHECK(found.values[0] == Approx(1)); // to a few roundings
    CHECK(found.values[1] == Approx(3));
    CHECK(found.vectors(0, 0) == Approx(-found.vectors(1, 0)));
    CHECK(found.vectors(0, 1) == Approx(found.vectors(1, 1)));
    CHECK(std::fabs(found.vectors(0, 1)) == Approx(std::sqrt(0.5)));
    Spectrum const values = spectrum_of(a, Wanted::values);
    CHECK(values.values[0] == Approx(1));
    CHECK(values.vectors.values.empty());
}

TEST_CASE("a positive definite system is solved")
{
    DenseMatrix a(2, 2);
    a.values = {4, 2, 2, 5};
    std::vector<double> const z = solved(a, {2, 9}); // a (-0.5, 2)
    CHECK(z[0] == Approx(-0.5));
    CHECK(z[1] == Approx(2));
}

TEST_CASE("singular values descend, small ones keep their digits")
{
    DenseMatrix a(3, 2); // columns (1, 1, 0) and (1, 1, 1e-9): values sqrt(4), about 1e-9 / sqrt(2)
    a.values = {1, 1, 0, 1, 1, 1e-9};
    SingularValues const found = singular_values_of(a);
    REQUIRE(found.values.size() == 2);
    CHECK(found.values[0] == Approx(2).epsilon(1e-12));
    CHECK(found.values[1] ==
          Approx(1e-9 / std::sqrt(2)).epsilon(1e-6));               // eigenvalues of A^T A: none
    CHECK(std::fabs(found.right(0, 1) + found.right(1, 1)) < 1e-6); // (1, -1) / sqrt(2)
}
