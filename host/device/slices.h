#pragma once

/// @file
/// Many arrays in one allocation.

#include "host/device/device.h"

#include <cstddef>
#include <vector>

namespace moerate
{

/// Cuts one allocation into arrays. Each begins on a multiple of 64 bytes: vectorised sums may
/// treat the elements before the first full vector apart, so a result must not depend on what lies
/// before it.
template <class T>
class Slices
{
public:
    /// Plans an array of `size` elements; returns its number.
    int add(std::size_t size)
    {
        begin_.push_back(end_);
        constexpr std::size_t step = 64 / sizeof(T) == 0 ? 1 : 64 / sizeof(T);
        end_ += (size + step - 1) / step * step;
        return static_cast<int>(begin_.size()) - 1;
    }

    /// Allocates all that was planned.
    void allocate(Device& device) { memory_ = DeviceArray<T>(device, end_); }
    /// Allocates and fills with `values`, which are laid out as offset() says.
    void upload(Device& device, std::vector<T> const& values)
    {
        memory_ = DeviceArray<T>(device, values);
    }

    /// The arrays first .. last - 1 from those of `other`, which is on the same device and was
    /// planned alike.
    void copy(Device& device, Slices const& other, int first, int last) const
    {
        auto const begin_of = [&](int number) {
            return number < static_cast<int>(begin_.size()) ? begin_[number] : end_;
        };
        std::size_t const begin = begin_of(first), end = begin_of(last);
        if (end > begin)
            device.copy(memory_.data() + begin, other.memory_.data() + begin,
                        (end - begin) * sizeof(T));
    }

    T* at(int number) const { return memory_.data() + begin_[number]; }
    std::size_t offset(int number) const { return begin_[number]; }
    std::size_t size() const { return end_; }
    std::vector<T> download() const { return memory_.download(); }

private:
    std::vector<std::size_t> begin_;
    std::size_t end_ = 0;
    DeviceArray<T> memory_;
};

} // namespace moerate
