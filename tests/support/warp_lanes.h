#pragma once

/// @file
/// A warp without a GPU: 32 lanes as coroutines of one host thread. A lane runs until it waits;
/// then the next one does. So the order is always the same, and a lane that reads what another has
/// yet to write finds the old value every time.

#include <ucontext.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace moerate
{

/// The 32 coroutines of one warp.
class HostWarp
{
public:
    static constexpr int size = 32;

    /// Calls f(rank) in every lane and returns when all are done. f must not throw.
    void run(std::function<void(int)> const& f)
    {
        f_ = &f;
        running_ = size;
        for (int rank = 0; rank < size; ++rank)
            start(rank);
        current_ = 0;
        swapcontext(&main_, &lanes_[0].context);
    }

    /// Lets all other lanes run up to their own wait.
    void wait(int rank)
    {
        current_ = (rank + 1) % size;
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
        if (--self->running_ > 0) { // all lanes end in the same round, in the order of their ranks
            self->current_ = (rank + 1) % size;
            setcontext(&self->lanes_[self->current_].context);
        }
    }

    ucontext_t main_{};
    Lane lanes_[size];
    std::function<void(int)> const* f_ = nullptr;
    int running_ = 0;
    int current_ = 0;
};

/// One of them, with the collectives of WarpLanes (kernels/core/lanes.h). Default made only to
/// measure scratch.
class HostWarpLanes
{
public:
    static constexpr bool serial = false;
    static constexpr bool warp = true;
    static constexpr bool copied_maps = false;
    HostWarpLanes() = default;
    HostWarpLanes(int rank, HostWarp& of) : rank_(rank), warp_(&of) {}

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

/// Calls f(lanes) in the 32 lanes of a warp. f must not throw.
template <class F>
void run_warp(F const& f)
{
    HostWarp warp;
    warp.run([&](int rank) { f(HostWarpLanes(rank, warp)); });
}

} // namespace moerate
