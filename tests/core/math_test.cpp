#include "kernels/core/math.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

using namespace moerate;

namespace
{

/// Function under test, evaluated in a loop as the kernels do it, and its reference.
struct Exp
{
    static constexpr char const* name = "exp";
    template <class Real>
    static Real eval(Real x)
    {
        return math::exp(x);
    }
    static long double exact(long double x) { return std::exp(x); }
};

struct Log
{
    static constexpr char const* name = "log";
    template <class Real>
    static Real eval(Real x)
    {
        return math::log(x);
    }
    static long double exact(long double x) { return std::log(x); }
};

struct Tanh
{
    static constexpr char const* name = "tanh";
    template <class Real>
    static Real eval(Real x)
    {
        return math::tanh(x);
    }
    static long double exact(long double x) { return std::tanh(x); }
};

struct Erf
{
    static constexpr char const* name = "erf";
    template <class Real>
    static Real eval(Real x)
    {
        return math::erf(x);
    }
    static long double exact(long double x) { return std::erf(x); }
};

struct Sqrt
{
    static constexpr char const* name = "sqrt";
    template <class Real>
    static Real eval(Real x)
    {
        return math::sqrt(x);
    }
    static long double exact(long double x) { return std::sqrt(x); }
};

constexpr long double pi = 3.141592653589793238462643383279502884L;

/// sin(pi t) for |t| <= 1, brought exactly to |t| <= 1/4 before pi is multiplied.
long double sinpi_of_turn(long double t)
{
    long double const folded = std::fabs(t) > 0.5L ? std::copysign(1.0L, t) - t : t;
    if (std::fabs(folded) <= 0.25L)
        return std::sin(pi * folded);
    return std::copysign(std::cos(pi * (0.5L - std::fabs(folded))), folded);
}

struct Sinpi
{
    static constexpr char const* name = "sinpi";
    template <class Real>
    static Real eval(Real x)
    {
        Real s = 0;
        Real c = 0;
        math::sincospi(x, &s, &c);
        return s;
    }
    static long double exact(long double x) { return sinpi_of_turn(x - 2 * std::rint(x / 2)); }
};

struct Cospi
{
    static constexpr char const* name = "cospi";
    template <class Real>
    static Real eval(Real x)
    {
        Real s = 0;
        Real c = 0;
        math::sincospi(x, &s, &c);
        return c;
    }
    static long double exact(long double x)
    {
        return sinpi_of_turn(0.5L - std::fabs(x - 2 * std::rint(x / 2)));
    }
};

template <class F, class Real>
__attribute__((noinline)) void eval_all(Real const* x, Real* y, int count)
{
    MOE_SIMD
    for (int i = 0; i < count; ++i)
        y[i] = F::eval(x[i]);
}

template <class F, class Real>
Real eval_one(Real x)
{
    Real y = 0;
    eval_all<F>(&x, &y, 1);
    return y;
}

/// Distance of `value` from `exact` in units of the spacing of the type's numbers at `exact`.
template <class Real>
double ulps(Real value, long double exact)
{
    Real const size = std::fabs(static_cast<Real>(exact));
    Real const next = std::nextafter(size, std::numeric_limits<Real>::infinity());
    long double const off = std::fabs(static_cast<long double>(value) - exact);
    return static_cast<double>(off / (static_cast<long double>(next) - size));
}

/// Largest error in ulp over `count` points of [low, high], random and hence in every binade that
/// the interval weighs; on a log scale where `by_ratio`.
template <class F, class Real>
double worst_ulps(double low, double high, bool by_ratio)
{
    constexpr int block = 1000;
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> place(by_ratio ? std::log(low) : low,
                                                 by_ratio ? std::log(high) : high);
    std::vector<Real> x(block);
    std::vector<Real> y(block);
    double worst = 0;
    for (int turn = 0; turn < 300; ++turn) {
        for (Real& v : x)
            v = static_cast<Real>(by_ratio ? std::exp(place(random)) : place(random));
        eval_all<F>(x.data(), y.data(), block);
        for (int i = 0; i < block; ++i) {
            double const off = ulps(y[i], F::exact(x[i]));
            worst = off <= worst ? worst : off; // a NaN becomes the worst and stays
        }
    }
    return worst;
}

/// 2 ulp is what the rounding of the last three operations can add up to; the polynomials' own
/// error is below 0.2 ulp.
constexpr double tolerance = 2.0;

} // namespace

