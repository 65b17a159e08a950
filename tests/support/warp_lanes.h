#pragma once

/// @file
/// A warp without a GPU: 32 lanes as coroutines of one host thread, with a warp's collectives.

#include "tests/support/coroutines.h"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <vector>

namespace moerate
{

/// The 32 coroutines of one warp.
class HostWarp
{
public:
    static constexpr int size = 32;
    explicit HostWarp(Turns turns = Turns::up) : turns_(size, turns) {}

    /// Calls f(rank) in every lane and returns when all are done. f must not throw.
    void run(std::function<void(int)> const& f) { turns_.run(f); }

    /// Lets all other lanes run up to their own wait.
    void wait(int rank) { turns_.wait(rank); }

    /// Copies `bytes` when the lane waits for it, as late as a GPU may.
    void copy_late(int rank, void* to, void const* from, std::size_t bytes)
    {
        lanes_[rank].copies.push_back({to, from, bytes});
    }
    void finish_copies(int rank)
    {
        for (Copy const& copy : lanes_[rank].copies)
            std::memcpy(copy.to, copy.from, copy.bytes);
        lanes_[rank].copies.clear();
    }

    /// 16 bytes through which a lane shows a value to the others.
    void* slot(int rank) { return lanes_[rank].slot; }

private:
    struct Copy
    {
        void* to;
        void const* from;
        std::size_t bytes;
    };
    struct Lane
    {
        std::vector<Copy> copies;
        alignas(16) char slot[16];
    };

    Coroutines turns_;
    Lane lanes_[size];
};

/// One of them, with the collectives of WarpLanes (kernels/core/lanes.h); `copied` as there.
/// Default made only to measure scratch.
template <bool copied>
class AnyHostWarpLanes
{
public:
    static constexpr bool serial = false;
    static constexpr bool warp = true;
    static constexpr bool matrices = true;
    static constexpr bool copied_maps = copied;
    AnyHostWarpLanes() = default;
    AnyHostWarpLanes(int rank, HostWarp& of) : rank_(rank), warp_(&of) {}

    int rank() const { return rank_; }
    static constexpr int size() { return HostWarp::size; }
    void sync() const { warp_->wait(rank_); }
    template <class T>
    T shuffle_xor(T value, int mask) const
    {
        static_assert(sizeof(T) <= 16, "a slot holds 16 bytes");
        std::memcpy(warp_->slot(rank_), &value, sizeof(T));
        sync();
        std::memcpy(&value, warp_->slot(rank_ ^ mask), sizeof(T));
        sync();
        return value;
    }
    void multiply_add(double const (&left)[4], double const (&right)[2], double (&sum)[4]) const
    {
        auto const shown = [&](double const* two, int lane, double* to) { // two of a lane's numbers
            std::memcpy(warp_->slot(rank_), two, 2 * sizeof(double));
            sync();
            for (int i = 0; i < 4; ++i)
                std::memcpy(to + 2 * i, warp_->slot(lane + i), 2 * sizeof(double));
        };
        int const g = rank_ / 4;
        int const t = rank_ % 4;
        double a[2][8]; // of columns 0 .. 3 and 4 .. 7: (g, column), (g + 8, column)
        double b[2][8]; // of columns 2 t and 2 t + 1: (row, column), (row + 4, column)
        for (int i = 0; i < 2; ++i) {
            shown(left + 2 * i, 4 * g, a[i]);
            sync();
        }
        shown(right, 8 * t, b[0]);
        shown(right, 8 * t + 4, b[1]);
        sync();
        for (int i = 0; i < 4; ++i)
            for (int k = 0; k < 8; ++k)
                sum[i] = std::fma(a[k / 4][k % 4 * 2 + i / 2], b[i % 2][k % 4 * 2 + k / 4], sum[i]);
    }
    template <class T>
    void copy_async(T* to, T const* from) const
    {
        warp_->copy_late(rank_, to, from, sizeof(T));
    }
    void wait_copies() const { warp_->finish_copies(rank_); }

private:
    int rank_ = 0;
    HostWarp* warp_ = nullptr;
};

using HostWarpLanes = AnyHostWarpLanes<false>;

/// Calls f(lanes) in the 32 lanes of a warp. f must not throw.
template <class Lanes = HostWarpLanes, class F>
void run_warp(Turns turns, F const& f)
{
    HostWarp warp(turns);
    warp.run([&](int rank) { f(Lanes(rank, warp)); });
}

} // namespace moerate
