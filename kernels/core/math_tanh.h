#pragma once

/// @file
/// Hyperbolic tangent (see math.h).

#include "kernels/core/math_explog.h"

MOE_BEGIN_ISA
namespace math
{

/// (tanh(x) / x - 1) / x^2 as a function of z = x^2, |x| <= 0.625; relative error of tanh 4.4e-9.
MOE_HD MOE_INLINE float tanh_tail(float z)
{
    return horner(z, -0.333332819463F, 0.133314422091F, -0.053739712038F, 0.0206390713963F,
                  -0.00570496621552F);
}

/// The same; relative error 3.8e-19.
MOE_HD MOE_INLINE double tanh_tail(double z)
{
    return horner(z, -0.33333333333333312814, 0.13333333333329742678, -0.053968253966058832929,
                  0.0218694884687136293, -0.0088632343125537140214, 0.003592113999658550714,
                  -0.001455725946822199499, 0.00058945179416774179742, -0.00023701171784058823217,
                  0.000091558391217926934697, -0.000030187200360391648111,
                  6.0424595251885290022e-6);
}

/// tanh(x): the polynomial near 0, 1 - 2 / (e^{2|x|} + 1) beyond 0.625, where nothing cancels.
template <class Real>
MOE_HD MOE_INLINE Real tanh(Real x)
{
#if defined(__CUDA_ARCH__)
    return ::tanh(x);
#else
    Real const size = std::fabs(x);
    Real const z = x * x;
    Real const near = std::fma(x * z, tanh_tail(z), x);
    Real const far = Real(1) - Real(2) / (exp(Real(2) * size) + Real(1));
    return size < Real(0.625) ? near : std::copysign(far, x);
#endif
}

} // namespace math
MOE_END_ISA
