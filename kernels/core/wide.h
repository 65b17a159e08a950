#pragma once

/// @file
/// Numbers with the precision of a double and a wider exponent: masses exp(b / T) of any size,
/// their sums, differences and products. Where a double would have held every step, the digits are
/// those of doubles: a common exponent is a power of two, and taking it out is exact.

#include "kernels/core/math.h"

MOE_BEGIN_ISA

/// The number part * 2^(512 power), with 2^-256 <= |part| < 2^256. The power of 0 is the lowest
/// one, that of what is not finite the highest, so that the larger power always decides a sum.
class Wide
{
public:
    Wide() = default;
    MOE_HD Wide(double number) : Wide(number, 0) {}

    /// The nearest double: infinite or 0 where the number is too large or too small for one.
    MOE_HD double value() const { return over(0); }
    /// The same of the number / 2^(512 unit).
    MOE_HD double over(int unit) const
    {
        constexpr int past = 3; // steps to where no doubles are left
        int steps = power_ - unit;
        steps = steps > past ? past : steps;
        steps = steps < -past ? -past : steps;
        double number = part_;
        for (; steps > 0; --steps)
            number *= large;
        for (; steps < 0; ++steps)
            number *= small;
        return number;
    }
    MOE_HD int power() const { return power_; }

    MOE_HD friend Wide operator+(Wide const& a, Wide const& b)
    {
        if (a.power_ == b.power_)
            return {a.part_ + b.part_, a.power_};
        Wide const& more = a.power_ > b.power_ ? a : b;
        Wide const& less = a.power_ > b.power_ ? b : a;
        bool const near = more.power_ - less.power_ == 1; // else it is below all digits
        return near ? Wide(more.part_ + less.part_ * small, more.power_) : more;
    }
    MOE_HD friend Wide operator-(Wide const& a, Wide const& b)
    {
        Wide minus = b;
        minus.part_ = -b.part_;
        return a + minus;
    }
    MOE_HD friend Wide operator*(Wide const& a, Wide const& b)
    {
        return {a.part_ * b.part_, a.power_ + b.power_};
    }
    /// a b + c, rounded once.
    MOE_HD friend Wide fma(Wide const& a, Wide const& b, Wide const& c)
    {
        int const power = a.power_ + b.power_;
        if (power == c.power_)
            return {std::fma(a.part_, b.part_, c.part_), power};
        if (power + 1 == c.power_)
            return {std::fma(a.part_ * small, b.part_, c.part_), c.power_};
        if (power == c.power_ + 1)
            return {std::fma(a.part_, b.part_, c.part_ * small), power};
        return a * b + c;
    }
    MOE_HD friend Wide abs(Wide const& a)
    {
        Wide size = a;
        size.part_ = std::fabs(a.part_);
        return size;
    }
    /// False where one of them is not a number.
    MOE_HD friend bool operator<(Wide const& a, Wide const& b) { return (a - b).part_ < 0; }

    /// e^x.
    MOE_HD static Wide exp(double x)
    {
        constexpr double held = 708; // |x| whose exp is an ordinary double
        constexpr double step = 512; // of the power, in units of log 2
        constexpr double furthest = 1e8;
        if (std::fabs(x) <= held || !(std::fabs(x) < furthest))
            return math::exp(x);
        double const power = std::floor(x / (step * math::Ln2<double>::high) + 0.5);
        double const rest = std::fma(-power, step * math::Ln2<double>::low,
                                     std::fma(-power, step * math::Ln2<double>::high, x));
        return {math::exp(rest), static_cast<int>(power)};
    }

private:
    static constexpr double large = 0x1p512;
    static constexpr double small = 0x1p-512;
    static constexpr int furthest_power = 1 << 28;
    /// Not inside of a function: device code cannot call max().
    static constexpr double most = std::numeric_limits<double>::max();

    MOE_HD Wide(double part, int power) : part_(part), power_(power)
    {
        constexpr double high = 0x1p256;
        constexpr double low = 0x1p-256;
        double const size = std::fabs(part);
        if (size >= low && size < high)
            return;
        if (size == 0 || !(size <= most)) {
            power_ = size == 0 ? -furthest_power : furthest_power;
            return;
        }
        for (; std::fabs(part_) < low; --power_)
            part_ *= large;
        for (; std::fabs(part_) >= high; ++power_)
            part_ *= small;
    }

    double part_;
    int power_;
    int filled_ = 0; ///< not padding: a copy must not read what nobody has written
};

MOE_END_ISA
