#pragma once

/// @file
/// What the peers in C++ share: the problems' file, and the mixture with its Jacobian as a user of
/// a least-squares library would write it. Model and file: problems.py.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace peer
{

/// Processor seconds of this process, all threads.
inline double now()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Problem
{
    int n = 0, d = 0, k = 0;
    std::vector<double> x, y, start; ///< [n][d], [n], [p]
    int p() const { return 2 * k * (d + 1); }
};

inline std::vector<Problem> read_problems(char const* file)
{
    std::FILE* const in = std::fopen(file, "rb");
    std::int32_t head[4];
    if (in == nullptr || std::fread(head, sizeof head, 1, in) != 1)
        std::exit(2);
    std::vector<Problem> problems(static_cast<std::size_t>(head[0]));
    for (Problem& one : problems) {
        one.n = head[1];
        one.d = head[2];
        one.k = head[3];
        one.x.resize(static_cast<std::size_t>(one.n) * one.d);
        one.y.resize(static_cast<std::size_t>(one.n));
        one.start.resize(static_cast<std::size_t>(one.p()));
        for (std::vector<double>* part : {&one.x, &one.y, &one.start})
            if (std::fread(part->data(), sizeof(double), part->size(), in) != part->size())
                std::exit(2);
    }
    std::fclose(in);
    return problems;
}

/// Residuals f(x_t) - y_t of samples [first, last), and their rows of J [.][p] if not null.
/// theta = (W [k][d], b [k], A [k][d], b_e [k]); softmax gates, GELU experts.
inline void residuals(Problem const& at, double const* theta, int first, int last, double* r,
                      double* jacobian)
{
    int const d = at.d, k = at.k, p = at.p();
    double const *const w = theta, *const b = w + k * d, *const a = b + k, *const e = a + k * d;
    std::vector<double> score(k), value(k), slope(k);
    for (int t = first; t < last; ++t) {
        double const* const x = at.x.data() + static_cast<std::size_t>(t) * d;
        double largest = -1e300;
        for (int i = 0; i < k; ++i) {
            double s = b[i], z = e[i];
            for (int j = 0; j < d; ++j) {
                s += w[i * d + j] * x[j];
                z += a[i * d + j] * x[j];
            }
            double const below = 0.5 * std::erfc(-z * 0.70710678118654752440);
            score[i] = s;
            value[i] = z * below;
            slope[i] = below + z * 0.39894228040143267794 * std::exp(-z * z / 2);
            largest = std::max(largest, s);
        }
        double sum = 0, f = 0;
        for (int i = 0; i < k; ++i)
            sum += score[i] = std::exp(score[i] - largest);
        for (int i = 0; i < k; ++i)
            f += (score[i] /= sum) * value[i];
        r[t - first] = f - at.y[t];
        if (jacobian == nullptr)
            continue;
        double* const row = jacobian + static_cast<std::size_t>(t - first) * p;
        for (int i = 0; i < k; ++i) {
            double const by_score = score[i] * (value[i] - f), by_z = score[i] * slope[i];
            for (int j = 0; j < d; ++j) {
                row[i * d + j] = by_score * x[j];
                row[k * d + k + i * d + j] = by_z * x[j];
            }
            row[k * d + i] = by_score;
            row[2 * k * d + k + i] = by_z;
        }
    }
}

/// Where a fit was at which time: prints {"seconds", "mse"} of each point, a line a fit.
class Trace
{
public:
    void begin() { begin_ = now(); }
    void point(double mse)
    {
        text_ += (text_.empty() ? "" : ", ") + std::string("[") + std::to_string(now() - begin_);
        char number[40];
        std::snprintf(number, sizeof number, ", %.17g]", mse);
        text_ += number;
    }
    void print()
    {
        std::printf("[%s]\n", text_.c_str());
        std::fflush(stdout);
        text_.clear();
    }

private:
    double begin_ = 0;
    std::string text_;
};

} // namespace peer