#define CHECK_SWEEP(F, low, high, by_ratio)                                                        \
    do {                                                                                           \
        INFO(F::name << " on [" << (low) << ", " << (high) << "]");                                \
        CHECK(worst_ulps<F, TestType>(low, high, by_ratio) <= tolerance);                          \
    } while (false)

TEMPLATE_TEST_CASE("functions are within 2 ulp over their whole range", "", float, double)
{
    bool const single = std::is_same_v<TestType, float>;
    double const least = std::numeric_limits<TestType>::min();
    double const most = std::numeric_limits<TestType>::max();
    CHECK_SWEEP(Exp, single ? -86.9 : -708.0, single ? 88.7 : 709.7, false);
    CHECK_SWEEP(Exp, -1.0, 1.0, false);
    CHECK_SWEEP(Log, 0.4, 2.5, false);
    CHECK_SWEEP(Log, least, most / 2, true);
    CHECK_SWEEP(Log, least / 1024, least, true);
    CHECK_SWEEP(Tanh, -2.0, 2.0, false);
    CHECK_SWEEP(Tanh, -25.0, 25.0, false);
    CHECK_SWEEP(Tanh, least, 1.0, true);
    CHECK_SWEEP(Erf, -1.5, 1.5, false);
    CHECK_SWEEP(Erf, -7.0, 7.0, false);
    CHECK_SWEEP(Erf, least * 16, 1.0, true);
    CHECK_SWEEP(Sinpi, -2.0, 2.0, false);
    CHECK_SWEEP(Sinpi, -1000.0, 1000.0, false);
    CHECK_SWEEP(Cospi, -2.0, 2.0, false);
    CHECK_SWEEP(Cospi, 0.4999, 0.5001, false);
    CHECK_SWEEP(Cospi, -1000.0, 1000.0, false);
    CHECK_SWEEP(Sqrt, least, most, true);
}

TEMPLATE_TEST_CASE("exp at its edges", "", float, double)
{
    using Limits = std::numeric_limits<TestType>;
    TestType const infinity = Limits::infinity();
    TestType const top = std::log(Limits::max());
    TestType const bottom = std::log(Limits::min());
    CHECK(eval_one<Exp>(TestType(0)) == 1);
    CHECK(eval_one<Exp>(TestType(-0.0)) == 1);
    CHECK(eval_one<Exp>(infinity) == infinity);
    CHECK(eval_one<Exp>(-infinity) == 0);
    CHECK(eval_one<Exp>(-infinity - TestType(3)) == 0);
    CHECK(eval_one<Exp>(Limits::max()) == infinity);
    CHECK(eval_one<Exp>(Limits::lowest()) == 0);
    CHECK(eval_one<Exp>(top * TestType(1.0001)) == infinity);
    CHECK(std::isfinite(eval_one<Exp>(top * TestType(0.99999))));
    CHECK(std::isnan(eval_one<Exp>(Limits::quiet_NaN())));
    CHECK(std::isnan(eval_one<Exp>(-Limits::quiet_NaN())));
    // The documented cut: below sqrt(2) times the least normal number 0 may stand.
    for (TestType x = bottom - 20; x < bottom + TestType(0.3); x += TestType(0.0625))
        CHECK(std::fabs(eval_one<Exp>(x) - std::exp(x)) <= Limits::min() * TestType(1.4143));
}

