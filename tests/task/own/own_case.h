#pragma once

/// @file
/// Dot products whose sums are whole numbers, exact in any order.

#include "host/device/device.h"
#include "tests/task/own/own_api.h"

#include <vector>

namespace moerate
{

template <class Real>
struct DotCase
{
    std::vector<Real> a, b;
    Real sum = 0;

    explicit DotCase(int n)
    {
        for (int i = 0; i < n; ++i) {
            a.push_back(static_cast<Real>(i % 7 - 3));
            b.push_back(static_cast<Real>(i % 5 + 1));
            sum += a.back() * b.back();
        }
    }
};

/// Sizes and widths: of one, around the lanes' number, and (the last) more scratch than a GPU's
/// block has.
constexpr struct
{
    int n, width;
} dot_sizes[] = {{1, 1}, {5, 3}, {31, 32}, {1000, 33}, {257, 129}, {4099, 70000}};

/// The sums of all dot_sizes in one list, with the seconds that the tasks took.
template <class Real>
struct DotRun
{
    std::vector<Real> sum;
    std::vector<double> seconds;

    explicit DotRun(Device& device)
    {
        std::vector<DeviceArray<Real>> arrays;
        DeviceArray<Real> const sums(device, std::vector<Real>(std::size(dot_sizes), Real(-1)));
        std::vector<DotTask<Real>> tasks;
        for (auto const& [n, width] : dot_sizes) {
            DotCase<Real> const one(n);
            arrays.emplace_back(device, one.a);
            arrays.emplace_back(device, one.b);
            tasks.push_back({n, width, arrays[arrays.size() - 2].data(), arrays.back().data(),
                             sums.data() + tasks.size()});
        }
        seconds = device.run(tasks);
        sum = sums.download();
    }
};

/// What DotRun::sum must be.
template <class Real>
std::vector<Real> dot_sums()
{
    std::vector<Real> sums;
    for (auto const& size : dot_sizes)
        sums.push_back(DotCase<Real>(size.n).sum);
    return sums;
}

} // namespace moerate
