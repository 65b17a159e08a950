#pragma once

/// @file
/// Error function (see math.h).

#include "kernels/core/math_explog.h"

MOE_BEGIN_ISA
namespace math
{

/// erf(x) / x - 1 as a function of z = x^2, |x| <= 1; relative error of erf 1.3e-9.
MOE_HD MOE_INLINE float erf_near(float z)
{
    return horner(z, 0.128379165718F, -0.376126257509F, 0.112835841876F, -0.0268537665574F,
                  0.00518823183458F, -0.000800926783297F, 0.0000785052985948F);
}

/// The same; relative error 7.4e-18.
MOE_HD MOE_INLINE double erf_near(double z)
{
    return horner(z, 0.12837916709551256556, -0.37612638903183517049, 0.11283791670944078324,
                  -0.026866170643093861036, 0.0052239776059696482078, -0.00085483259219976227171,
                  0.00012055293353223393696, -0.000014924707920992046641, 1.6447076567552040507e-6,
                  -1.620588579851310884e-7, 1.3709102107775900233e-8, -7.7759145809815902928e-10);
}

/// e^{x^2} erfc(x) as a function of y = (x - 2) / (x + 2), 1 <= x <= 4; error of erf 1.1e-8.
MOE_HD MOE_INLINE float scaled_erfc(float y)
{
    return horner(y, 0.255396135588F, -0.427186789011F, 0.241473485942F, -0.0807684338920F,
                  -0.00242501839466F);
}

/// The same, 1 <= x <= 6; error of erf 5.5e-19.
MOE_HD MOE_INLINE double scaled_erfc(double y)
{
    return horner(y, 0.25539567631050575941, -0.42718584741395683083, 0.2416581942424688014,
                  -0.078978581016415620635, 0.0037328923985381944721, 0.0069974617856511291608,
                  -0.00084714259049278613808, -0.00098197647889673073752, 0.00004353616216489017997,
                  0.0001742884685602150706, 0.000027623152574695061453, -0.00002661156364904425793,
                  -0.000012644162559461083958);
}

/// erf(x) = 2 / sqrt(pi) int_0^x e^{-u^2} du: a polynomial up to 1, then 1 - erfc(x), whose cut at
/// 4 (float) and 6 (double) is below the rounding of 1.
template <class Real>
MOE_HD MOE_INLINE Real erf(Real x)
{
#if defined(__CUDA_ARCH__)
    return ::erf(x);
#else
    constexpr Real end = sizeof(Real) == sizeof(float) ? Real(4) : Real(6);
    Real const size = std::fabs(x);
    Real const cut = end < size ? end : size;
    Real const near = std::fma(x, erf_near(x * x), x);
    Real const y = (cut - Real(2)) / (cut + Real(2));
    Real const far = std::fma(-exp(-cut * cut), scaled_erfc(y), Real(1));
    return size < Real(1) ? near : std::copysign(far, x);
#endif
}

} // namespace math
MOE_END_ISA
