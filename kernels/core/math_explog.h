#pragma once

/// @file
/// exp, log and sqrt (see math.h).

#include "kernels/core/math_bits.h"

MOE_BEGIN_ISA
namespace math
{

/// 2 (e^r - 1 - r) / r^2 on |r| <= log(2) / 2; relative error of e^r 3.1e-9.
MOE_HD MOE_INLINE float twice_exp_tail(float r)
{
    return horner(r, 0.999999868988F, 0.333330412412F, 0.0833367751646F, 0.0167374334729F,
                  0.0027629254292F);
}

/// The same; relative error of e^r 3.6e-18.
MOE_HD MOE_INLINE double twice_exp_tail(double r)
{
    return horner(r, 1.00000000000000212546, 0.33333333333332825298, 0.08333333333306031033,
                  0.0166666666669887981804, 0.0027777777887262171074, 0.00039682539013773492434,
                  0.000049602986195657074926, 5.5115172581768841638e-6, 5.5260497591761637524e-7,
                  5.0000168851548741326e-8);
}

/// log(2) as the sum of two numbers of the type.
template <class Real>
struct Ln2;

template <>
struct Ln2<float>
{
    static constexpr float high = 0.693147182F;
    static constexpr float low = -1.90465429995776804525e-9F;
};

template <>
struct Ln2<double>
{
    static constexpr double high = 0.69314718055994530942;
    static constexpr double low = 2.3190468138462995584e-17;
};

/// e^x. Overflow gives infinity, NaN gives NaN, exp(-inf) = 0. Values below sqrt(2) times the
/// smallest normal number are returned as 0 (x < -86.99 in float, x < -708.05 in double).
template <class Real>
MOE_HD MOE_INLINE Real exp(Real x)
{
#if defined(__CUDA_ARCH__)
    return ::exp(x);
#else
    using Bits = typename Format<Real>::Bits;
    using Signed = std::make_signed_t<Bits>;
    constexpr int bias = Format<Real>::bias;
    constexpr Real lowest = Real(1 - bias) * Ln2<Real>::high;
    constexpr Real log2e = Real(1.4426950408889634074);
    // The exponent field of the power of two comes straight out of the rounding: 2^(m - 1) for
    // m = round(x log2(e)), and the polynomial holds the other factor 2, so that the largest m,
    // bias + 1, is in reach. The smallest, 1 - bias, has the field 0, which is the number 0.
    constexpr Real shift = round_shift<Real> + Real(bias - 1);
    constexpr Real top = shift + Real(bias + 1);

    // A too large m is cut as an integer: one instruction, and NaN stays NaN in r.
    Signed const rounded = bits_as<Signed>(std::fma(x, log2e, shift));
    Signed const cut = rounded < bits_as<Signed>(top) ? rounded : bits_as<Signed>(top);
    Real const m = bits_as<Real>(cut) - shift;
    Real const r = std::fma(m, -Ln2<Real>::low, std::fma(m, -Ln2<Real>::high, x));
    Real const power = bits_as<Real>(static_cast<Bits>(cut) << Format<Real>::fraction);
    Real const twice = std::fma(r, std::fma(r, twice_exp_tail(r), Real(2)), Real(2));
    return x < lowest ? Real(0) : twice * power;
#endif
}

/// log(1 + f) - f on [sqrt(1/2) - 1, sqrt(2) - 1] as f^2 (f q(f) - 1/2), relative error of
/// log(1 + f) 5.9e-9.
MOE_HD MOE_INLINE float log_tail(float f)
{
    float const q = horner(f, 0.3333333167F, -0.250008216F, 0.2000122979F, -0.1662333852F,
                           0.1420167995F, -0.1316030044F, 0.1276219353F, -0.07634935891F);
    return f * f * std::fma(f, q, -0.5F);
}

/// The same by log(1 + f) = 2 atanh(s), s = f / (2 + f), as s (f^2 / 2 + R(s^2)) - f^2 / 2 with R
/// the series of 2 atanh(s) / s - 2; relative error 1.3e-18.
MOE_HD MOE_INLINE double log_tail(double f)
{
    double const s = f / (2.0 + f);
    double const z = s * s;
    double const half = 0.5 * f * f;
    double const q = horner(z, 0.66666666666667345039, 0.3999999999941398531, 0.2857142874255868644,
                            0.22222198554031912041, 0.1818356539959463094, 0.15314021190999793527,
                            0.14796261590767217363);
    return std::fma(s, std::fma(z, q, half), -half);
}

/// log(x). log(0) = -infinity, log(infinity) = infinity, x < 0 and NaN give NaN; denormal x is
/// exact.
template <class Real>
MOE_HD MOE_INLINE Real log(Real x)
{
#if defined(__CUDA_ARCH__)
    return ::log(x);
#else
    using Bits = typename Format<Real>::Bits;
    constexpr int fraction = Format<Real>::fraction;
    constexpr Real infinity = std::numeric_limits<Real>::infinity();
    constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
    constexpr Real scale = Real(Bits(1) << fraction);
    constexpr Real sqrt_half = Real(0.70710678118654752440);

    // x = 2^e (1 + f), 1 + f in [sqrt(1/2), sqrt(2)); e is read off as scale + (e + bias).
    bool const denormal = x < std::numeric_limits<Real>::min();
    Real const normal = denormal ? x * scale : x;
    Bits const lowest = bits_as<Bits>(sqrt_half);
    Bits const bits = bits_as<Bits>(normal) + (bits_as<Bits>(Real(1)) - lowest);
    Bits const field = (bits >> fraction) | bits_as<Bits>(scale);
    Real const bias = denormal ? Real(Format<Real>::bias + fraction) : Real(Format<Real>::bias);
    Real const e = bits_as<Real>(field) - (scale + bias);
    Bits const mask = (Bits(1) << fraction) - 1;
    Real const f = bits_as<Real>(Bits((bits & mask) + lowest)) - Real(1);

    Real const value = std::fma(e, Ln2<Real>::high, f + std::fma(e, Ln2<Real>::low, log_tail(f)));
    Real const edge = x == Real(0) ? -infinity : nan;
    return x > Real(0) ? (x < infinity ? value : x) : edge;
#endif
}

/// The square root, correctly rounded.
template <class Real>
MOE_HD MOE_INLINE Real sqrt(Real x)
{
    return std::sqrt(x);
}

} // namespace math
MOE_END_ISA
