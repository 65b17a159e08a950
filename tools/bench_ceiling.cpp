#include "tools/bench.h"

#include <cblas.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace moerate
{

double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

double sgemm_flops(int threads)
{
    constexpr int m = 2048;
    static std::vector<float> const a(static_cast<std::size_t>(m) * m, 0.5f), b(a.size(), 0.25f);
    static std::vector<float> c(a.size());
    openblas_set_num_threads(threads);
    double const begin = now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, m, m, 1.0f, a.data(), m, b.data(), m,
                0.0f, c.data(), m);
    double const seconds = now() - begin;
    openblas_set_num_threads(1);
    // Its workers spin for some 100 ms after a product; what is timed next shall have the cores.
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return 2.0 * m * m * m / seconds;
}

Spread::Spread(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    median = values[values.size() / 2];
    least = values.front();
    most = values.back();
}

nlohmann::ordered_json to_json(Spread const& spread)
{
    return {{"median", spread.median}, {"min", spread.least}, {"max", spread.most}};
}

} // namespace moerate
