#pragma once

/// @file
/// Host/device markers and the instruction-set namespace.
///
/// Everything that runs per sample or per fit is a header template compiled three times: for the
/// portable CPU level (x86-64-v3), for AVX-512 (x86-64-v4) and by nvcc. Code of the three must not
/// be merged by the linker (an AVX-512 body behind a v3 call is an illegal instruction), so all of
/// it lives in an inline namespace named after the level. Plain argument structs stay outside of
/// it.

#if defined(__CUDACC__)
#define MOE_HD __host__ __device__
#else
#define MOE_HD
#endif

/// A source that appends members to the lists of kernels/family names a namespace of its own, so
/// that its code cannot be merged with that of the shorter lists.
#if !defined(MOE_ISA)
#if defined(__CUDACC__)
#define MOE_ISA isa_cuda
#elif defined(__AVX512F__)
#define MOE_ISA isa_v4
#elif defined(__AVX2__)
#define MOE_ISA isa_v3
#else
#define MOE_ISA isa_base
#endif
#endif

/// Opens and closes the namespace of code that is compiled once an instruction set.
#define MOE_BEGIN_ISA                                                                              \
    namespace moerate                                                                              \
    {                                                                                              \
    inline namespace MOE_ISA                                                                       \
    {
#define MOE_END_ISA                                                                                \
    }                                                                                              \
    }

/// Before a MOE_HD template that calls what its caller passes in: lets host code pass a host
/// function.
#if defined(__CUDACC__)
#define MOE_HOST_CALLS_TOO _Pragma("nv_exec_check_disable")
#else
#define MOE_HOST_CALLS_TOO
#endif

/// Independent iterations: lets g++ vectorise a unit-stride loop through pointers it cannot tell
/// apart; nothing for nvcc. MOE_SIMD_SUM also allows the sum in `var` to be taken in vector lanes
/// (a fixed order on each instruction set, so results stay reproducible).
#if defined(__CUDACC__)
#define MOE_SIMD
#define MOE_SIMD_SUM(var)
#else
#define MOE_PRAGMA(text) _Pragma(#text)
#define MOE_SIMD MOE_PRAGMA(omp simd)
#define MOE_SIMD_SUM(var) MOE_PRAGMA(omp simd reduction(+ : var))
#endif

/// Before a loop whose body fills the registers: nvcc would unroll it and have to spill.
#if defined(__CUDA_ARCH__)
#define MOE_ROLLED _Pragma("unroll 1")
#else
#define MOE_ROLLED
#endif

/// Before a short loop that g++ is to unroll whole where its length is a constant.
#if defined(__CUDACC__)
#define MOE_FOLDED
#else
#define MOE_FOLDED _Pragma("GCC unroll 8")
#endif

/// Before a loop over registers: each index must be a constant.
#if defined(__CUDA_ARCH__)
#define MOE_UNROLLED _Pragma("unroll")
#else
#define MOE_UNROLLED
#endif

/// For small functions called inside of a MOE_SIMD loop: one call that is left would stop g++ from
/// vectorising it.
#if defined(__CUDACC__)
#define MOE_INLINE __forceinline__
#else
#define MOE_INLINE inline __attribute__((always_inline))
#endif

/// The same for a lambda, behind its parameters; host text alone.
#if defined(__CUDACC__)
#define MOE_INLINED
#else
#define MOE_INLINED __attribute__((always_inline))
#endif

/// For functions that pass a fit's small structs of sizes and pointers on: on a device a call would
/// put them in memory, and take from the compiler that their arrays stand in shared memory.
#if defined(__CUDACC__)
#define MOE_FLAT __forceinline__
#else
#define MOE_FLAT
#endif

/// For large functions with several callers: nvcc would else inline all of it in each of them, for
/// minutes of compile time.
#define MOE_NOINLINE __attribute__((noinline))

/// The same for nvcc alone: for g++ where a value is rounded may hang on what is inlined.
#if defined(__CUDACC__)
#define MOE_CALLED __attribute__((noinline))
#else
#define MOE_CALLED
#endif
