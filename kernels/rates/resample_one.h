#pragma once

/// @file
/// Bootstrap draws of one cell, the algorithm of all backends. A draw is kept as the number of
/// times that each value is in it: integers, which may be counted up in any order.

#include "kernels/rates/multiset.h"
#include "kernels/rates/resample_api.h"
#include "kernels/rng/philox.h"

MOE_BEGIN_ISA

/// Working memory of a draw.
struct ResampleMemory
{
    int* copies; ///< [size + 1] by rank, then drawn members without a value
    Stretches stretches;

    MOE_HD ResampleMemory(Scratch& scratch, int size)
        : copies(scratch.take<int>(static_cast<std::size_t>(size) + 1)), stretches(scratch, size)
    {}
};

/// Bytes of working memory of run_one.
template <class Lanes>
MOE_HD std::size_t scratch_bytes(Lanes /*lanes*/, ResampleTask const& task)
{
    Scratch measure(nullptr);
    ResampleMemory const memory(measure, task.size);
    return measure.used();
}

/// Adds 1 to a number that other lanes may add to.
template <class Lanes>
MOE_HD MOE_INLINE void count_up(int* number)
{
#if defined(__CUDA_ARCH__)
    atomicAdd(number, 1);
#else
    if constexpr (Lanes::serial)
        ++*number;
    else
        __atomic_fetch_add(number, 1, __ATOMIC_RELAXED);
#endif
}

/// Index that a word draws from [0, size). It favours an index by less than size / 2^32.
MOE_HD MOE_INLINE int index_of(std::uint32_t word, int size)
{
    return static_cast<int>((std::uint64_t{word} * static_cast<std::uint64_t>(size)) >> 32);
}

/// Counters that a lane takes at once: a thread that works alone fills its vectors.
template <class Lanes>
constexpr int counters_at_once = Lanes::serial ? 8 : 1;

/// Fills copies for one draw; complete on return for all lanes. Word w of counter c draws member
/// number 4 c + w.
template <class Lanes>
MOE_HD void draw(Lanes lanes, ResampleTask const& task, StreamKey const key, int* copies)
{
    constexpr int some = counters_at_once<Lanes>;
    for (int r = lanes.rank(); r <= task.size; r += lanes.size())
        copies[r] = 0;
    lanes.sync();
    int const population = task.population;
    for (int c = lanes.rank() * some; 4 * c < population; c += lanes.size() * some) {
        int drawn[4 * some];
        MOE_SIMD
        for (int i = 0; i < some; ++i) {
            Words const words = philox(key, Stream::bootstrap, static_cast<std::uint64_t>(c + i));
            drawn[i] = index_of(words.w[0], population);
            drawn[some + i] = index_of(words.w[1], population);
            drawn[2 * some + i] = index_of(words.w[2], population);
            drawn[3 * some + i] = index_of(words.w[3], population);
        }
        for (int w = 0; w < 4; ++w) {
            int const left = (population - 4 * c - w + 3) / 4;
            for (int i = 0; i < (left < some ? left : some); ++i)
                count_up<Lanes>(copies + task.rank[drawn[w * some + i]]);
        }
    }
    lanes.sync();
}

/// All draws of a task, one after the other.
template <class Lanes>
MOE_HD void run_one(Lanes lanes, ResampleTask const& task, void* scratch_memory)
{
    Scratch scratch(scratch_memory);
    ResampleMemory const m(scratch, task.size);
    StreamKey key = task.key;
    for (int d = 0; d < task.draws; ++d) {
        key.replicate = static_cast<std::uint32_t>(task.first + d);
        draw(lanes, task, key, m.copies);
        Statistics const statistics =
            statistics_of(lanes, {task.size, task.value, task.log, m.copies}, m.stretches);
        if (lanes.rank() == 0)
            task.drawn[d] = statistics;
    }
    lanes.sync();
}

MOE_END_ISA
