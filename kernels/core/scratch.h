#pragma once

/// @file
/// Carving one fit's working memory (CPU: a worker's buffer, CUDA: shared memory) into arrays.

#include "kernels/core/expect.h"

#include <cstddef>

MOE_BEGIN_ISA

/// Whether a base may be null: the host measures, a device has its memory.
#if defined(__CUDA_ARCH__)
constexpr bool may_measure = false;
#else
constexpr bool may_measure = true;
#endif

/// Hands out 64-byte aligned arrays one after the other from a base aligned so. On a null base it
/// only measures, so that one text says both how much memory an algorithm needs and where its
/// arrays stand.
class Scratch
{
public:
    MOE_HD explicit Scratch(void* base) : base_(static_cast<char*>(base))
    {
        MOE_EXPECT(aligned(base, 64));
    }

    template <class T>
    MOE_HD T* take(std::size_t count)
    {
        std::size_t const at = used_;
        used_ += (count * sizeof(T) + 63) / 64 * 64;
        return may_measure && base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + at);
    }

    /// Bytes handed out so far.
    MOE_HD std::size_t used() const { return used_; }

private:
    char* base_;
    std::size_t used_ = 0;
};

MOE_END_ISA
