#pragma once

/// @file
/// Contracts between the parts of the kernels: MOE_EXPECT(condition) states what a caller promises.
/// A debug build (no NDEBUG) checks it on host and device; else it is no code at all. What users
/// may get wrong is checked by the host in every build, and never here.

#include "kernels/core/hd.h"

#include <cstddef>
#include <cstdint>

/// 1 where contracts are checked. A test forces it on, in a namespace of its own (MOE_ISA).
#if !defined(MOE_CHECKED)
#if defined(NDEBUG)
#define MOE_CHECKED 0
#else
#define MOE_CHECKED 1
#endif
#endif

#if MOE_CHECKED
#include <cstdio>
#include <stdexcept>
#include <string>

MOE_BEGIN_ISA

/// Host: throws std::logic_error "FILE:LINE: expected CONDITION". Device: prints that and ends the
/// kernel, which the next call that waits for it reports.
MOE_HD inline void broken_contract(char const* condition, char const* file, int line)
{
#if defined(__CUDA_ARCH__)
    printf("%s:%d: expected %s\n", file, line, condition);
    __trap();
#else
    throw std::logic_error(std::string(file) + ":" + std::to_string(line) + ": expected " +
                           condition);
#endif
}

MOE_END_ISA

#define MOE_EXPECT(condition)                                                                      \
    ((condition) ? static_cast<void>(0)                                                            \
                 : ::moerate::broken_contract(#condition, __FILE__, __LINE__))
#else
#define MOE_EXPECT(condition) static_cast<void>(0)
#endif

MOE_BEGIN_ISA

/// Whether an address is a multiple of `bytes`; null is.
MOE_HD inline bool aligned(void const* address, std::size_t bytes)
{
    return reinterpret_cast<std::uintptr_t>(address) % bytes == 0;
}

MOE_END_ISA
