#include "kernels/core/norm.h"
#include "kernels/core/wide.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace moerate;

namespace
{

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Numbers of both signs over most of the doubles' exponents.
std::vector<double> scattered()
{
    std::mt19937_64 random(3);
    std::vector<double> numbers{0, 1, -1};
    for (int i = 0; i < 60; ++i)
        numbers.push_back(std::ldexp(std::normal_distribution<double>()(random), i * 15 - 450));
    return numbers;
}

} // namespace

TEST_CASE("wide numbers have the digits of doubles where a double holds them")
{
    for (double const a : scattered()) {
        CHECK(Wide(a).value() == a);
        CHECK(abs(Wide(a)).value() == std::fabs(a));
        for (double const b : scattered()) {
            CHECK((Wide(a) + Wide(b)).value() == a + b);
            CHECK((Wide(a) - Wide(b)).value() == a - b);
            CHECK((Wide(a) < Wide(b)) == (a < b));
            double const product = a * b;
            if (product == 0 || std::fabs(product) >= std::numeric_limits<double>::min())
                CHECK((Wide(a) * Wide(b)).value() == product);
            for (double const c : {0.0, 0.3, a, -b, 1e200, 1e-150}) {
                double const fused = std::fma(a, b, c);
                if (std::fabs(fused) >= std::numeric_limits<double>::min())
                    CHECK(fma(Wide(a), Wide(b), Wide(c)).value() == fused);
            }
        }
    }
    for (double const x : {-707.0, -400.0, -3.0, 0.0, 0.1, 300.0, 707.0})
        CHECK(Wide::exp(x).value() == math::exp(x));
}

TEST_CASE("wide numbers go on where doubles end")
{
    // x of size 1e4 is known to 1e-12, and so is exp(x), relative.
    for (double const x : {709.0, 720.5, 1e3, 1234.5, 9999.75, -711.0, -1e4}) {
        CHECK((Wide::exp(x) * Wide::exp(-x)).value() == Approx(1).epsilon(1e-11));
        CHECK((Wide::exp(x) * Wide::exp(1 - x)).value() == Approx(std::exp(1.0)).epsilon(1e-11));
        CHECK(Wide::exp(x) < Wide::exp(x + 1e-9));
        // e^x (3 - 2) e^-x
        Wide const difference = Wide(3.0) * Wide::exp(x) - Wide(2.0) * Wide::exp(x);
        CHECK((difference * Wide::exp(-x)).value() == Approx(1).epsilon(1e-11));
        CHECK(fma(Wide::exp(x), Wide::exp(-x), Wide(1.0)).value() == Approx(2).epsilon(1e-11));
    }
    CHECK(Wide::exp(1e4).value() == infinity);
    CHECK(Wide::exp(-1e4).value() == 0);
    CHECK((Wide::exp(1e4) + Wide(1.0) - Wide::exp(1e4)).value() == 0);
    CHECK((Wide::exp(-1e4) + Wide(1.0)).value() == 1);
    CHECK((Wide(0.0) * Wide::exp(1e4)).value() == 0);
    CHECK((Wide(0.0) + Wide::exp(-1e4)) * Wide::exp(1e4) < Wide(1.0 + 1e-10));
    CHECK(Wide(0.0) < Wide::exp(-1e4));
}

TEST_CASE("wide numbers pass on what is not finite")
{
    double const nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(Wide::exp(infinity).value() == infinity);
    CHECK(Wide::exp(-infinity).value() == 0);
    CHECK(std::isnan(Wide::exp(nan).value()));
    for (Wide const& other : {Wide(0.0), Wide(1.0), Wide::exp(5e3), Wide::exp(-5e3)}) {
        CHECK((other + Wide(infinity)).value() == infinity);
        CHECK((other - Wide(infinity)).value() == -infinity);
        CHECK(std::isnan((other + Wide(nan)).value()));
        CHECK(std::isnan((other * Wide(nan)).value()));
        CHECK(std::isnan(fma(other, Wide(nan), Wide(1.0)).value()));
        CHECK(std::isnan(fma(Wide(0.0), Wide(infinity), other).value()));
        CHECK_FALSE(other < Wide(nan));
    }
    CHECK(std::isnan((Wide(infinity) - Wide(infinity)).value()));
}

TEMPLATE_TEST_CASE("norms of vectors of any size", "", float, double)
{
    using Limits = std::numeric_limits<TestType>;
    for (int e = Limits::min_exponent - 1; e < Limits::max_exponent - 3; ++e) {
        TestType const size = std::ldexp(TestType(1), e);
        TestType const v[] = {3 * size, 0, -4 * size};
        TestType const square = v[0] * v[0] + v[2] * v[2];
        ScaledNorm<TestType> const got = scaled_norm(square, 3, [&](int f) { return v[f]; });
        INFO("2^" << e);
        CHECK(got.value() == 5 * size);
        CHECK(std::isnormal(got.norm));
        if (e > -40 && e < 40)
            CHECK(got.unit == 1);
    }
    auto const none = scaled_norm(TestType(0), 2, [](int) { return TestType(0); });
    CHECK(none.value() == 0);
}
