#pragma once

/// @file
/// A warp without a GPU: 32 lanes as coroutines of one host thread. A lane runs until it waits;
/// then the next one does. So the order is always the same, and a lane that reads without a wait
/// what another one writes finds the old value every time where its turn is before the other's. Run
/// both orders: in one of them it is.

#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace moerate
{

/// In which order the lanes of a warp have their turns.
enum class Turns
{
    up,  ///< 0, 1, ..., 31
    down ///< 31, 30, ..., 0
};

/// The 32 coroutines of one warp.
class HostWarp
{
public:
    static constexpr int size = 32;
    explicit HostWarp(Turns turns = Turns::up) : step_(turns == Turns::up ? 1 : size - 1) {}

    /// Calls f(rank) in every lane and returns when all are done. f must not throw.
    void run(std::function<void(int)> const& f)
    {
        f_ = &f;
        running_ = size;
        for (int rank = 0; rank < size; ++rank)
            start(rank);
        current_ = step_ == 1 ? 0 : size - 1;
        swapcontext(&main_, &lanes_[current_].context);
    }

    /// Lets all other lanes run up to their own wait.
    void wait(int rank)
    {
        current_ = (rank + step_) % size;
        swapcontext(&lanes_[rank].context, &lanes_[current_].context);
    }

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
    static constexpr std::size_t stack_bytes = 1 << 18;
    struct Copy
    {
        void* to;
        void const* from;
        std::size_t bytes;
    };
    struct Lane
    {
        ucontext_t context;
        std::vector<Copy> copies;
        std::unique_ptr<char[]> stack{new char[stack_bytes]};
        alignas(16) char slot[16];
    };

    void start(int rank)
    {
        ucontext_t& context = lanes_[rank].context;
        getcontext(&context);
        context.uc_stack.ss_sp = lanes_[rank].stack.get();
        context.uc_stack.ss_size = stack_bytes;
        context.uc_link = &main_;
        auto const self = reinterpret_cast<std::uintptr_t>(this); // only ints can be passed on
        makecontext(&context, reinterpret_cast<void (*)()>(&HostWarp::enter), 3,
                    static_cast<unsigned>(self), static_cast<unsigned>(self >> 32), rank);
    }

    static void enter(unsigned low, unsigned high, int rank)
    {
        auto* const self = reinterpret_cast<HostWarp*>(static_cast<std::uintptr_t>(low) |
                                                       (static_cast<std::uintptr_t>(high) << 32));
        (*self->f_)(rank);
        if (--self->running_ > 0) { // all lanes end in the same round, in the order of their turns
            self->current_ = (rank + self->step_) % size;
            setcontext(&self->lanes_[self->current_].context);
        }
    }

    ucontext_t main_{};
    Lane lanes_[size];
    std::function<void(int)> const* f_ = nullptr;
    int running_ = 0;
    int current_ = 0;
    int step_; ///< from a lane to the one whose turn is next
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
