#pragma once

/// @file
/// Sine and cosine of multiples of pi (see math.h).

#include "kernels/core/math_bits.h"

MOE_BEGIN_ISA
namespace math
{

/// sin(pi r) / r - high(pi) as a function of z = r^2, |r| <= 1/4; c0 is the rest of pi. Relative
/// error of sin(pi r) 3.6e-9.
MOE_HD MOE_INLINE float sinpi_tail(float z)
{
    return horner(z, -8.74227765734758577e-8F, -5.16770914299F, 2.54981038803F, -0.589477706693F);
}

/// The same; relative error 3.5e-18.
MOE_HD MOE_INLINE double sinpi_tail(double z)
{
    return horner(z, 1.2246467991473531772e-16, -5.1677127800499592903, 2.5501640398740038717,
                  -0.59926452897459900893, 0.082145870120138614962, -0.0073700336832066515948,
                  0.00046159159363740144423);
}

/// (cos(pi r) - 1) / r^2 as a function of z = r^2, |r| <= 1/4; relative error of cos(pi r) 5.4e-11.
MOE_HD MOE_INLINE float cospi_tail(float z)
{
    return horner(z, -4.93480217335F, 4.05870790227F, -1.33505839261F, 0.231428854088F);
}

/// The same; relative error 3.3e-20.
MOE_HD MOE_INLINE double cospi_tail(double z)
{
    return horner(z, -4.9348022005446792668, 4.0587121264167508161, -1.3352627688521857694,
                  0.23533063020147425747, -0.025806885875810648206, 0.0019294681283291778432,
                  -0.00010357766185043086128);
}

/// *s = sin(pi t), *c = cos(pi t), for any finite t; NaN for the others.
template <class Real>
MOE_HD MOE_INLINE void sincospi(Real t, Real* s, Real* c)
{
#if defined(__CUDA_ARCH__)
    if constexpr (sizeof(Real) == sizeof(float))
        ::sincospif(t, s, c);
    else
        ::sincospi(t, s, c);
#else
    using Bits = typename Format<Real>::Bits;
    constexpr int sign = 8 * int(sizeof(Real)) - 1;
    constexpr Real pi_high = Real(3.14159265358979323846);

    // t = 2 j + q / 2 + r, |r| <= 1/4; both steps are exact.
    Real const turn = std::fma(std::rint(t * Real(0.5)), Real(-2), t);
    Real const shifted = std::fma(turn, Real(2), round_shift<Real>);
    Bits const q = bits_as<Bits>(shifted);
    Real const r = std::fma(shifted - round_shift<Real>, Real(-0.5), turn);
    Real const z = r * r;
    Bits const sine = bits_as<Bits>(std::fma(r, pi_high, r * sinpi_tail(z)));
    Bits const cosine = bits_as<Bits>(std::fma(z, cospi_tail(z), Real(1)));

    // Quarter q of the circle: odd ones swap the two, bit 1 of q and of q + 1 gives the signs.
    Bits const swap = Bits(0) - (q & 1);
    Bits const exchange = (sine ^ cosine) & swap;
    *s = bits_as<Real>(Bits(sine ^ exchange ^ (((q >> 1) & 1) << sign)));
    *c = bits_as<Real>(Bits(cosine ^ exchange ^ ((((q + 1) >> 1) & 1) << sign)));
#endif
}

} // namespace math
MOE_END_ISA