TEMPLATE_TEST_CASE("log at its edges", "", float, double)
{
    using Limits = std::numeric_limits<TestType>;
    TestType const infinity = Limits::infinity();
    CHECK(eval_one<Log>(TestType(1)) == 0);
    CHECK(eval_one<Log>(TestType(0)) == -infinity);
    CHECK(eval_one<Log>(TestType(-0.0)) == -infinity);
    CHECK(eval_one<Log>(infinity) == infinity);
    CHECK(std::isnan(eval_one<Log>(-infinity)));
    CHECK(std::isnan(eval_one<Log>(TestType(-1))));
    CHECK(std::isnan(eval_one<Log>(-Limits::denorm_min())));
    CHECK(std::isnan(eval_one<Log>(Limits::quiet_NaN())));
    CHECK(ulps(eval_one<Log>(Limits::denorm_min()), Log::exact(Limits::denorm_min())) <= tolerance);
    CHECK(ulps(eval_one<Log>(Limits::max()), Log::exact(Limits::max())) <= tolerance);
    TestType const above = std::nextafter(TestType(1), infinity);
    CHECK(ulps(eval_one<Log>(above), Log::exact(above)) <= tolerance);
}

TEMPLATE_TEST_CASE("tanh and erf at their edges", "", float, double)
{
    using Limits = std::numeric_limits<TestType>;
    TestType const infinity = Limits::infinity();
    CHECK(eval_one<Tanh>(infinity) == 1);
    CHECK(eval_one<Tanh>(-infinity) == -1);
    CHECK(eval_one<Tanh>(TestType(0)) == 0);
    CHECK(eval_one<Tanh>(Limits::denorm_min()) == Limits::denorm_min());
    CHECK(std::isnan(eval_one<Tanh>(Limits::quiet_NaN())));
    CHECK(eval_one<Erf>(infinity) == 1);
    CHECK(eval_one<Erf>(-infinity) == -1);
    CHECK(eval_one<Erf>(Limits::max()) == 1);
    CHECK(eval_one<Erf>(TestType(0)) == 0);
    CHECK(std::isnan(eval_one<Erf>(Limits::quiet_NaN())));
}

TEMPLATE_TEST_CASE("sincospi at multiples of a quarter turn and at its edges", "", float, double)
{
    using Limits = std::numeric_limits<TestType>;
    TestType const sine[4] = {0, 1, 0, -1};
    for (int quarter = -9; quarter <= 9; ++quarter) {
        TestType const t = TestType(0.5) * static_cast<TestType>(quarter);
        CHECK(eval_one<Sinpi>(t) == sine[quarter & 3]);
        CHECK(eval_one<Cospi>(t) == sine[(quarter + 1) & 3]);
    }
    CHECK(eval_one<Sinpi>(Limits::max()) == 0);
    CHECK(eval_one<Cospi>(Limits::max()) == 1);
    CHECK(std::isnan(eval_one<Sinpi>(Limits::infinity())));
    CHECK(std::isnan(eval_one<Cospi>(Limits::quiet_NaN())));
}

TEMPLATE_TEST_CASE("a value does not depend on its place in the loop", "", float, double)
{
    // 61 = vectors and a scalar rest; each shift moves every point to another lane or to the rest.
    constexpr int count = 61;
    std::mt19937_64 random(11);
    std::uniform_real_distribution<TestType> place(TestType(0.01), TestType(6));
    std::vector<TestType> x(count);
    for (TestType& v : x)
        v = place(random);
    auto const check = [&](auto function) {
        using F = decltype(function);
        INFO(F::name);
        std::vector<TestType> all(count);
        eval_all<F>(x.data(), all.data(), count);
        for (int from = 0; from < count; ++from) {
            std::vector<TestType> part(count - from);
            eval_all<F>(x.data() + from, part.data(), count - from);
            CHECK(std::equal(part.begin(), part.end(), all.begin() + from));
        }
    };
    check(Exp{});
    check(Log{});
    check(Tanh{});
    check(Erf{});
    check(Sinpi{});
    check(Cospi{});
}
