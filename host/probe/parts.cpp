#include "host/probe/parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace moerate
{

Numbers part(Measure const& of, Block const& block, int row)
{
    auto const begin = of.theta.begin() + block.offset + row * block.width;
    return {begin, begin + block.width};
}

double norm(Numbers const& v)
{
    double sum = 0;
    for (double const x : v)
        sum += x * x;
    return std::sqrt(sum);
}

Numbers minus(Numbers a, Numbers const& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        a[i] -= b[i];
    return a;
}

Numbers times(double c, Numbers v)
{
    for (double& x : v)
        x *= c;
    return v;
}

bool near(Numbers const& a, Numbers const& b)
{
    return norm(minus(a, b)) <= 1e-6 * (1 + norm(a));
}

std::string name_of(Block const& block)
{
    return block.role == Role::expert_bias ? "b_e" : block.name;
}

std::string shown(Numbers const& v)
{
    std::vector<std::string> words;
    for (double const x : v)
        words.push_back(fmt::format("{:.4g}", std::fabs(x) < 1e-9 ? 0.0 : x));
    return v.size() == 1 ? words[0] : fmt::format("({})", fmt::join(words, ", "));
}

} // namespace moerate
